internal import CKernels
import Glibc

/// The product, attention and element-wise kernels of one instruction set.
///
/// The set is chosen once, the best that the machine can run, or the one that the environment
/// variable `FIRN_KERNELS` names. All matrices are row-major float32; every kernel treats rows
/// independently and in a fixed order, so that a row's bits do not depend on its neighbours.
public struct KernelSet: @unchecked Sendable {
  // A pointer to an immutable static table: safe to share.
  private let table: UnsafePointer<firn_kernels>

  /// The environment variable that overrides the choice: avx512, avx2, neon or scalar.
  public static let environmentVariable = "FIRN_KERNELS"

  /// Every set that this machine can run, best first.
  public static var available: [KernelSet] {
    (0..<firn_kernels_count()).compactMap { firn_kernels_at($0).map(KernelSet.init(table:)) }
  }

  /// The set that `name` asks for, or the best one when it is nil or empty.
  ///
  /// - Throws: ``KernelError/unavailable(name:available:)`` for a name that this machine cannot
  ///   run: an honest refusal rather than a quiet fallback.
  public static func named(_ name: String?) throws(KernelError) -> KernelSet {
    guard let table = firn_kernels_named(name ?? "") else {
      throw .unavailable(name: name ?? "", available: available.map(\.name))
    }
    return KernelSet(table: table)
  }

  /// The set that the environment asks for, or the best one.
  public static func selected() throws(KernelError) -> KernelSet {
    try named(getenv(environmentVariable).map { String(cString: $0) })
  }

  private init(table: UnsafePointer<firn_kernels>) {
    self.table = table
  }

  /// avx512, avx2, neon or scalar.
  public var name: String { String(cString: table.pointee.name) }

  // MARK: - Element-wise

  /// `y[i] = exp(x[i])`: [count]; at most 2 ulp. `y` may alias `x`.
  public func exp(_ y: UnsafeMutablePointer<Float>, _ x: UnsafePointer<Float>, count: Int) {
    table.pointee.exp(y, x, count)
  }

  /// `y[i] = erf(x[i])`: [count]; at most 2 ulp. `y` may alias `x`.
  public func erf(_ y: UnsafeMutablePointer<Float>, _ x: UnsafePointer<Float>, count: Int) {
    table.pointee.erf(y, x, count)
  }

  /// `y[i] = tanh(x[i])`: [count]; at most 4 ulp. `y` may alias `x`.
  public func tanh(_ y: UnsafeMutablePointer<Float>, _ x: UnsafePointer<Float>, count: Int) {
    table.pointee.tanh(y, x, count)
  }

  /// Layer normalization of `x + bias + residual`, row by row.
  ///
  /// `out = (v - mean(v)) / sqrt(var(v) + epsilon) * gamma + beta` with `v = x + bias + residual`:
  /// [rows, columns]. `out` may alias `x` or `residual`. The variance is the biased one, as in
  /// PyTorch's LayerNorm (Ba et al. 2016, arXiv:1607.06450).
  public func layerNorm(
    _ out: UnsafeMutablePointer<Float>, _ x: UnsafePointer<Float>,
    bias: UnsafePointer<Float>? = nil, residual: UnsafePointer<Float>? = nil,
    gamma: UnsafePointer<Float>, beta: UnsafePointer<Float>, rows: Int, columns: Int,
    epsilon: Float
  ) {
    table.pointee.layer_norm(out, x, bias, residual, gamma, beta, rows, columns, epsilon)
  }

  /// `y += a * x`: [count].
  public func axpy(
    _ y: UnsafeMutablePointer<Float>, _ a: Float, _ x: UnsafePointer<Float>, count: Int
  ) {
    table.pointee.axpy(y, a, x, count)
  }

  /// `y = max(y, x)`: [count].
  public func maximum(_ y: UnsafeMutablePointer<Float>, _ x: UnsafePointer<Float>, count: Int) {
    table.pointee.maximum(y, x, count)
  }

  /// The sum of the squares: [count].
  public func sumOfSquares(_ x: UnsafePointer<Float>, count: Int) -> Float {
    table.pointee.sum_of_squares(x, count)
  }

  // MARK: - Products

  /// Packs a checkpoint's `weight` [columns, depth] for ``multiply(_:_:_:rows:bias:activation:)``.
  public func pack(_ weight: UnsafePointer<Float>, columns: Int, depth: Int) -> PackedMatrix {
    let buffer = FloatBuffer(count: firn_packed_size(table, columns, depth))
    table.pointee.pack(buffer.pointer, weight, columns, depth)
    return PackedMatrix(buffer: buffer, columns: columns, depth: depth)
  }

  /// `c = a b^T`, or `c = activation(a b^T + bias)`: a [rows, depth], c [rows, columns].
  ///
  /// Each element is one chain of fused multiply-adds over depth, so that a row's bits depend on
  /// that row alone, whatever the number of rows.
  public func multiply(
    _ c: UnsafeMutablePointer<Float>, _ a: UnsafePointer<Float>, _ b: PackedMatrix, rows: Int,
    bias: UnsafePointer<Float>? = nil, activation: Activation? = nil
  ) {
    precondition((bias == nil) == (activation == nil), "bias and activation come together")
    table.pointee.gemm(
      c, b.columns, a, b.depth, b.buffer.pointer, bias, rows, b.depth, b.columns,
      activation?.code ?? FIRN_NONE.rawValue)
  }

  // MARK: - Attention

  /// Scaled dot-product attention of one text over all its heads, every token seeing every token.
  ///
  /// `out`: [tokens, heads * headSize].
  /// `qkv`: [tokens, stride]: query, key and value beside each other, without their bias.
  /// `bias`: [3 * heads * headSize].
  /// `scale`: what the scores are multiplied by, 1 / sqrt(headSize) in BERT.
  /// `scratch`: ``attentionScratch(tokens:headSize:)`` floats.
  public func attention(
    _ out: UnsafeMutablePointer<Float>, qkv: UnsafePointer<Float>, bias: UnsafePointer<Float>,
    stride: Int, tokens: Int, heads: Int, headSize: Int, scale: Float,
    scratch: UnsafeMutablePointer<Float>
  ) {
    table.pointee.attention(out, qkv, bias, stride, tokens, heads, headSize, scale, scratch)
  }

  /// Floats of scratch that ``attention(_:qkv:bias:stride:tokens:heads:headSize:scale:scratch:)``
  /// needs.
  public static func attentionScratch(tokens: Int, headSize: Int) -> Int {
    firn_attention_scratch(tokens, headSize)
  }
}

/// A weight matrix [columns, depth] in the order in which one kernel set reads it.
public struct PackedMatrix: Sendable {
  let buffer: FloatBuffer
  public let columns: Int
  public let depth: Int
}

/// A kernel set that cannot be had.
public enum KernelError: Error, Equatable {
  case unavailable(name: String, available: [String])
}
