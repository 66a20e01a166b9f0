import Kernels
import Testing

/// Kernels of learning of every set against float64 and central differences.
struct LearningKernelTests {
  private func values(_ count: Int, seed: UInt64) -> [Float] {
    testValues(count, seed: seed, magnitude: 2)
  }

  private func doubles(_ values: [Float]) -> [Double] { values.map(Double.init) }
  private func array(_ buffer: FloatBuffer) -> [Float] {
    (0..<buffer.count).map { buffer.pointer[$0] }
  }

  private func expectClose(
    _ found: [Float], _ expected: [Double], _ bound: Double, _ what: String
  ) {
    #expect(found.count == expected.count)
    let worst = zip(found, expected).map { abs(Double($0) - $1) }.max() ?? 0
    #expect(worst <= bound, "\(what)")
  }

  private static let names = KernelSet.available.map(\.name)
  private static let shapes = [
    (1, 1, 1), (5, 24, 17), (7, 130, 72), (32, 48, 144), (200, 300, 33), (13, 0, 20),
  ]

  @Test(arguments: names, shapes)
  func productsOfEveryOrientation(
    name: String, shape: (rows: Int, depth: Int, columns: Int)
  ) throws {
    let kernels = try KernelSet.named(name)
    let (rows, depth, columns) = shape
    let a = values(rows * depth, seed: 1)
    let b = values(depth * columns, seed: 2)
    let old = values(rows * columns, seed: 3)
    let bias = values(columns, seed: 4)
    func turned(_ x: [Float], _ rows: Int, _ columns: Int) -> [Float] {
      (0..<columns).flatMap { c in (0..<rows).map { x[$0 * columns + c] } }
    }
    var product = [Double](repeating: 0, count: rows * columns)
    for r in 0..<rows {
      for k in 0..<depth {
        for c in 0..<columns {
          product[r * columns + c] += Double(a[r * depth + k]) * Double(b[k * columns + c])
        }
      }
    }
    let buffers = [
      FloatBuffer(a), FloatBuffer(turned(a, rows, depth)), FloatBuffer(b),
      FloatBuffer(turned(b, depth, columns)),
    ]
    let packed = (0..<2).map { _ in
      FloatBuffer(count: kernels.packedSize(columns: columns, depth: depth))
    }
    kernels.packStraight(
      packed[0].pointer, buffers[2].pointer, stride: columns, columns: columns, depth: depth)
    kernels.packTransposed(
      packed[1].pointer, buffers[3].pointer, stride: depth, columns: columns, depth: depth)
    let left = [
      ProductOperand(buffers[0].pointer, stride: depth),
      ProductOperand(buffers[1].pointer, stride: rows, transposed: true),
    ]
    let right = [
      ProductOperand(buffers[2].pointer, stride: columns),
      ProductOperand(buffers[3].pointer, stride: depth, transposed: true),
      ProductOperand(packed: packed[0].pointer), ProductOperand(packed: packed[1].pointer),
    ]
    // Operands hold pointers, not what these belong to.
    defer { withExtendedLifetime((buffers, packed)) {} }
    // Each of depth fused additions rounds a sum below 4 depth by half an ulp.
    let bound = Double(depth + 1) * Double(Float(4 * max(depth, 1)).ulp)
    var bits: Set<[Float]> = []
    for (i, left) in left.enumerated() {
      for (j, right) in right.enumerated() {
        let c = FloatBuffer(old)
        kernels.product(
          c.pointer, stride: columns, left, right, rows: rows, depth: depth, columns: columns,
          accumulate: true)
        expectClose(
          array(c), zip(product, old).map { $0 + Double($1) }, bound, "added \(i) \(j)")
        kernels.product(
          c.pointer, stride: columns, left, right, rows: rows, depth: depth, columns: columns,
          bias: bias)
        expectClose(
          array(c), product.indices.map { product[$0] + Double(bias[$0 % columns]) }, bound,
          "with bias \(i) \(j)")
        bits.insert(array(c))
      }
    }
    // Every orientation is the same chain of additions.
    #expect(bits.count == 1)
  }

  @Test(arguments: names)
  func rowsAndColumnsAloneHaveTheSameBits(name: String) throws {
    let kernels = try KernelSet.named(name)
    let (rows, depth, columns) = (37, 150, 90)
    let a = FloatBuffer(values(rows * depth, seed: 5))
    let b = FloatBuffer(values(depth * columns, seed: 6))
    let whole = FloatBuffer(count: rows * columns)
    let parts = FloatBuffer(count: rows * columns)
    kernels.product(
      whole.pointer, stride: columns, ProductOperand(a.pointer, stride: depth),
      ProductOperand(b.pointer, stride: columns), rows: rows, depth: depth, columns: columns)
    for (first, count) in [(0, 1), (1, 20), (21, 16)] {
      for (left, width) in [(0, 32), (32, 58)] {
        kernels.product(
          parts.pointer + first * columns + left, stride: columns,
          ProductOperand(a.pointer + first * depth, stride: depth),
          ProductOperand(b.pointer + left, stride: columns), rows: count, depth: depth,
          columns: width)
      }
    }
    #expect(array(whole) == array(parts))
  }

