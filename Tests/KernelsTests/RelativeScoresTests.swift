import Kernels
import Testing

/// What distances and segments add to scores: every set against the plain reference.
struct RelativeScoresTests {
  struct Case: CustomTestStringConvertible {
    let kernels: String
    /// The columns: one for each distance up to this, then one for two.
    let straight: Int
    let byQuery: Bool
    let byKey: Bool
    let segments: Bool

    var testDescription: String {
      "\(kernels), straight to \(straight)" + (byQuery ? ", by query" : "")
        + (byKey ? ", by key" : "") + (segments ? ", segments" : "")
    }
  }

  private static let cases = KernelSet.available.flatMap { set in
    [0, 5, 40, 1000].flatMap { straight in
      [
        (true, false, false), (false, true, false), (true, true, false), (true, false, true),
        (true, true, true),
      ].map { byQuery, byKey, segments in
        Case(
          kernels: set.name, straight: straight, byQuery: byQuery, byKey: byKey,
          segments: segments)
      }
    }
  }

  private static func values(_ count: Int, seed: UInt64) -> [Float] {
    testValues(count, seed: seed)
  }

  /// One text, and the tables of one head.
  private struct Text {
    static let longest = 150
    let tokens: Int
    let headSize: Int
    let own: Case
    let scale: Float = 0.3
    let stride: Int
    let qk: [Float]
    let tables: [[Float]]
    let moved: [[Float]]
    let types: [UInt8]
    let columns: DistanceColumns
    let places: [Int]

    init(tokens: Int, headSize: Int, _ own: Case) {
      self.tokens = tokens
      self.headSize = headSize
      self.own = own
      stride = 2 * headSize + 3
      func place(_ distance: Int) -> Int {
        let far = max(abs(distance) - own.straight, 0)
        return (abs(distance) - far + (far + 1) / 2) * distance.signum()
      }
      let half = place(Self.longest - 1) + 2
      let count = 2 * half + 1
      places = (1 - Self.longest..<Self.longest).map { place($0) + half }
      columns = DistanceColumns(places, count: count)
      qk = values(max(tokens, 1) * stride, seed: 3)
      tables = [values(count * headSize, seed: 4), values(count * headSize, seed: 5)]
      moved = (6...8).map { values(headSize, seed: $0) }
      types = (0..<tokens).map { $0 % 3 == 1 || $0 > 90 ? 1 : 0 }
    }

    func rows(_ values: [Float], count: Int, stride: Int, from: Int = 0) -> [[Double]] {
      (0..<count).map { row in
        (0..<headSize).map { Double(values[row * stride + from + $0]) }
      }
    }

    func expected() -> [[Double]] {
      let count = columns.count
      return Reference.relativeScores(
        rows(qk, count: tokens, stride: stride),
        rows(qk, count: tokens, stride: stride, from: headSize),
        byQuery: own.byQuery ? rows(tables[0], count: count, stride: headSize) : nil,
        moved: moved[0].map(Double.init),
        byKey: own.byKey ? rows(tables[1], count: count, stride: headSize) : nil,
        segment: own.segments ? moved[1].map(Double.init) : nil,
        segmentMoved: moved[2].map(Double.init), types: types
      ) { places[$0 + Self.longest - 1] }
    }

    /// The scores of `queries`, scaled: [queries][tokens].
    func run(_ kernels: KernelSet, _ queries: Range<Int>) -> [[Float]] {
      let scores = RelativeScores(
        byQuery: own.byQuery ? FloatBuffer(tables[0]) : nil,
        byQueryBias: own.byQuery ? moved[0] : nil,
        byKey: own.byKey ? FloatBuffer(tables[1]) : nil,
        segment: own.segments ? (weight: moved[1], bias: moved[2]) : nil,
        columns: columns.count, headSize: headSize, kernels)
      let rowStride = kernels.relativeStride(tokens: tokens)
      let bias = FloatBuffer(Array(repeating: Float.nan, count: queries.count * rowStride))
      // What another text left must not be seen.
      let scratch = FloatBuffer(
        Array(
          repeating: Float.nan,
          count: KernelSet.relativeScratch(tokens: tokens, columns: columns.count)))
      qk.withUnsafeBufferPointer { qk in
        types.withUnsafeBufferPointer { types in
          guard let from = qk.baseAddress else { return }
          kernels.relative(
            bias.pointer, query: from, key: from + headSize, stride: stride,
            types: types.baseAddress, tokens: tokens, queries: queries, scale: scale, scores,
            columns, headSize: headSize, scratch: scratch.pointer)
        }
      }
      return (0..<queries.count).map { row in
        (0..<tokens).map { bias.pointer[row * rowStride + $0] }
      }
    }
  }

  @Test(arguments: cases, [1, 16, 49, 130])
  func equalsReference(own: Case, tokens: Int) throws {
    let kernels = try KernelSet.named(own.kernels)
    // No multiple of a vector: the rests are there too.
    let headSize = 22
    let text = Text(tokens: tokens, headSize: headSize, own)
    let expected = text.expected()
    let found = text.run(kernels, 0..<tokens)
    let errors = zip(found, expected).flatMap { row, wanted in
      zip(row, wanted).map { abs(Double($0) - $1 * Double(text.scale)) }
    }
    // Three sums of headSize products, of at most 2 each, with a rounding each. A NaN is no less.
    let bound = 3 * Double(headSize) * Double(Float(2 * headSize).ulp)
    #expect(errors.count == tokens * tokens && errors.allSatisfy { $0 < bound })
  }

  /// Some queries alone get the bits that they have among all.
  @Test(arguments: cases)
  func someQueriesKeepTheirBits(own: Case) throws {
    let kernels = try KernelSet.named(own.kernels)
    let text = Text(tokens: 101, headSize: 20, own)
    let all = text.run(kernels, 0..<101)
    for queries in [0..<1, 100..<101, 5..<18, 33..<70] {
      #expect(text.run(kernels, queries) == Array(all[queries]))
    }
  }

  /// The products of a query with columns, each once, counted by hand.
  @Test
  func productsAreThoseOfColumns() {
    let columns = DistanceColumns([0, 0, 1, 2, 2], count: 3)
    // Of two tokens, distances 0 and 1, and -1 and 0; of three, also 2 and -2, which share columns.
    #expect([0, 1, 2, 3].map { columns.products(tokens: $0) } == [0, 1, 4, 7])
  }
}
