internal import CKernels
import Glibc

/// The product, attention and element-wise kernels of one instruction set.
///
/// The set is chosen once, the best that the machine can run, or the one that the environment
/// variable `FIRN_KERNELS` names. All matrices are row-major float32; every kernel treats rows
/// independently and in a fixed order, so that a row's bits do not depend on its neighbours.
public struct KernelSet: @unchecked Sendable {
  // A pointer to an immutable static table: safe to share.
  let table: UnsafePointer<firn_kernels>

  /// The environment variable that overrides the choice: avx512vnni, avx512, avx2, neon or scalar.
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

  /// avx512vnni, avx512, avx2, neon or scalar.
  public var name: String { String(cString: table.pointee.name) }

  /// The sets that give the same bits have the same: avx512, avx2, neon or scalar. Sums of another
  /// family are of another order, and differ in their last bits.
  public var family: String { name == "avx512vnni" ? "avx512" : name }

  // MARK: - Element-wise

  /// `y[i] = exp(x[i])`: [count]; at most 2 ulp. `y` may alias `x`.
  public func exp(_ y: UnsafeMutablePointer<Float>, _ x: UnsafePointer<Float>, count: Int) {
    table.pointee.exp(y, x, count)
  }

  /// `y[i] = erf(x[i])`: [count]; at most 4 ulp. `y` may alias `x`.
  public func erf(_ y: UnsafeMutablePointer<Float>, _ x: UnsafePointer<Float>, count: Int) {
    table.pointee.erf(y, x, count)
  }

  /// `y[i] = tanh(x[i])`: [count]; at most 4 ulp. `y` may alias `x`.
  public func tanh(_ y: UnsafeMutablePointer<Float>, _ x: UnsafePointer<Float>, count: Int) {
    table.pointee.tanh(y, x, count)
  }

  /// Layer normalization of `x + residual`, row by row.
  ///
  /// `out = (v - mean(v)) / sqrt(var(v) + epsilon) * gamma + beta` with `v = x + residual`:
  /// [rows, columns]. `out` may alias `x` or `residual`. The variance is the biased one, as in
  /// PyTorch's LayerNorm (Ba et al. 2016, arXiv:1607.06450).
  public func layerNorm(
    _ out: UnsafeMutablePointer<Float>, _ x: UnsafePointer<Float>,
    residual: UnsafePointer<Float>? = nil, gamma: UnsafePointer<Float>,
    beta: UnsafePointer<Float>, rows: Int, columns: Int, epsilon: Float
  ) {
    table.pointee.layer_norm(out, x, residual, gamma, beta, rows, columns, epsilon)
  }

  /// Root-mean-square normalization: `out = x / sqrt(mean(x^2) + epsilon) * gamma`, row by row:
  /// [rows, columns] (Zhang & Sennrich 2019, arXiv:1910.07467). `out` may alias `x`.
  public func rmsNorm(
    _ out: UnsafeMutablePointer<Float>, _ x: UnsafePointer<Float>, gamma: UnsafePointer<Float>,
    rows: Int, columns: Int, epsilon: Float
  ) {
    table.pointee.rms_norm(out, x, gamma, rows, columns, epsilon)
  }

  /// Turns the pairs (x[c], x[c + half]) of each head of one row by an angle: x [heads, 2 * half],
  /// the angles' cosines and sines [half] (Su et al. 2021, arXiv:2104.09864).
  public func rotate(
    _ x: UnsafeMutablePointer<Float>, cosines: UnsafePointer<Float>, sines: UnsafePointer<Float>,
    heads: Int, half: Int
  ) {
    table.pointee.rotate(x, cosines, sines, heads, half)
  }

