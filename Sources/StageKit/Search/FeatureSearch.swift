public import Contracts
public import FeatureStore
import Heads
import Kernels
public import Neighbours

/// Exact search by cosine among the rows of a features file.
public final class FeatureSearch {
  private let file: FeaturesFile
  private let views: JoinedViews
  private let threads: Int
  private var parts: [Split?: FeatureParts] = [:]

  /// `views`: side by side where there are several.
  ///
  /// - Throws: `FeatureStoreError.noSuchView`, `KernelError`.
  public init(_ file: FeaturesFile, views: [FeatureKey], threads: Int) throws {
    try DoubleGemm.prepare()
    self.file = file
    self.views = try JoinedViews(file, views)
    self.threads = threads
  }

  /// Reads the rows into memory, where they fit into half of what there is; else they are read for
  /// each search.
  ///
  /// - Throws: `HDF5Error`, `FeatureStoreError`.
  public func load(_ scope: SearchScope) throws {
    guard fitsInMemory else { return }
    for parts in try parts(of: scope) {
      for part in 0..<parts.count { _ = try parts.rows(part) }
    }
  }

  /// The rows nearest to each query, by their numbers in the file.
  ///
  /// `queries`: [queries, width of the views].
  ///
  /// - Throws: `HDF5Error`, `FeatureStoreError`.
  public func nearest(
    to queries: Matrix, limit: Int, minimum: Double = -1, _ scope: SearchScope = .all
  ) throws -> [[Neighbour]] {
    let queries = UnitRows(queries, threads: threads)
    var found = [[Neighbour]](repeating: [], count: queries.count)
    for parts in try parts(of: scope) {
      let search = CosineSearch(queries, limit: limit, minimum: minimum, threads: threads)
      for part in 0..<parts.count {
        search.add(try parts.rows(part), numberedFrom: parts.first(part))
      }
      for (query, rows) in search.neighbours.enumerated() {
        found[query] += rows.map { Neighbour(row: parts.row($0.row), cosine: $0.cosine) }
      }
    }
    return found.map { rows in
      Array(rows.sorted { ($0.cosine, $1.row) > ($1.cosine, $0.row) }.prefix(limit))
    }
  }

  /// All pairs of rows whose cosine is at least `threshold`, each once.
  ///
  /// `body`: takes pairs, block by block, by their rows' numbers in the file.
  ///
  /// - Throws: `HDF5Error`, `FeatureStoreError`, what `body` throws.
  public func nearDuplicates(
    threshold: Double, _ scope: SearchScope = .all, _ body: ([RowPair]) throws -> Void
  ) throws {
    let parts = try parts(of: scope)
    let (left, right) = (parts[0], parts[parts.count - 1])
    let finder = NearDuplicates(threshold: threshold, threads: threads)
    func named(_ pairs: [RowPair]) throws {
      try body(
        pairs.map {
          RowPair(first: left.row($0.first), second: right.row($0.second), cosine: $0.cosine)
        })
    }
    for first in 0..<left.count {
      let rows = try left.rows(first)
      if left === right { try finder.forEach(within: rows, numberedFrom: left.first(first), named) }
      let others = left === right ? (0..<right.count).dropFirst(first + 1) : 0..<right.count
      for second in others {
        try finder.forEach(
          between: rows, and: try right.rows(second), leftFrom: left.first(first),
          rightFrom: right.first(second), named)
      }
    }
  }

  private var fitsInMemory: Bool { views.byteCount <= Machine.availableMemory / 2 }

  /// The rows of a scope: of one split or all, or of two.
  private func parts(of scope: SearchScope) throws -> [FeatureParts] {
    switch scope {
    case .all: [try rows(of: nil)]
    case .split(let split): [try rows(of: split)]
    case .between(let left, let right): [try rows(of: left), try rows(of: right)]
    }
  }

  private func rows(of split: Split?) throws -> FeatureParts {
    if let known = parts[split] { return known }
    let made = FeatureParts(
      views, rows: try split.map { try file.columns.rows(of: $0) }, keeps: fitsInMemory,
      threads: threads)
    parts[split] = made
    return made
  }
}

extension RowColumns {
  /// The numbers of the rows that belong to `split`, ascending.
  ///
  /// - Throws: `HDF5Error`, `FeatureStoreError`.
  public func rows(of split: Split) throws -> [Int] {
    var rows: [Int] = []
    for start in stride(from: 0, to: count, by: 1 << 16) {
      let block = start..<min(start + 1 << 16, count)
      for (row, found) in zip(block, try splits(block)) where found == split { rows.append(row) }
    }
    return rows
  }
}
