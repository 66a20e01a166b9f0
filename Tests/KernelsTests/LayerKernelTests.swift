import Kernels
import Testing

/// Layer kernels of every set against the plain reference, over sizes that meet every tail.
struct LayerKernelTests {
  private func values(_ count: Int, seed: UInt64) -> [Float] {
    testValues(count, seed: seed, magnitude: 2)
  }

  private static let cases = KernelSet.available.flatMap { set in
    [1, 7, 8, 9, 31, 48, 384, 768].map { (set.name, $0) }
  }

  @Test(arguments: cases)
  func layerNormEqualsReference(name: String, columns: Int) throws {
    let kernels = try KernelSet.named(name)
    let rows = 3
    let x = values(rows * columns, seed: 1)
    let residual = values(rows * columns, seed: 2)
    let gamma = values(columns, seed: 4)
    let beta = values(columns, seed: 5)
    var out = residual
    out.withUnsafeMutableBufferPointer { buffer in
      guard let out = buffer.baseAddress else { return }
      kernels.layerNorm(
        out, x, residual: UnsafePointer(out), gamma: gamma, beta: beta, rows: rows,
        columns: columns, epsilon: 1e-5)
    }
    for r in 0..<rows {
      let v = (0..<columns).map {
        Double(x[r * columns + $0]) + Double(residual[r * columns + $0])
      }
      let expected = Reference.layerNorm(
        v, gamma: gamma.map(Double.init), beta: beta.map(Double.init), epsilon: 1e-5)
      for c in 0..<columns {
        // v, the mean and the inverse deviation carry a few ulps each of values up to 4 and of
        // normalized values up to sqrt(columns); one column alone is exact up to the sum's rounding
        // divided by sqrt(epsilon).
        let bound = columns == 1 ? 2e-4 : 64 * Double(Float(6).ulp)
        #expect(abs(Double(out[r * columns + c]) - expected[c]) < bound)
      }
    }
  }

  private static let productCases = KernelSet.available.flatMap { set in
    [(1, 1, 1), (5, 24, 17), (7, 33, 72), (32, 48, 144), (150, 384, 100), (13, 7, 33)].map {
      (set.name, $0)
    }
  }

  private func nested(_ values: [Float], _ rows: Int, _ depth: Int) -> [[Double]] {
    (0..<rows).map { r in values[r * depth..<(r + 1) * depth].map(Double.init) }
  }

  @Test(arguments: productCases)
  func productEqualsReference(name: String, shape: (rows: Int, depth: Int, columns: Int)) throws {
    let kernels = try KernelSet.named(name)
    let (rows, depth, columns) = shape
    let a = values(rows * depth, seed: 10)
    let b = values(columns * depth, seed: 11)
    let bias = values(columns, seed: 12)
    let packed = kernels.pack(b, columns: columns, depth: depth)
    let expected = Reference.multiplyTransposed(nested(a, rows, depth), nested(b, columns, depth))
    let c = FloatBuffer(count: rows * columns)
    // depth products of at most 4, summed: depth ulps of the largest partial sum.
    let bound = Double(depth) * Double(Float(4 * depth).ulp)
    kernels.multiply(c.pointer, a, packed, rows: rows)
    for r in 0..<rows {
      for column in 0..<columns {
        #expect(abs(Double(c.pointer[r * columns + column]) - expected[r][column]) <= bound)
      }
    }
    for activation in Activation.allCases {
      kernels.multiply(c.pointer, a, packed, rows: rows, bias: bias, activation: activation)
      for r in 0..<rows {
        for column in 0..<columns {
          let x = expected[r][column] + Double(bias[column])
          // 1 + erf and 1 + tanh cancel below zero: a few ulps of |x|; slopes are at most 1.13.
          let slack = 1.2 * bound + 4 * Double(Float(abs(x) + 1).ulp)
          let found = Double(c.pointer[r * columns + column])
          #expect(abs(found - Reference.activation(x, activation)) <= slack)
        }
      }
    }
  }