  /// `y *= x`: [count].
  public func product(_ y: UnsafeMutablePointer<Float>, _ x: UnsafePointer<Float>, count: Int) {
    table.pointee.product(y, x, count)
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

  /// Packs a checkpoint's `weight` [columns, depth] for
  /// ``multiply(_:_:stride:_:rows:bias:activation:scratch:)``.
  public func pack(
    _ weight: UnsafePointer<Float>, columns: Int, depth: Int, precision: Precision = .float32
  ) -> PackedMatrix {
    switch precision {
    case .float32:
      let buffer = FloatBuffer(count: firn_packed_size(table, columns, depth), zeroed: false)
      table.pointee.pack(buffer.pointer, weight, depth, columns, depth)
      return PackedMatrix(buffer: buffer, columns: columns, depth: depth, precision: precision)
    case .int8:
      precondition(depth <= 1 << 16, "sums of more products than 2^16 may leave 32 bits")
      let buffer = FloatBuffer(
        count: firn_packed_int8_size(table, columns, depth) / 4, zeroed: false)
      table.pointee.pack_int8(buffer.pointer, weight, columns, depth)
      return PackedMatrix(buffer: buffer, columns: columns, depth: depth, precision: precision)
    }
  }

  /// `c = activation(a b^T + bias)`: a [rows, depth], c [rows, columns].
  ///
  /// A row's bits depend on that row alone, whatever the number of rows. In float32 each element is
  /// one chain of fused multiply-adds over depth. In int8 the weights are rounded to 127 steps per
  /// column and each row of `a` to 127 steps of its largest value; their products are summed exactly.
  ///
  /// `stride`: floats from one row of `a` to the next, depth when nil; in int8 nothing else.
  /// `scratch`: for int8, ``scratch(rows:depth:precision:)`` floats; not read in float32.
  public func multiply(
    _ c: UnsafeMutablePointer<Float>, _ a: UnsafePointer<Float>, stride: Int? = nil,
    _ b: PackedMatrix, rows: Int,
    bias: UnsafePointer<Float>? = nil, activation: Activation? = nil,
    scratch: UnsafeMutablePointer<Float>? = nil
  ) {
    precondition(bias != nil || activation == nil, "an activation comes with a bias")
    let code = activation?.code ?? FIRN_NONE.rawValue
    switch b.precision {
    case .float32:
      table.pointee.gemm(
        c, b.columns, a, stride ?? b.depth, b.buffer.pointer, bias, rows, b.depth, b.columns, code)
    case .int8:
      precondition(stride == nil || stride == b.depth, "a product in int8 takes rows side by side")
      guard let scratch else { preconditionFailure("a product in int8 needs scratch") }
      table.pointee.quantize(scratch, a, rows, b.depth)
      table.pointee.gemm_int8(
        c, b.columns, scratch, b.buffer.pointer, bias, rows, b.depth, b.columns, code)
    }
  }

  /// Floats of scratch that ``multiply(_:_:stride:_:rows:bias:activation:scratch:)`` needs.
  public func scratch(rows: Int, depth: Int, precision: Precision) -> Int {
    switch precision {
    case .float32: 0
    case .int8: firn_quantized_size(table, rows, depth) / 4
    }
  }

  /// `c = a b^T` of two matrices that are both new: a [rows, depth], b [columns, depth], whose rows are
  /// `aStride` and `bStride` floats apart, c [rows, columns].
  ///
  /// `scratch`: ``packedSize(columns:depth:)`` floats.
  public func multiplyTransposed(
    _ c: UnsafeMutablePointer<Float>, _ a: UnsafePointer<Float>, aStride: Int, rows: Int,
    _ b: UnsafePointer<Float>, bStride: Int, columns: Int, depth: Int,
    scratch: UnsafeMutablePointer<Float>
  ) {
    table.pointee.pack(scratch, b, bStride, columns, depth)
    table.pointee.gemm(
      c, columns, a, aStride, scratch, nil, rows, depth, columns, FIRN_NONE.rawValue)
  }

  /// Floats of a packed matrix [columns, depth].
  public func packedSize(columns: Int, depth: Int) -> Int {
    firn_packed_size(table, columns, depth)
  }

  // MARK: - Attention

  /// Scaled dot-product attention of one text over all its heads.
  ///
  /// `out`: [queries, heads * headSize].
  /// `qkv`: [tokens, stride]: query, key and value beside each other.
  /// `queries`: the tokens whose output is wanted; all of them when nil.
  /// `scale`: what the scores are multiplied by, 1 / sqrt(headSize) in BERT.
  /// `bias`: what is added to the scaled scores.
  /// `reach`: the keys that a query sees.
  /// `scratch`: ``attentionScratch(tokens:headSize:)`` floats.
  public func attention(
    _ out: UnsafeMutablePointer<Float>, qkv: UnsafePointer<Float>, stride: Int, tokens: Int,
    queries: Range<Int>? = nil, heads: Int, headSize: Int, scale: Float,
    bias: AttentionBias? = nil, reach: AttentionReach = .all, scratch: UnsafeMutablePointer<Float>
  ) {
    let width = heads * headSize
    attention(
      out, outStride: width, query: qkv, key: qkv + width, value: qkv + 2 * width, stride: stride,
      tokens: tokens, queries: queries, heads: heads, headSize: headSize, scale: scale, bias: bias,
      reach: reach, scratch: scratch)
  }

  /// The same with query, key and value wherever they lie: [tokens, stride] each, and the outputs
  /// `outStride` floats apart.
  public func attention(
    _ out: UnsafeMutablePointer<Float>, outStride: Int, query: UnsafePointer<Float>,
    key: UnsafePointer<Float>, value: UnsafePointer<Float>, stride: Int, tokens: Int,
    queries: Range<Int>? = nil, heads: Int, headSize: Int, scale: Float,
    bias: AttentionBias? = nil, reach: AttentionReach = .all, scratch: UnsafeMutablePointer<Float>
  ) {
    let queries = queries ?? 0..<tokens
    var task = firn_attention(
      out: out, out_stride: outStride, query: query, key: key, value: value, stride: stride,
      tokens: tokens, first: queries.lowerBound, queries: queries.count, heads: heads,
      head_size: headSize, scale: scale, bias: bias?.pointer, bias_head: bias?.headStride ?? 0,
      bias_row: bias?.rowStride ?? 0, before: reach.before, after: reach.after, scratch: scratch)
    table.pointee.attention(&task)
  }

  /// Floats of scratch that
  /// ``attention(_:qkv:stride:tokens:queries:heads:headSize:scale:bias:reach:scratch:)`` needs.
  public static func attentionScratch(tokens: Int, headSize: Int) -> Int {
    firn_attention_scratch(tokens, headSize)
  }
}

/// The arithmetic of the products with weights.
public enum Precision: String, CaseIterable, Sendable {
  case float32
  /// 8-bit integers with one scale per output channel and one per token, summed in 32 bits.
  case int8
}

/// A weight matrix [columns, depth] in the order in which one kernel set reads it.
public struct PackedMatrix: Sendable {
  let buffer: FloatBuffer
  public let columns: Int
  public let depth: Int
  public let precision: Precision
}

/// What this machine does not give.
public enum KernelError: Error, Equatable {
  /// A kernel set that it cannot run.
  case unavailable(name: String, available: [String])
  /// OpenBLAS, which cannot be loaded.
  case noOpenBLAS(reason: String)
  /// A matrix has no eigenvalues that LAPACK finds: it is not finite, or the method did not converge.
  case noEigenvalues
  /// Not one thread.
  case noThread(reason: String)
}
