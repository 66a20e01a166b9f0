import Kernels
import Testing

/// Products in 8-bit integers against the same rounding done plainly, and against float64.
struct Int8Tests {
  private func values(_ count: Int, seed: Int) -> [Float] {
    var state = UInt64(seed) &* 0x9E37_79B9_7F4A_7C15 | 1
    return (0..<count).map { _ in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Float(state >> 40) / Float(1 << 23) - 1
    }
  }

  /// Rounds rows to 127 steps of their largest value: the integers, and the steps' sizes.
  private func quantized(_ values: [Float], depth: Int) -> (steps: [[Int]], scales: [Float]) {
    var steps: [[Int]] = []
    var scales: [Float] = []
    for start in stride(from: 0, to: values.count, by: depth) {
      let row = values[start..<start + depth]
      let top = row.map(abs).max() ?? 0
      let inverse = top > 0 ? 127 / top : 0
      steps.append(row.map { Int(($0 * inverse).rounded(.toNearestOrEven)) })
      scales.append(top / 127)
    }
    return (steps, scales)
  }

  private func product(
    _ kernels: KernelSet, _ a: [Float], _ b: [Float], rows: Int, depth: Int, columns: Int,
    bias: [Float]
  ) -> [Float] {
    let packed = kernels.pack(b, columns: columns, depth: depth, precision: .int8)
    let c = FloatBuffer(count: rows * columns)
    let scratch = FloatBuffer(count: kernels.scratch(rows: rows, depth: depth, precision: .int8))
    kernels.multiply(
      c.pointer, a, packed, rows: rows, bias: bias, scratch: scratch.pointer)
    return [Float](UnsafeBufferPointer(start: c.pointer, count: rows * columns))
  }

  private static let cases = KernelSet.available.flatMap { set in
    [(1, 1, 1), (5, 24, 17), (7, 33, 72), (13, 7, 33), (50, 384, 100), (9, 3072, 40)].map {
      (set.name, $0)
    }
  }

  @Test(arguments: cases)
  func equalsPlainRounding(name: String, shape: (rows: Int, depth: Int, columns: Int)) throws {
    let kernels = try KernelSet.named(name)
    let (rows, depth, columns) = shape
    var a = values(rows * depth, seed: 1)
    // A row of zeros has no largest value to be scaled by.
    if rows > 2 { for k in 0..<depth { a[depth + k] = 0 } }
    let b = values(columns * depth, seed: 2)
    let bias = values(columns, seed: 3)
    let found = product(kernels, a, b, rows: rows, depth: depth, columns: columns, bias: bias)
    let (left, leftScales) = quantized(a, depth: depth)
    let (right, rightScales) = quantized(b, depth: depth)
    for r in 0..<rows {
      for c in 0..<columns {
        let sum = zip(left[r], right[c]).reduce(0) { $0 + $1.0 * $1.1 }
        let expected = Float(sum) * (leftScales[r] * rightScales[c]) + bias[c]
        // The integers are exact; three float32 roundings follow.
        #expect(abs(found[r * columns + c] - expected) <= 4 * max(abs(expected), 1).ulp)
      }
    }
  }

  /// 127 steps of a half each in both factors: the error of a sum of `depth` products of values in
  /// [-1, 1] is far below depth / 127.
  @Test(arguments: KernelSet.available.map(\.name))
  func isNearTheExactProduct(name: String) throws {
    let kernels = try KernelSet.named(name)
    let (rows, depth, columns) = (8, 384, 48)
    let a = values(rows * depth, seed: 4)
    let b = values(columns * depth, seed: 5)
    let found = product(
      kernels, a, b, rows: rows, depth: depth, columns: columns,
      bias: [Float](repeating: 0, count: columns))
    for r in 0..<rows {
      for c in 0..<columns {
        let exact = (0..<depth).reduce(0.0) {
          $0 + Double(a[r * depth + $1]) * Double(b[c * depth + $1])
        }
        #expect(abs(Double(found[r * columns + c]) - exact) < Double(depth) / 127 / 4)
      }
    }
  }

  /// A row's bits do not depend on its neighbours, and its integers not on the kernel set.
  @Test
  func rowsKeepTheirBitsInEverySet() throws {
    let (rows, depth, columns) = (31, 70, 37)
    let a = values(rows * depth, seed: 6)
    let b = values(columns * depth, seed: 7)
    let bias = values(columns, seed: 8)
    var sets: [[Float]] = []
    for kernels in KernelSet.available {
      let all = product(kernels, a, b, rows: rows, depth: depth, columns: columns, bias: bias)
      for r in 0..<rows {
        let alone = product(
          kernels, Array(a[r * depth..<(r + 1) * depth]), b, rows: 1, depth: depth,
          columns: columns, bias: bias)
        #expect(alone == Array(all[r * columns..<(r + 1) * columns]))
      }
      sets.append(all)
    }
    for set in sets { #expect(set == sets[0]) }
  }

  /// What is not finite has no integer: its row of products is NaN, and its neighbours' are not.
  @Test(arguments: KernelSet.available.map(\.name), [Float.nan, .infinity, -.infinity])
  func whatIsNotFiniteStaysNaN(name: String, value: Float) throws {
    let kernels = try KernelSet.named(name)
    let (rows, depth, columns) = (9, 51, 35)
    let bias = [Float](repeating: 0, count: columns)
    for place in [0, 20, 50] {
      var a = values(rows * depth, seed: 9)
      var b = values(columns * depth, seed: 10)
      a[4 * depth + place] = value
      let left = product(kernels, a, b, rows: rows, depth: depth, columns: columns, bias: bias)
      for (i, x) in left.enumerated() { #expect(x.isNaN == (i / columns == 4)) }
      a = values(rows * depth, seed: 9)
      b[33 * depth + place] = value
      let right = product(kernels, a, b, rows: rows, depth: depth, columns: columns, bias: bias)
      for (i, x) in right.enumerated() { #expect(x.isNaN == (i % columns == 33)) }
    }
  }
}
