import Contracts
public import Encoders
public import FeatureStore
public import StageKit

/// Holds Firn's promise on real rows: a text's features, pooled and token by token, have the same bits
/// alone, in any batch, in any order and on any number of threads.
public struct BitsCheck {
  /// One way of encoding, and how many rows differed from the first way.
  public struct Outcome: Sendable {
    public let way: String
    public let rows: Int
    public let differing: Int

    public var json: JSONValue {
      .object(["way": .string(way), "rows": .integer(rows), "differing": .integer(differing)])
    }
  }

  private let encoder: any Encoder
  private let texts: TokenBatch
  private let longest: Int
  private let keys: [FeatureKey]

  /// `rows`: how many of the file's first rows; all of them when nil.
  ///
  /// - Throws: `HDF5Error`, `FeatureStoreError`.
  public init(_ file: TokensFile, rows: Int?, encoder: any Encoder) throws {
    self.encoder = encoder
    let texts = try file.tokens(0..<min(rows ?? file.count, file.count))
    self.texts = texts
    longest = (0..<texts.count).map { texts.range($0).count }.max() ?? 1
    keys = [Pooling.mean, .cls, .max, .lastToken].map {
      FeatureKey(layer: encoder.layerCount, pooling: $0)
    }
  }

  /// Encodes in every way. `report` is called after each.
  ///
  /// - Throws: `EncoderError`.
  public func run(_ report: (Outcome) -> Void) throws {
    let count = texts.count
    let expected = try extractor(threads: 1, batch: 512).extract(texts)
    func compare(
      _ way: String, _ found: [Matrix], views: [Int]? = nil, order: [Int]? = nil
    ) {
      let views = views ?? Array(expected.indices)
      // Where each text's vectors begin in what was found: its tokens', and its one of each view.
      let order = order ?? Array(0..<count)
      var place = [Int](repeating: 0, count: count)
      var first = place
      var tokens = 0
      for (position, text) in order.enumerated() {
        (place[text], first[text]) = (position, tokens)
        tokens += texts.range(text).count
      }
      let differing = (0..<count).count { text in
        !zip(views, found).allSatisfy { view, matrix in
          let pooled = view < keys.count
          let range = texts.range(text)
          return Self.same(
            matrix, pooled ? place[text] : first[text], expected[view],
            pooled ? text : range.lowerBound, rows: pooled ? 1 : range.count)
        }
      }
      report(Outcome(way: way, rows: count, differing: differing))
    }
    for (threads, batch) in [(2, 512), (5, 512), (2, 64), (1, 4096)] {
      let way = "\(threads) threads, batches of \(batch) tokens"
      compare(way, try extractor(threads: threads, batch: batch).extract(texts))
    }
    let order = (0..<count).sorted { Self.key($0) < Self.key($1) }
    let shuffled = try extractor(threads: 2, batch: 512).extract(pick(order))
    compare("shuffled, 2 threads", shuffled, order: order)
    compare("alone, one text a batch", try alone())
    for (view, pooling) in keys.map(\.pooling).enumerated() {
      guard [[.cls], [.lastToken]].contains(pooling.poolings) else { continue }
      let reduced = FeatureExtractor(
        encoder: encoder, keys: [keys[view]], normalize: false, threads: 2, longest: longest)
      compare(
        "\(pooling) alone, the last layer reduced", try reduced.extract(texts),
        views: [view])
    }
  }

  /// Every view, and the last layer's tokens.
  private func extractor(threads: Int, batch: Int) -> FeatureExtractor {
    FeatureExtractor(
      encoder: encoder, keys: keys, normalize: false, threads: threads, longest: longest,
      tokensPerBatch: batch, tokenLayer: encoder.layerCount)
  }

  private static func same(
    _ a: Matrix, _ first: Int, _ b: Matrix, _ second: Int, rows: Int
  ) -> Bool {
    let width = a.columns
    return a.storage[first * width..<(first + rows) * width]
      .elementsEqual(b.storage[second * width..<(second + rows) * width]) {
        $0.bitPattern == $1.bitPattern
      }
  }

  private func alone() throws -> [Matrix] {
    var next = 0
    var storage = [[Float]](repeating: [], count: keys.count + 1)
    try extractor(threads: 2, batch: 1).extract(tokens: texts.tokenCount) {
      guard next < texts.count else { return nil }
      defer { next += 1 }
      return pick([next])
    } write: { features in
      for (view, values) in features.enumerated() { storage[view] += values }
    }
    let width = encoder.hiddenSize
    return storage.map { Matrix(rows: $0.count / width, columns: width, storage: $0) }
  }

  private func pick(_ rows: [Int]) -> TokenBatch {
    var batch = TokenBatch()
    for row in rows {
      let range = texts.range(row)
      batch.append(ids: texts.ids[range], types: texts.types[range])
    }
    return batch
  }

  private static func key(_ row: Int) -> UInt64 {
    var random = SplitMix64(seed: UInt64(row))
    return random.next()
  }
}