  /// A row's product has the same bits whatever stands beside it.
  @Test(arguments: KernelSet.available.map(\.name))
  func rowsKeepTheirBits(name: String) throws {
    let kernels = try KernelSet.named(name)
    let (rows, depth, columns) = (157, 72, 40)
    let a = values(rows * depth, seed: 13)
    let packed = kernels.pack(values(columns * depth, seed: 14), columns: columns, depth: depth)
    let all = FloatBuffer(count: rows * columns)
    kernels.multiply(all.pointer, a, packed, rows: rows)
    let one = FloatBuffer(count: columns)
    for r in 0..<rows {
      kernels.multiply(one.pointer, Array(a[r * depth..<(r + 1) * depth]), packed, rows: 1)
      for c in 0..<columns { #expect(one.pointer[c] == all.pointer[r * columns + c]) }
    }
  }

  private static let attentionCases = KernelSet.available.flatMap { set in
    [1, 2, 5, 6, 7, 16, 17, 33, 100].flatMap { tokens in
      [8, 12, 32, 64].map { (set.name, tokens, $0) }
    }
  }

  @Test(arguments: attentionCases)
  func attentionEqualsReference(name: String, tokens: Int, headSize: Int) throws {
    let kernels = try KernelSet.named(name)
    let heads = 2
    let hidden = heads * headSize
    let stride = 3 * hidden
    let qkv = values(tokens * stride, seed: 8)
    let scale = 1 / Float(headSize).squareRoot()
    var out = [Float](repeating: .nan, count: tokens * hidden)
    let scratch = FloatBuffer(
      count: KernelSet.attentionScratch(tokens: tokens, headSize: headSize))
    out.withUnsafeMutableBufferPointer { buffer in
      guard let out = buffer.baseAddress else { return }
      kernels.attention(
        out, qkv: qkv, stride: stride, tokens: tokens, heads: heads,
        headSize: headSize, scale: scale, scratch: scratch.pointer)
    }
    for head in 0..<heads {
      func part(_ which: Int) -> [[Double]] {
        (0..<tokens).map { t in
          (0..<headSize).map { c in
            let column = which * hidden + head * headSize + c
            return Double(qkv[t * stride + column])
          }
        }
      }
      let expected = Reference.attention(part(0), part(1), part(2), scale: Double(scale))
      for t in 0..<tokens {
        for c in 0..<headSize {
          // Scores up to 4 sqrt(headSize) carry headSize/2 ulps, which exp passes on relatively;
          // values are at most 4.
          #expect(
            abs(Double(out[t * hidden + head * headSize + c]) - expected[t][c])
              < 4 * Double(headSize) * Double(Float(16).ulp))
        }
      }
    }
  }

  /// Some queries alone get the bits that they have among all.
  @Test(arguments: KernelSet.available.map(\.name))
  func someQueriesKeepTheirBits(name: String) throws {
    let kernels = try KernelSet.named(name)
    let (tokens, heads, headSize) = (37, 3, 20)
    let hidden = heads * headSize
    let qkv = values(tokens * 3 * hidden, seed: 21)
    let scratch = FloatBuffer(
      count: KernelSet.attentionScratch(tokens: tokens, headSize: headSize))
    func run(_ queries: Range<Int>?) -> [Float] {
      let out = FloatBuffer(count: tokens * hidden)
      kernels.attention(
        out.pointer, qkv: qkv, stride: 3 * hidden, tokens: tokens, queries: queries, heads: heads,
        headSize: headSize, scale: 0.25, scratch: scratch.pointer)
      return [Float](
        UnsafeBufferPointer(start: out.pointer, count: (queries?.count ?? tokens) * hidden))
    }
    let all = run(nil)
    for queries in [0..<1, 36..<37, 5..<18] {
      let part = run(queries)
      #expect(
        part == Array(all[queries.lowerBound * hidden..<queries.upperBound * hidden]))
    }
  }
}
