/// One of the parts that the rows of a tokens file are encoded in.
public struct Shard: Sendable, Hashable, CustomStringConvertible {
  /// The most parts that a file may be cut in: more are a mistake.
  public static let largestCount = 1 << 20

  /// From 0.
  public let index: Int
  public let count: Int

  /// nil unless `index` is one of `count`.
  public init?(index: Int, count: Int) {
    guard (1...Self.largestCount).contains(count), (0..<count).contains(index) else { return nil }
    self.index = index
    self.count = count
  }

  /// As `--shard` takes it: `3/8`.
  public var description: String { "\(index)/\(count)" }

  /// For names of files: `00003-of-00008`, which sorts as it counts.
  public var fileNamePart: String { "\(Self.padded(index))-of-\(Self.padded(count))" }

  private static func padded(_ number: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, 5 - digits.count)) + digits
  }
}

/// Which rows a shard's file holds.
public struct ShardRows: Sendable, Hashable {
  public let shard: Shard
  /// Its rows among those of the tokens file.
  public let rows: Range<Int>
  /// The rows of the tokens file.
  public let total: Int

  /// nil where the rows do not lie within `total`.
  public init?(shard: Shard, rows: Range<Int>, total: Int) {
    guard rows.lowerBound >= 0, rows.upperBound <= total else { return nil }
    self.shard = shard
    self.rows = rows
    self.total = total
  }
}

extension TokensFile {
  /// The rows of a shard: one after the other, and of all shards about as many tokens.
  ///
  /// Shard i of n begins at the row whose first token is nearest to i/n of all tokens. The cut
  /// follows from the file alone, so that shards are made apart from each other.
  ///
  /// - Throws: `HDF5Error`, `FeatureStoreError`.
  /// - Complexity: O(log rows) reads.
  public func rows(of shard: Shard) throws -> ShardRows {
    let first = try firstRow(shard.index, of: shard.count)
    let next = max(first, try firstRow(shard.index + 1, of: shard.count))
    guard let rows = ShardRows(shard: shard, rows: first..<next, total: count) else {
      preconditionFailure("rows \(first) to \(next) of \(count)")
    }
    return rows
  }

  private func firstRow(_ index: Int, of shards: Int) throws -> Int {
    func share(_ total: Int) -> Int {
      total / shards * index + total % shards * index / shards
    }
    if index == 0 { return 0 }
    if index == shards { return count }
    if tokenCount == 0 { return share(count) }
    let target = share(tokenCount)
    // The first row that begins there or later, by bisection.
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if try firstToken(of: middle) < target { low = middle + 1 } else { high = middle }
    }
    guard low > 0 else { return 0 }
    let (before, after) = (try firstToken(of: low - 1), try firstToken(of: low))
    return target - before < after - target ? low - 1 : low
  }

  private func firstToken(of row: Int) throws -> Int { try tokenBounds(row..<row)[0] }
}
