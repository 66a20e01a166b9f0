import Contracts
public import Encoders
public import FeatureStore
public import StageKit

/// Holds Firn's promise on real rows: a text's features have the same bits alone, in any batch, in
/// any order and on any number of threads.
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
      _ way: String, _ found: [Matrix], views: [Int]? = nil, row: (Int) -> Int = { $0 }
    ) {
      let views = views ?? Array(keys.indices)
      let differing = (0..<count).count { text in
        !zip(views, found).allSatisfy { view, matrix in
          matrix[row: row(text)].elementsEqual(expected[view][row: text]) {
            $0.bitPattern == $1.bitPattern
          }
        }
      }
      report(Outcome(way: way, rows: count, differing: differing))
    }
    for (threads, batch) in [(2, 512), (5, 512), (2, 64), (1, 4096)] {
      let way = "\(threads) threads, batches of \(batch) tokens"
      compare(way, try extractor(threads: threads, batch: batch).extract(texts))
    }
    let order = (0..<count).sorted { Self.key($0) < Self.key($1) }
    var place = [Int](repeating: 0, count: count)
    for (position, text) in order.enumerated() { place[text] = position }
    let shuffled = try extractor(threads: 2, batch: 512).extract(pick(order))
    compare("shuffled, 2 threads", shuffled) { place[$0] }
    compare("alone, one text a batch", try alone())
    for (view, pooling) in keys.map(\.pooling).enumerated() {
      guard pooling == .cls || pooling == .lastToken else { continue }
      let key = [keys[view]]
      compare(
        "\(pooling.rawValue) alone, the last layer reduced",
        try extractor(threads: 2, batch: 512, keys: key).extract(texts), views: [view])
    }
  }

  private func extractor(
    threads: Int, batch: Int, keys: [FeatureKey]? = nil
  ) -> FeatureExtractor {
    FeatureExtractor(
      encoder: encoder, keys: keys ?? self.keys, normalize: false, threads: threads,
      longest: longest, tokensPerBatch: batch)
  }

  private func alone() throws -> [Matrix] {
    var next = 0
    var storage = keys.map { _ in [Float]() }
    try extractor(threads: 2, batch: 1).extract(tokens: texts.tokenCount) {
      guard next < texts.count else { return nil }
      defer { next += 1 }
      return pick([next])
    } write: { features in
      for (view, values) in features.enumerated() { storage[view] += values }
    }
    return storage.map {
      Matrix(rows: texts.count, columns: encoder.hiddenSize, storage: $0)
    }
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
