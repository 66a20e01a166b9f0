import Kernels
import Synchronization

/// Two rows that are near to each other.
public struct RowPair: Sendable, Equatable {
  public let first: Int
  public let second: Int
  /// From -1 to 1.
  public let cosine: Double

  public init(first: Int, second: Int, cosine: Double) {
    self.first = first
    self.second = second
    self.cosine = cosine
  }
}

/// All pairs of rows whose cosine is at least a threshold, exactly.
///
/// Tiles of products in float32 by OpenBLAS's sgemm find those that can be, and their cosines are
/// worked out in float64: what is found depends neither on the tiles nor on the number of threads,
/// and rows of equal numbers have the cosine 1. Pairs are handed on while the search goes on.
///
/// - Complexity: O(rows² · width) for the pairs within rows.
public struct NearDuplicates: Sendable {
  public let threshold: Double
  public let threads: Int

  /// A product of so many rows with so many is 1 MiB: it is looked through while it is in the cache.
  private static var tileRows: Int { 512 }
  /// Tiles side by side whose pairs are handed on together; the same for any number of threads.
  private static var tilesPerBatch: Int { 64 }

  /// `threshold`: the cosine that a pair has at least.
  ///
  /// - Precondition: OpenBLAS can be loaded (`DoubleGemm.prepare()`).
  public init(threshold: Double, threads: Int) {
    self.threshold = threshold
    self.threads = threads
  }

  /// Finds the pairs within `rows`, each once with its first row before its second.
  ///
  /// `body`: takes pairs, block by block, ordered within a block by their rows. Row 0 is called
  /// `first` in them.
  ///
  /// - Throws: what `body` throws.
  public func forEach(
    within rows: UnitRows, numberedFrom first: Int = 0, _ body: ([RowPair]) throws -> Void
  ) rethrows {
    let blocks = Blocks(count: rows.count, size: Self.tileRows)
    for block in 0..<blocks.number {
      try search(
        Strip(
          left: rows, leftRows: blocks[block], right: rows, leftFirst: first, rightFirst: first),
        blocks, from: block, body)
    }
  }

  /// Finds the pairs of a row of `left` and a row of `right`.
  ///
  /// `body`: as above; the first row of a pair is one of `left`. Rows 0 are called `leftFirst` and
  /// `rightFirst`.
  ///
  /// - Precondition: both are of the same width.
  /// - Throws: what `body` throws.
  public func forEach(
    between left: UnitRows, and right: UnitRows, leftFrom leftFirst: Int = 0,
    rightFrom rightFirst: Int = 0, _ body: ([RowPair]) throws -> Void
  ) rethrows {
    precondition(left.width == right.width)
    let blocks = Blocks(count: left.count, size: Self.tileRows)
    for block in 0..<blocks.number {
      try search(
        Strip(
          left: left, leftRows: blocks[block], right: right, leftFirst: leftFirst,
          rightFirst: rightFirst),
        Blocks(count: right.count, size: Self.tileRows), from: 0, body)
    }
  }

  /// Goes through the tiles of a strip, those from `start` on.
  ///
  /// A tile on the diagonal, which meets itself, has each of its pairs once.
  private func search(
    _ strip: Strip, _ tiles: Blocks, from start: Int, _ body: ([RowPair]) throws -> Void
  ) rethrows {
    let isWithin = strip.left.values === strip.right.values
    for batch in stride(from: start, to: tiles.number, by: Self.tilesPerBatch) {
      let count = min(Self.tilesPerBatch, tiles.number - batch)
      let found = Found(count: count)
      let (threshold, slack) = (threshold, strip.left.slack)
      Workers.forEach(count, workers: threads) { _, tile in
        found.put(
          strip.pairs(
            tiles[batch + tile], atLeast: threshold, slack: slack, isWithin: isWithin),
          at: tile)
      }
      let pairs = found.all.sorted { ($0.first, $0.second) < ($1.first, $1.second) }
      if !pairs.isEmpty { try body(pairs) }
    }
  }
}

/// What the tiles of a batch had.
private final class Found: Sendable {
  private let tiles: Mutex<[[RowPair]]>

  init(count: Int) { tiles = Mutex([[RowPair]](repeating: [], count: count)) }

  func put(_ pairs: [RowPair], at tile: Int) {
    if !pairs.isEmpty { tiles.withLock { $0[tile] = pairs } }
  }

  var all: [RowPair] { tiles.withLock { $0.flatMap(\.self) } }
}

/// Some rows beside all others.
private struct Strip: Sendable {
  let left: UnitRows
  let leftRows: Range<Int>
  let right: UnitRows
  let leftFirst: Int
  let rightFirst: Int

  func pairs(
    _ rightRows: Range<Int>, atLeast threshold: Double, slack: Double, isWithin: Bool
  ) -> [RowPair] {
    let bound = Float(threshold - slack).nextDown
    var pairs: [RowPair] = []
    withUnsafeTemporaryAllocation(of: Float.self, capacity: leftRows.count * rightRows.count) {
      guard let products = $0.baseAddress else { return }
      FloatGemm.multiply(
        m: leftRows.count, n: rightRows.count, k: left.width,
        .init(left.pointer(leftRows.lowerBound), stride: left.width),
        .init(right.pointer(rightRows.lowerBound), stride: right.width, transposed: true),
        into: products, stride: rightRows.count)
      for row in leftRows {
        let line = products + (row - leftRows.lowerBound) * rightRows.count
        for column in 0..<rightRows.count where line[column] >= bound {
          let other = rightRows.lowerBound + column
          if isWithin && other <= row { continue }
          let cosine = left.cosine(row, right, other)
          guard cosine >= threshold else { continue }
          pairs.append(
            RowPair(first: leftFirst + row, second: rightFirst + other, cosine: cosine))
        }
      }
    }
    return pairs
  }
}
