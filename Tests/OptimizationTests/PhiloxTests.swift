import Kernels
import Optimization
import Testing

struct PhiloxTests {
  /// Random123's known answers for philox4x32 with 10 rounds (kat_vectors).
  private static let known: [(index: UInt64, stream: UInt64, seed: UInt64, words: [UInt32])] = [
    (0, 0, 0, [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]),
    (.max, .max, .max, [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd]),
    (
      0x85a3_08d3_243f_6a88, 0x0370_7344_1319_8a2e, 0x299f_31d0_a409_3822,
      [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1]
    ),
  ]

  @Test(arguments: known)
  func knownAnswers(
    vector: (index: UInt64, stream: UInt64, seed: UInt64, words: [UInt32])
  ) throws {
    let generator = Philox(seed: vector.seed, stream: vector.stream)
    let block = generator.block(vector.index)
    #expect((0..<4).map { block[$0] } == vector.words)
    for kernels in KernelSet.available {
      var out = [UInt32](repeating: 0, count: 4)
      kernels.philox(
        &out, blocks: 1, key: vector.seed, stream: vector.stream, first: vector.index)
      #expect(out == vector.words, "\(kernels.name)")
    }
  }

  @Test(arguments: KernelSet.available.map(\.name))
  func everySetDrawsTheSameWords(name: String) throws {
    let kernels = try KernelSet.named(name)
    let generator = Philox(seed: 42, .dropout, 7, part: 3)
    var words = [UInt32](repeating: 0, count: 4 * 37)
    kernels.philox(&words, blocks: 37, key: 42, stream: generator.stream, first: 0)
    #expect(words == words.indices.map { generator.word($0) })
  }

  @Test(arguments: KernelSet.available.map(\.name))
  func dropoutZeroesWhatTheWordsSay(name: String) throws {
    let (rows, columns, stride) = (5, 150, 160)
    let generator = Philox(seed: 42, .dropout, 7, part: 3)
    let ones = FloatBuffer([Float](repeating: 1, count: rows * stride))
    try KernelSet.named(name).dropout(
      ones.pointer, ones.pointer, rows: rows, columns: columns, stride: stride, firstRow: 7,
      generator.dropout(0.25))
    for row in 0..<rows {
      for column in 0..<columns {
        let word = generator.block(UInt64(row + 7) << 32 | UInt64(column / 4))[column % 4]
        let expected: Float = word < 1 << 30 ? 0 : 1 / 0.75
        #expect(ones.pointer[row * stride + column] == expected)
      }
      // What lies between rows stays.
      #expect(ones.pointer[row * stride + columns] == 1)
    }
  }

  @Test func permutationHoldsEachOnceAndStreamsDiffer() {
    let first = Philox(seed: 1, .shuffle, 0).permutation(1000)
    #expect(first.sorted() == Array(0..<1000))
    #expect(first == Philox(seed: 1, .shuffle, 0).permutation(1000))
    #expect(first != Philox(seed: 1, .shuffle, 1).permutation(1000))
    #expect(first != Philox(seed: 2, .shuffle, 0).permutation(1000))
  }

  @Test func momentsOfTheDistributions() {
    let values = FloatBuffer(count: 20_001)
    Philox(seed: 3).fillNormal(values.pointer, count: values.count, deviation: 2)
    let normal = (0..<values.count).map { Double(values.pointer[$0]) }
    let count = Double(values.count)
    // Five standard errors of mean and variance.
    #expect(abs(normal.reduce(0, +) / count) < 5 * 2 / count.squareRoot())
    let square = normal.reduce(0) { $0 + $1 * $1 } / count
    #expect(abs(square - 4) < 5 * 4 * (2 / count).squareRoot())

    Philox(seed: 3).fillUniform(values.pointer, count: values.count, bound: 0.5)
    let uniform = (0..<values.count).map { Double(values.pointer[$0]) }
    #expect(uniform.allSatisfy { $0 >= -0.5 && $0 < 0.5 })
    #expect(abs(uniform.reduce(0, +) / count) < 5 / (12 * count).squareRoot())
  }
}
