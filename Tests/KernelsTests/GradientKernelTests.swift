import Kernels
import Testing

/// The kernels of the backward passes against the plain references, and those against finite differences.
struct GradientKernelTests {
  private func values(_ count: Int, seed: UInt64) -> [Float] {
    testValues(count, seed: seed)
  }

  private func nested(_ values: some RandomAccessCollection<Float>, _ columns: Int) -> [[Double]] {
    let values = Array(values)
    return stride(from: 0, to: values.count, by: columns).map {
      values[$0..<$0 + columns].map(Double.init)
    }
  }

  private func floats(_ pointer: UnsafePointer<Float>, _ count: Int) -> [Float] {
    [Float](UnsafeBufferPointer(start: pointer, count: count))
  }

  private func largestError(_ found: [[Double]], _ expected: [[Double]]) -> Double {
    zip(found, expected).flatMap { zip($0, $1).map { abs($0 - $1) } }.max() ?? 0
  }

  private static let sets = KernelSet.available.map(\.name)

  @Test(arguments: sets, [(1, 1, 1), (5, 24, 17), (33, 70, 72), (40, 33, 2), (70, 96, 160)])
  func productGradientsEqualReference(
    name: String, shape: (rows: Int, inputs: Int, outputs: Int)
  ) throws {
    let kernels = try KernelSet.named(name)
    let (rows, inputs, outputs) = shape
    let panel = kernels.panel
    let x = values(rows * inputs, seed: 1)
    let dy = values(rows * outputs, seed: 2)
    let weight = values(outputs * inputs, seed: 3)
    let size = kernels.packedSize(columns: outputs, depth: inputs)
    let memory = (0..<7).map { _ in
      FloatBuffer(count: (rows + 64) * (max(inputs, outputs) + 64) + size)
    }
    let matrix = TrainableMatrix(memory[0].pointer, columns: outputs, depth: inputs)
    kernels.pack(matrix, weight)
    kernels.unpack(memory[1].pointer, matrix)
    #expect(floats(memory[1].pointer, weight.count) == weight)

    func pieces(_ count: Int) -> [Range<Int>] {
      stride(from: 0, to: count, by: panel).map { $0..<min($0 + panel, count) }
    }
    for piece in pieces(rows) {
      kernels.packRows(memory[2].pointer, dy, depth: outputs, rows: piece)
    }
    for piece in pieces(outputs) {
      kernels.packColumns(memory[3].pointer, dy, stride: outputs, rows: rows, columns: piece)
    }
    for piece in pieces(inputs) {
      kernels.packColumns(memory[4].pointer, x, stride: inputs, rows: rows, columns: piece)
    }
    let gradient = TrainableMatrix(memory[5].pointer, columns: outputs, depth: inputs)
    let (dx, bias) = (memory[1].pointer, memory[6].pointer)
    for pass in 1...2 {
      for piece in pieces(inputs) {
        kernels.inputGradient(
          dx, stride: inputs, memory[2].pointer, matrix, rows: rows, inputs: piece,
          accumulate: pass == 2)
      }
      for piece in pieces(outputs) {
        kernels.weightGradient(
          gradient, bias: bias, memory[4].pointer, memory[3].pointer, rows: rows, outputs: piece,
          accumulate: pass == 2)
      }
      // Chains of `depth` products of at most 1, twice added.
      let factor = Double(pass)
      let wanted = Reference.multiplyTransposed(
        nested(dy, outputs),
        (0..<inputs).map { i in (0..<outputs).map { Double(weight[$0 * inputs + i]) } }
      ).map { $0.map { $0 * factor } }
      #expect(
        largestError(nested(floats(dx, rows * inputs), inputs), wanted)
          <= factor * Double(outputs) * Double(Float(outputs).ulp))
      let slopes = FloatBuffer(count: outputs * inputs)
      kernels.unpack(slopes.pointer, gradient)
      let expected = Reference.multiplyTransposedLeft(nested(dy, outputs), nested(x, inputs))
        .map { $0.map { $0 * factor } }
      #expect(
        largestError(nested(floats(slopes.pointer, outputs * inputs), inputs), expected)
          <= factor * Double(rows) * Double(Float(rows).ulp))
      let sums = Reference.multiplyTransposedLeft(
        nested(dy, outputs), Array(repeating: [1], count: rows))
      for column in 0..<outputs {
        #expect(
          abs(Double(bias[column]) - factor * sums[column][0])
            <= factor * Double(rows) * Double(Float(rows).ulp))
      }
    }
  }

  @Test(arguments: sets, [1, 7, 24, 100, 384])
  func layerNormGradientsEqualReference(name: String, columns: Int) throws {
    let kernels = try KernelSet.named(name)
    let rows = 3
    let count = rows * columns
    let (x, residual) = (values(count, seed: 4), values(count, seed: 5))
    let (gamma, beta) = (values(columns, seed: 6), values(columns, seed: 7))
    let dy = values(count, seed: 8)
    let memory = (0..<6).map { _ in FloatBuffer(count: count) }
    let epsilon: Float = 1e-3
    kernels.layerNorm(
      memory[0].pointer, normalized: memory[1].pointer, inverse: memory[2].pointer, x,
      residual: residual, gamma: gamma, beta: beta, rows: rows, columns: columns, epsilon: epsilon)
    kernels.layerNormGradient(
      memory[3].pointer, dy, normalized: memory[1].pointer, inverse: memory[2].pointer,
      gamma: gamma, rows: rows, columns: columns)
    kernels.layerNormSums(
      gamma: memory[4].pointer, beta: memory[5].pointer, dy, normalized: memory[1].pointer,
      rows: rows, stride: columns, count: columns)
    var (sumsOfGamma, sumsOfBeta) = (
      [Double](repeating: 0, count: columns), [Double](repeating: 0, count: columns)
    )
    // A few ulps of normalized values, which are at most sqrt(columns), times 1 / sqrt(variance): at most
    // 1 / sqrt(epsilon) = 32.
    let bound = 64 * Double(Float(32).ulp) * Double(columns).squareRoot()
    for row in 0..<rows {
      let part = row * columns..<(row + 1) * columns
      let v = part.map { Double(x[$0]) + Double(residual[$0]) }
      let out = Reference.layerNorm(
        v, gamma: gamma.map(Double.init), beta: beta.map(Double.init), epsilon: Double(epsilon))
      let slopes = Reference.layerNormGradient(
        dy[part].map(Double.init), v, gamma: gamma.map(Double.init), epsilon: Double(epsilon))
      for (c, place) in part.enumerated() {
        #expect(abs(Double(memory[0].pointer[place]) - out[c]) <= bound)
        #expect(abs(Double(memory[3].pointer[place]) - slopes.input[c]) <= bound)
        sumsOfGamma[c] += slopes.gamma[c]
        sumsOfBeta[c] += slopes.beta[c]
      }
    }
    for c in 0..<columns {
      #expect(abs(Double(memory[4].pointer[c]) - sumsOfGamma[c]) <= 3 * bound)
      #expect(abs(Double(memory[5].pointer[c]) - sumsOfBeta[c]) <= 3 * bound)
    }
  }

  @Test(arguments: sets, Activation.allCases)
  func activationSlopesEqualReference(name: String, activation: Activation) throws {
    let kernels = try KernelSet.named(name)
    let x = (0..<163).map { Float($0 - 81) / 9 + 0.01 }
    let dy = values(x.count, seed: 9)
    let out = FloatBuffer(count: x.count)
    kernels.activationGradient(out.pointer, dy, x, count: x.count, activation)
    for i in x.indices {
      let slope = Reference.slope(Double(x[i]), activation)
      // erf, exp and tanh within 4 ulps of at most 1, times x where the slope has such a term: up to 9.
      #expect(abs(Double(out.pointer[i]) - Double(dy[i]) * slope) <= 64 * Double(Float(1).ulp))
    }
    kernels.activate(out.pointer, x, count: x.count, activation)
    for i in x.indices {
      let expected = Reference.activation(Double(x[i]), activation)
      #expect(abs(Double(out.pointer[i]) - expected) <= 8 * Double(Float(9).ulp))
    }
  }

  @Test(arguments: sets)
  func dropoutZeroesWhatPhiloxSays(name: String) throws {
    let kernels = try KernelSet.named(name)
    let (rows, columns, stride) = (5, 150, 160)
    let x = values(rows * stride, seed: 10)
    let rule = DropoutRule(probability: 0.3, key: 0x1234_5678_9ABC_DEF0, stream: 0xFEDC_BA98_7654)
    let out = FloatBuffer(x)
    kernels.dropout(
      out.pointer, out.pointer, rows: rows, columns: columns, stride: stride, firstRow: 7, rule)
    var kept = 0
    for row in 0..<rows {
      for column in 0..<columns {
        let factor = rule.factor(row: row + 7, column: column, kernels: kernels)
        #expect(out.pointer[row * stride + column] == x[row * stride + column] * factor)
        kept += factor == 0 ? 0 : 1
      }
      #expect(out.pointer[row * stride + columns] == x[row * stride + columns])
    }
    // Of 750 draws at 0.7, seven standard deviations.
    #expect(abs(Double(kept) - 525) < 7 * (750 * 0.21).squareRoot())
  }

  private static let attentionCases = sets.flatMap { set in
    [(1, 1, 12), (5, 5, 8), (33, 33, 32), (40, 1, 24), (70, 70, 64)].map { (set, $0) }
  }

  @Test(arguments: attentionCases, [false, true])
  func attentionGradientsEqualReference(
    case: (String, (tokens: Int, queries: Int, headSize: Int)), withBias: Bool
  ) throws {
    let kernels = try KernelSet.named(`case`.0)
    let (n, m, d) = `case`.1
    let stride = 3 * d + 5
    let qkv = values(n * stride, seed: 11)
    let dout = values(m * d, seed: 12)
    let table = values(2 * n - 1, seed: 13)
    let scratch = FloatBuffer(count: KernelSet.trainingScratch(tokens: n, headSize: d))
    let rule = DropoutRule(probability: withBias ? 0.25 : 0, key: 3, stream: 5)
    let memory = (0..<3).map { _ in FloatBuffer(count: n * stride) }
    let scale: Float = 0.5
    try qkv.withUnsafeBufferPointer { buffer in
      let base = try #require(buffer.baseAddress)
      table.withUnsafeBufferPointer { table in
        var head = TrainingHead(
          query: base, key: base + d, value: base + 2 * d, stride: stride, tokens: n,
          queries: 0..<m, headSize: d, scale: scale, scratch: scratch.pointer)
        if withBias, let table = table.baseAddress {
          head.bias = .relative(table, span: n)
          head.dropout = rule
          head.firstRow = 4
          head.rowStep = 3
        }
        kernels.attention(memory[0].pointer, stride: d, head)
        let slopes = memory[1].pointer
        kernels.attentionGradient(
          query: slopes, key: slopes + d, value: slopes + 2 * d, stride: stride, dout,
          outStride: d, dbias: withBias ? memory[2].pointer + (n - 1) : nil, head)
      }
    }
    func part(_ offset: Int, _ rows: Int, of values: [Float]) -> [[Double]] {
      (0..<rows).map { row in
        (0..<d).map { Double(values[row * stride + offset + $0]) }
      }
    }
    let (q, k, v) = (part(0, m, of: qkv), part(d, n, of: qkv), part(2 * d, n, of: qkv))
    let bias = withBias ? (0..<m).map { i in (0..<n).map { Double(table[$0 - i + n - 1]) } } : nil
    let mask =
      withBias
      ? (0..<m).map { i in
        (0..<n).map { Double(rule.factor(row: 4 + 3 * i, column: $0, kernels: kernels)) }
      } : nil
    let weights = Reference.probabilities(q, k, scale: Double(scale), bias: bias)
    let expected = weights.indices.map { i in
      (0..<d).map { c in
        (0..<n).reduce(0) { $0 + weights[i][$1] * (mask?[i][$1] ?? 1) * v[$1][c] }
      }
    }
    let slopes = Reference.attentionGradient(
      nested(dout, d), q, k, v, scale: Double(scale), bias: bias, mask: mask)
    let found = floats(memory[1].pointer, n * stride)
    // Scores of at most d carry some d ulps into the exponent; a gradient adds n of them, times d.
    let bound = 4 * Double(d) * Double(Float(Double(d) * Double(n).squareRoot()).ulp)
    #expect(largestError(nested(floats(memory[0].pointer, m * d), d), expected) <= bound)
    #expect(largestError(part(0, m, of: found), slopes.query) <= bound)
    #expect(largestError(part(d, n, of: found), slopes.key) <= bound)
    #expect(largestError(part(2 * d, n, of: found), slopes.value) <= bound)
    guard withBias else { return }
    for distance in 0..<2 * n - 1 {
      let sum = (0..<m).reduce(0.0) { sum, i in
        let j = distance + i - (n - 1)
        return (0..<n).contains(j) ? sum + slopes.bias[i][j] : sum
      }
      #expect(abs(Double(memory[2].pointer[distance]) - sum) <= Double(n) * bound)
    }
  }

  // MARK: - The references themselves

  /// Central differences of a function of one list, with an error of the order of step^2.
  private func difference(
    _ x: [Double], _ index: Int, _ function: ([Double]) -> Double
  ) -> Double {
    let step = 1e-5
    var (high, low) = (x, x)
    high[index] += step
    low[index] -= step
    return (function(high) - function(low)) / (2 * step)
  }

  // Rounding of float64 divided by the step, and the step's square times third derivatives of at most 100.
  private static let differenceBound = 1e-7

  @Test(arguments: Activation.allCases)
  func slopesAreThoseOfTheActivations(activation: Activation) {
    for x in stride(from: -5.05, through: 5, by: 0.37) {
      let expected = difference([x], 0) { Reference.activation($0[0], activation) }
      #expect(abs(Reference.slope(x, activation) - expected) < Self.differenceBound)
    }
  }

  /// A product's slopes are products: by the input dy W, by the weight dy^T x, by the bias dy's sums.
  @Test func productGradientsAreThoseOfTheProduct() {
    let (rows, inputs, outputs) = (4, 3, 5)
    let sizes = [rows * inputs, outputs * inputs, outputs]
    let all = values(sizes.reduce(0, +), seed: 25).map(Double.init)
    let dy = nested(values(rows * outputs, seed: 26), outputs)
    func matrix(_ x: ArraySlice<Double>) -> [[Double]] {
      stride(from: x.startIndex, to: x.endIndex, by: inputs).map { Array(x[$0..<$0 + inputs]) }
    }
    func value(_ all: [Double]) -> Double {
      let x = matrix(all[0..<sizes[0]])
      let weight = matrix(all[sizes[0]..<sizes[0] + sizes[1]])
      let out = Reference.multiplyTransposed(x, weight)
      return zip(out, dy).reduce(0) { sum, row in
        row.0.indices.reduce(sum) {
          $0 + (row.0[$1] + all[sizes[0] + sizes[1] + $1]) * row.1[$1]
        }
      }
    }
    let x = matrix(all[0..<sizes[0]])
    let weight = matrix(all[sizes[0]..<sizes[0] + sizes[1]])
    let columns = (0..<inputs).map { input in weight.map { $0[input] } }
    let expected =
      Reference.multiplyTransposed(dy, columns).flatMap { $0 }
      + Reference.multiplyTransposedLeft(dy, x).flatMap { $0 }
      + Reference.multiplyTransposedLeft(dy, Array(repeating: [1], count: rows)).flatMap { $0 }
    for index in all.indices {
      #expect(abs(difference(all, index, value) - expected[index]) < Self.differenceBound)
    }
  }

  @Test func layerNormGradientIsThatOfTheNorm() {
    let v = values(7, seed: 20).map(Double.init)
    let (gamma, beta) = (values(7, seed: 21).map(Double.init), values(7, seed: 22).map(Double.init))
    let dy = values(7, seed: 23).map(Double.init)
    let slopes = Reference.layerNormGradient(dy, v, gamma: gamma, epsilon: 1e-3)
    func value(_ v: [Double], _ gamma: [Double], _ beta: [Double]) -> Double {
      zip(Reference.layerNorm(v, gamma: gamma, beta: beta, epsilon: 1e-3), dy)
        .reduce(0) { $0 + $1.0 * $1.1 }
    }
    for i in 0..<7 {
      let input = difference(v, i) { value($0, gamma, beta) }
      let scale = difference(gamma, i) { value(v, $0, beta) }
      let shift = difference(beta, i) { value(v, gamma, $0) }
      #expect(abs(slopes.input[i] - input) < Self.differenceBound)
      #expect(abs(slopes.gamma[i] - scale) < Self.differenceBound)
      #expect(abs(slopes.beta[i] - shift) < Self.differenceBound)
    }
  }

  @Test func attentionGradientIsThatOfAttention() {
    let (n, d) = (4, 3)
    let all = values(4 * n * d + n * n, seed: 24).map(Double.init)
    let mask = (0..<n).map { i in (0..<n).map { (i + $0) % 3 == 0 ? 0 : 1.5 } }
    func matrix(_ x: [Double], _ part: Int) -> [[Double]] {
      (0..<n).map { Array(x[part * n * d + $0 * d..<part * n * d + ($0 + 1) * d]) }
    }
    func bias(_ x: [Double]) -> [[Double]] {
      (0..<n).map { Array(x[4 * n * d + $0 * n..<4 * n * d + ($0 + 1) * n]) }
    }
    func value(_ x: [Double]) -> Double {
      let (q, k, v) = (matrix(x, 0), matrix(x, 1), matrix(x, 2))
      let weights = Reference.probabilities(q, k, scale: 0.7, bias: bias(x))
      let dout = matrix(all, 3)
      var sum = 0.0
      for i in 0..<n {
        for j in 0..<n {
          for c in 0..<d { sum += weights[i][j] * mask[i][j] * v[j][c] * dout[i][c] }
        }
      }
      return sum
    }
    let slopes = Reference.attentionGradient(
      matrix(all, 3), matrix(all, 0), matrix(all, 1), matrix(all, 2), scale: 0.7,
      bias: bias(all), mask: mask)
    let expected = [slopes.query, slopes.key, slopes.value].map { $0.flatMap { $0 } }
    for part in 0..<3 {
      for i in 0..<n * d {
        let found = difference(all, part * n * d + i, value)
        #expect(abs(found - expected[part][i]) < Self.differenceBound)
      }
    }
    for i in 0..<n * n {
      let found = difference(all, 4 * n * d + i, value)
      #expect(abs(found - slopes.bias.flatMap { $0 }[i]) < Self.differenceBound)
    }
  }
}

extension DropoutRule {
  /// What a dropout multiplies column `column` of row `row` with.
  fileprivate func factor(row: Int, column: Int, kernels: KernelSet) -> Float {
    var words = [UInt32](repeating: 0, count: 4)
    kernels.philox(
      &words, blocks: 1, key: key, stream: stream, first: UInt64(row) << 32 | UInt64(column / 4))
    return words[column % 4] < threshold ? 0 : scale
  }
}
