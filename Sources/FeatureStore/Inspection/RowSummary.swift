public import Contracts

/// What a file's rows are, counted.
public struct RowSummary: Sendable {
  /// How many rows of each split there are, and of each class in it.
  public struct Part: Sendable, Equatable {
    public var rows = 0
    /// Rows with a label of whatever kind.
    public var labelled = 0
    /// Rows of each class, or rows that have each label; empty where labels are numbers.
    public var classes: [Int]
  }

  public let rows: Int
  public let labelKind: LabelKind
  public let classNames: [String]
  public let hasWeights: Bool
  /// A split that has no row is not there.
  public private(set) var parts: [Split: Part] = [:]
  /// Texts that were cut at max-length.
  public private(set) var truncated = 0
  /// Tokens of all rows together, and of the longest.
  public private(set) var tokens = 0
  public private(set) var longest = 0
  /// Rows without any token.
  public private(set) var withoutTokens = 0

  private static var rowsPerRead: Int { 1 << 16 }

  /// Counts the rows of a tokens file.
  ///
  /// - Throws: `HDF5Error`, `FeatureStoreError`.
  public init(_ file: TokensFile) throws {
    try self.init(file.columns) { try file.tokenCounts($0) }
  }

  /// Counts the rows of a features file.
  ///
  /// - Throws: `HDF5Error`, `FeatureStoreError`.
  public init(_ file: FeaturesFile) throws {
    try self.init(file.columns) { try file.tokenCounts($0) }
  }

  private init(_ columns: RowColumns, counts: (Range<Int>) throws -> [Int32]) throws {
    rows = columns.count
    labelKind = columns.labelKind
    classNames = columns.classNames
    hasWeights = columns.hasWeights
    for start in stride(from: 0, to: columns.count, by: Self.rowsPerRead) {
      let rows = start..<min(start + Self.rowsPerRead, columns.count)
      let splits = try columns.splits(rows)
      let labels = try columns.rowLabels(rows)
      for (row, split) in splits.enumerated() { count(row, labels, split) }
      truncated += try columns.truncated(rows).count { $0 }
      for count in try counts(rows) {
        tokens += Int(count)
        longest = max(longest, Int(count))
        if count == 0 { withoutTokens += 1 }
      }
    }
  }

  private mutating func count(_ row: Int, _ labels: Labels, _ split: Split) {
    var part =
      parts[split]
      ?? Part(classes: [Int](repeating: 0, count: labelKind == .number ? 0 : classNames.count))
    part.rows += 1
    switch labels {
    case .classes(let classes):
      if classes[row] >= 0 {
        part.labelled += 1
        part.classes[Int(classes[row])] += 1
      }
    case .sets(let sets):
      let values = sets.values[row * sets.labelCount..<(row + 1) * sets.labelCount]
      if values.first != LabelSets.unknown {
        part.labelled += 1
        for (label, value) in values.enumerated() where value == 1 { part.classes[label] += 1 }
      }
    case .numbers(let numbers):
      if !numbers[row].isNaN { part.labelled += 1 }
    }
    parts[split] = part
  }
}
