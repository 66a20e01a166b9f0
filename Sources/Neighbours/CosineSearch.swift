import Kernels
import Synchronization

/// A row that is near to another.
public struct Neighbour: Sendable, Equatable {
  public let row: Int
  /// From -1 to 1.
  public let cosine: Double

  public init(row: Int, cosine: Double) {
    self.row = row
    self.cosine = cosine
  }

  /// Whether this one stands before `other` in a list: nearer, or as near and of a row before.
  func precedes(_ other: Neighbour) -> Bool {
    cosine > other.cosine || (cosine == other.cosine && row < other.row)
  }
}

/// The rows nearest to each of several queries by cosine, exactly.
///
/// Every row is looked at: products of blocks in float32 by OpenBLAS's sgemm find those that can be
/// among the nearest, and their cosines are worked out in float64. What is found depends neither on
/// the blocks, nor on the other queries, nor on the number of threads. Rows come in any number of
/// parts, so that a file may be larger than memory.
///
/// - Complexity: O(queries · rows · width).
public final class CosineSearch: Sendable {
  private let queries: UnitRows
  private let limit: Int
  private let threads: Int
  private let found: Mutex<[NearestRows]>

  /// Rows whose scores are worked out by one product: a mebi of numbers, 4 MiB, a worker.
  private static var scoresPerBlock: Int { 1 << 20 }
  private static var largestBlock: Int { 4096 }
  /// Queries that are multiplied together; more would not be faster.
  private static var queriesPerBlock: Int { 256 }

  /// `limit`: how many neighbours each query has at most.
  /// `minimum`: the cosine that a neighbour has at least.
  ///
  /// - Precondition: `limit` is positive; OpenBLAS can be loaded (`DoubleGemm.prepare()`).
  public init(_ queries: UnitRows, limit: Int, minimum: Double = -1, threads: Int) {
    precondition(limit > 0)
    self.queries = queries
    self.limit = limit
    self.threads = threads
    found = Mutex(
      [NearestRows](
        repeating: NearestRows(limit: limit, minimum: minimum), count: queries.count))
  }

  /// Looks at more rows; row 0 of them is called `first` in what is found.
  ///
  /// - Precondition: they are as wide as the queries.
  public func add(_ rows: UnitRows, numberedFrom first: Int = 0) {
    precondition(rows.width == queries.width)
    let asked = Blocks(count: queries.count, size: Self.queriesPerBlock)
    for block in 0..<asked.number {
      let some = asked[block]
      let size = max(1, min(Self.largestBlock, Self.scoresPerBlock / some.count))
      let parts = Blocks(count: rows.count, size: size)
      let scan = Scan(queries: queries, asked: some, rows: rows, first: first, limit: limit)
      Workers.forEach(parts.number, workers: threads) { [self] _, part in
        let thresholds = found.withLock { found in some.map { found[$0].threshold } }
        merge(scan.candidates(parts[part], thresholds), some)
      }
    }
  }

  private func merge(_ candidates: [[Neighbour]], _ asked: Range<Int>) {
    guard candidates.contains(where: { !$0.isEmpty }) else { return }
    found.withLock { found in
      for (query, neighbours) in zip(asked, candidates) {
        for neighbour in neighbours { found[query].insert(neighbour) }
      }
    }
  }

  /// What was found so far: one list a query, the nearest first; rows as near as each other ascend.
  public var neighbours: [[Neighbour]] { found.withLock { $0.map(\.rows) } }
}

/// Products of some queries and some rows.
private struct Scan: Sendable {
  let queries: UnitRows
  let asked: Range<Int>
  let rows: UnitRows
  let first: Int
  let limit: Int

  /// The rows of a block that each query asked may have among its nearest, given the cosine that
  /// they must have at least.
  func candidates(_ block: Range<Int>, _ thresholds: [Double]) -> [[Neighbour]] {
    // [asked, block]
    let scores = [Float](unsafeUninitializedCapacity: asked.count * block.count) { buffer, count in
      guard let scores = buffer.baseAddress else { return }
      FloatGemm.multiply(
        m: asked.count, n: block.count, k: rows.width,
        .init(queries.pointer(asked.lowerBound), stride: rows.width),
        .init(rows.pointer(block.lowerBound), stride: rows.width, transposed: true),
        into: scores, stride: block.count)
      count = asked.count * block.count
    }
    return asked.indices.map { query in
      let place = query - asked.lowerBound
      var near: [Neighbour] = []
      scores.withUnsafeBufferPointer { scores in
        let own = UnsafeBufferPointer(
          rebasing: scores[place * block.count..<(place + 1) * block.count])
        let bound = max(Float(thresholds[place] - rows.slack).nextDown, surpassed(own))
        for (column, score) in own.enumerated() where score >= bound {
          let row = block.lowerBound + column
          let cosine = queries.cosine(query, rows, row)
          if cosine >= thresholds[place] {
            near.append(Neighbour(row: first + row, cosine: cosine))
          }
        }
      }
      return near
    }
  }

  /// A score such that rows below it have at least `limit` rows of the same block before them.
  ///
  /// Where `limit` rows have this product or more, their cosines are at most the slack below it, and so is
  /// that of a row above its own product.
  private func surpassed(_ scores: UnsafeBufferPointer<Float>) -> Float {
    guard limit < scores.count else { return -.infinity }
    // The least of the greatest of `limit` parts is no more than the score sought, and most rows are less.
    var greatest = [Float](repeating: -.infinity, count: limit)
    for start in stride(from: 0, to: scores.count, by: limit) {
      for part in 0..<min(limit, scores.count - start) where scores[start + part] > greatest[part] {
        greatest[part] = scores[start + part]
      }
    }
    let least = greatest.min() ?? -.infinity
    let ranked = scores.filter { $0 >= least }.sorted(by: >)
    guard ranked.count >= limit else { return -.infinity }
    return Float(Double(ranked[limit - 1]) - 2 * rows.slack).nextDown
  }
}

/// The nearest rows of one query, in order.
private struct NearestRows: Sendable {
  let limit: Int
  let minimum: Double
  private(set) var rows: [Neighbour] = []

  init(limit: Int, minimum: Double) {
    self.limit = limit
    self.minimum = minimum
  }

  /// What a row must have at least to be among them.
  var threshold: Double { rows.count == limit ? max(minimum, rows[limit - 1].cosine) : minimum }

  mutating func insert(_ neighbour: Neighbour) {
    guard neighbour.cosine >= threshold else { return }
    // The first that it stands before; there are few.
    var low = 0
    var high = rows.count
    while low < high {
      let middle = (low + high) / 2
      if neighbour.precedes(rows[middle]) { high = middle } else { low = middle + 1 }
    }
    guard low < limit else { return }
    if rows.count == limit { rows.removeLast() }
    rows.insert(neighbour, at: low)
  }
}