  @Test(arguments: names, [1, 7, 33, 200])
  func columnSumsAndActivations(name: String, count: Int) throws {
    let kernels = try KernelSet.named(name)
    let x = values(5 * count, seed: 7)
    let sums = FloatBuffer(count: count)
    kernels.addColumnSums(sums.pointer, x, rows: 5, columns: count)
    expectClose(
      array(sums), (0..<count).map { c in (0..<5).reduce(0) { $0 + Double(x[$1 * count + c]) } },
      5 * Double(Float(8).ulp), "sums")
    let z = values(count, seed: 8)
    let dy = values(count, seed: 9)
    for activation in Activation.allCases {
      let y = FloatBuffer(count: count)
      kernels.activate(y.pointer, z, count: count, activation)
      let dz = FloatBuffer(count: count)
      kernels.activationGradient(dz.pointer, dy, z, count: count, activation)
      let function = { (x: Double) in Reference.activation(x, activation) }
      expectClose(
        array(y), (0..<count).map { function(Double(z[$0])) },
        // 4 ulps of erf and tanh, of a value below 3.
        8 * Double(Float(3).ulp), "\(activation)")
      let slopes = z.map { z in Reference.differences([Double(z)]) { function($0[0]) }[0] }
      expectClose(
        array(dz), (0..<count).map { Double(dy[$0]) * slopes[$0] },
        // A few ulps of erf, exp and their products, of a value below 4.
        16 * Double(Float(4).ulp), "\(activation) backward")
    }
  }

  @Test(arguments: names, [1, 5, 16, 37])
  func lstmIsTheReferenceAndItsDifferences(name: String, size: Int) throws {
    let kernels = try KernelSet.named(name)
    let rows = 3
    for startsEmpty in [false, true] {
      let sums = values(rows * 4 * size, seed: 11)
      let before =
        startsEmpty ? [Float](repeating: 0, count: rows * size) : values(rows * size, seed: 12)
      let (dOutput, dState) = (values(rows * size, seed: 13), values(rows * size, seed: 14))
      let gates = FloatBuffer(sums)
      let old = FloatBuffer(before)
      let known = startsEmpty ? nil : UnsafePointer(old.pointer)
      let (state, squashed, output) = (
        FloatBuffer(count: rows * size), FloatBuffer(count: rows * size),
        FloatBuffer(count: rows * size)
      )
      kernels.lstm(
        gates: gates.pointer, before: known, state: state.pointer, squashed: squashed.pointer,
        output: output.pointer, rows: rows, size: size)
      let gradient = FloatBuffer(dState)
      kernels.lstmBackward(
        gates: gates.pointer, before: known, squashed: squashed.pointer, outputGradient: dOutput,
        stateGradient: gradient.pointer, rows: rows, size: size)
      for r in 0..<rows {
        let own = r * size..<(r + 1) * size
        let x = doubles(Array(sums[4 * r * size..<4 * (r + 1) * size]))
        let h = doubles(Array(before[own]))
        let expected = Reference.lstm(sums: x, before: h)
        // A few ulps of sigmoid and tanh, of a value below 4.
        let bound = 16 * Double(Float(4).ulp)
        expectClose(Array(array(state)[own]), expected.state, bound, "state")
        expectClose(Array(array(output)[own]), expected.output, bound, "output")
        let slopes = Reference.differences(x + h) { all in
          let step = Reference.lstm(
            sums: Array(all[..<(4 * size)]), before: Array(all[(4 * size)...]))
          return own.reduce(0) {
            $0 + Double(dOutput[$1]) * step.output[$1 - own.lowerBound]
              + Double(dState[$1]) * step.state[$1 - own.lowerBound]
          }
        }
        expectClose(
          Array(array(gates)[4 * r * size..<4 * (r + 1) * size]), Array(slopes[..<(4 * size)]),
          2 * bound, "gates")
        expectClose(
          Array(array(gradient)[own]), Array(slopes[(4 * size)...]), 2 * bound, "before")
      }
    }
  }

  @Test(arguments: names, [1, 5, 16, 37])
  func gruIsTheReferenceAndItsDifferences(name: String, size: Int) throws {
    let kernels = try KernelSet.named(name)
    let rows = 3
    let (input, state) = (values(rows * 3 * size, seed: 21), values(rows * 3 * size, seed: 22))
    let (before, dOutput) = (values(rows * size, seed: 23), values(rows * size, seed: 24))
    let (gates, recurrent) = (FloatBuffer(input), FloatBuffer(state))
    let (output, gradient) = (FloatBuffer(count: rows * size), FloatBuffer(count: rows * size))
    kernels.gru(
      gates: gates.pointer, recurrent: recurrent.pointer, before: before, output: output.pointer,
      rows: rows, size: size)
    kernels.gruBackward(
      gates: gates.pointer, recurrent: recurrent.pointer, before: before, outputGradient: dOutput,
      beforeGradient: gradient.pointer, rows: rows, size: size)
    for r in 0..<rows {
      let own = r * size..<(r + 1) * size
      let wide = 3 * r * size..<3 * (r + 1) * size
      let x = doubles(Array(input[wide]) + Array(state[wide]) + Array(before[own]))
      func step(_ all: [Double]) -> [Double] {
        Reference.gru(
          input: Array(all[..<(3 * size)]), recurrent: Array(all[(3 * size)..<(6 * size)]),
          before: Array(all[(6 * size)...]))
      }
      // A few ulps of sigmoid and tanh, of a value below 4.
      let bound = 16 * Double(Float(4).ulp)
      expectClose(Array(array(output)[own]), step(x), bound, "output")
      let slopes = Reference.differences(x) { all in
        zip(step(all), own).reduce(0) { $0 + $1.0 * Double(dOutput[$1.1]) }
      }
      expectClose(Array(array(gates)[wide]), Array(slopes[..<(3 * size)]), 2 * bound, "input")
      expectClose(
        Array(array(recurrent)[wide]), Array(slopes[(3 * size)..<(6 * size)]), 2 * bound,
        "recurrent")
      expectClose(
        Array(array(gradient)[own]), Array(slopes[(6 * size)...]), 2 * bound, "before")
    }
  }
}
