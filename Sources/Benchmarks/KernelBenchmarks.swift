public import Kernels
public import StageKit

/// One kernel's speed beside its own limit, measured in turn on one thread.
public struct KernelResult: Sendable {
  /// What a kernel is held against.
  public enum Limit: String, Sendable {
    /// FLOP, against OpenBLAS's sgemm.
    case product = "GFLOP/s"
    /// Bytes read and written, against a copy within the caches.
    case bytes = "GB/s"
  }

  public let kernel: String
  public let shape: String
  public let limit: Limit
  public let rate: Double
  public let limitRate: Double

  public var share: Double { rate / limitRate }

  public var json: JSONValue {
    .object([
      "kernel": .string(kernel), "shape": .string(shape), "unit": .string(limit.rawValue),
      "rate": .real(rate), "limit": .real(limitRate), "share": .real(share),
    ])
  }
}

/// Every kernel of one set at the sizes of small and base encoders.
public final class KernelBenchmarks {
  private let kernels: KernelSet
  private let product = SgemmWork()
  private var results: [KernelResult] = []

  /// Measures all, in some seconds.
  public static func run(_ kernels: KernelSet) -> [KernelResult] {
    let benchmarks = KernelBenchmarks(kernels: kernels)
    benchmarks.products()
    benchmarks.attention()
    benchmarks.elementwise()
    return benchmarks.results
  }

  private init(kernels: KernelSet) { self.kernels = kernels }

  private func measure(
    _ kernel: String, _ shape: String, flop: Double, _ work: @escaping () -> Void
  ) {
    let times = Timing.alternating(rounds: 9, [work, { [product] in product.run(threads: 1) }])
    results.append(
      KernelResult(
        kernel: kernel, shape: shape, limit: .product, rate: flop / times[0] / 1e9,
        limitRate: Roofline.flop / times[1] / 1e9))
  }

  private func measure(
    _ kernel: String, _ shape: String, bytes: Double, _ work: @escaping () -> Void
  ) {
    let floats = Int(bytes / 8)
    let (from, to) = (FloatBuffer(count: floats), FloatBuffer(count: floats))
    let copy = { to.pointer.update(from: from.pointer, count: floats) }
    let times = Timing.alternating(rounds: 9, [work, copy])
    results.append(
      KernelResult(
        kernel: kernel, shape: shape, limit: .bytes, rate: bytes / times[0] / 1e9,
        limitRate: 8 * Double(floats) / times[1] / 1e9))
  }

  private func products() {
    let rows = 512
    let shapes: [(depth: Int, columns: Int, activation: Activation?)] = [
      (384, 1152, nil), (384, 384, nil), (384, 1536, .gelu), (1536, 384, nil), (768, 2304, nil),
      (768, 3072, .gelu), (3072, 768, nil),
    ]
    for (depth, columns, activation) in shapes {
      let a = FloatBuffer(SgemmWork.values(rows * depth))
      let weight = SgemmWork.values(columns * depth)
      let bias = FloatBuffer(count: columns)
      let c = FloatBuffer(count: rows * columns)
      let shape = "\(rows)x\(columns)x\(depth)" + (activation.map { " + \($0.rawValue)" } ?? "")
      for precision in Precision.allCases {
        let packed = kernels.pack(weight, columns: columns, depth: depth, precision: precision)
        let scratch = FloatBuffer(
          count: kernels.scratch(rows: rows, depth: depth, precision: precision))
        measure(
          "product \(precision.rawValue)", shape, flop: 2 * Double(rows * columns * depth)
        ) { [kernels] in
          kernels.multiply(
            c.pointer, a.pointer, packed, rows: rows, bias: bias.pointer, activation: activation,
            scratch: scratch.pointer)
        }
      }
    }
  }

  private func attention() {
    for (tokens, heads, headSize) in [(16, 12, 32), (27, 12, 32), (128, 12, 32), (128, 12, 64)]
      + [(256, 12, 32), (512, 12, 64)]
    {
      let hidden = heads * headSize
      let qkv = FloatBuffer(SgemmWork.values(tokens * 3 * hidden))
      let out = FloatBuffer(count: tokens * hidden)
      let scratch = FloatBuffer(
        count: KernelSet.attentionScratch(tokens: tokens, headSize: headSize))
      // Two products of tokens x tokens x headSize a head.
      measure(
        "attention", "\(tokens) tokens, \(heads) heads of \(headSize)",
        flop: 4 * Double(tokens * tokens * hidden)
      ) { [kernels] in
        kernels.attention(
          out.pointer, qkv: qkv.pointer, stride: 3 * hidden, tokens: tokens, heads: heads,
          headSize: headSize, scale: 0.2, scratch: scratch.pointer)
      }
    }
  }

  private func elementwise() {
    let (rows, columns) = (64, 384)
    let count = rows * columns
    let x = FloatBuffer(SgemmWork.values(count))
    let residual = FloatBuffer(SgemmWork.values(count))
    let y = FloatBuffer(count: count)
    // Operations an element in Sources/CKernels/elementary.h, two a fused multiply-add.
    let functions: [(String, Double, (KernelSet) -> Void)] = [
      ("exp", 28, { $0.exp(y.pointer, x.pointer, count: count) }),
      ("erf", 36, { $0.erf(y.pointer, x.pointer, count: count) }),
      ("tanh", 52, { $0.tanh(y.pointer, x.pointer, count: count) }),
    ]
    for (name, operations, function) in functions {
      measure(name, "\(count)", flop: operations * Double(count)) { [kernels] in
        function(kernels)
      }
    }
    measure("layer norm + residual", "\(rows)x\(columns)", bytes: 12 * Double(count)) { [kernels] in
      kernels.layerNorm(
        y.pointer, x.pointer, residual: residual.pointer, gamma: x.pointer, beta: x.pointer,
        rows: rows, columns: columns, epsilon: 1e-12)
    }
    measure("axpy", "\(count)", bytes: 12 * Double(count)) { [kernels] in
      kernels.axpy(y.pointer, 1e-9, x.pointer, count: count)
    }
    measure("maximum", "\(count)", bytes: 12 * Double(count)) { [kernels] in
      kernels.maximum(y.pointer, x.pointer, count: count)
    }
    measure("sum of squares", "\(count)", bytes: 4 * Double(count)) { [kernels] in
      y.pointer[0] = kernels.sumOfSquares(x.pointer, count: count)
    }
  }
}
