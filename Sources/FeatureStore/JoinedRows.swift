internal import Contracts

/// A file that keeps rows: what features.h5 takes over of them.
protocol RowSource {
  var columns: RowColumns { get }
  func tokenCounts(_ rows: Range<Int>) throws -> [Int32]
  func rowKeys(_ rows: Range<Int>) throws -> [RowKey]
  /// Where the rows' tokens begin, and where the last row's end: [rows + 1].
  func tokenBounds(_ rows: Range<Int>) throws -> [Int]
}

extension TokensFile: RowSource {}

extension FeaturesFile: RowSource {
  func tokenBounds(_ rows: Range<Int>) throws -> [Int] { try tokenFeatureBounds(rows) }
}

/// Rows of files, or of parts of files, one after the other as if they were one file's.
struct JoinedRows {
  private struct Part {
    let source: any RowSource
    /// In the source.
    let rows: Range<Int>
    /// The place of the first of them here.
    let start: Int
  }

  private let parts: [Part]
  let count: Int
  /// What all parts agree on: the classes, the kind of labels, whether there are weights.
  let first: RowColumns

  /// - Precondition: there is a part; all have the same classes and the same kind of labels.
  init(_ parts: [(source: any RowSource, rows: Range<Int>)]) {
    var start = 0
    self.parts = parts.map { source, rows in
      defer { start += rows.count }
      return Part(source: source, rows: rows, start: start)
    }
    count = start
    first = parts[0].source.columns
  }

  /// Reads something of rows, in order.
  func read<Value>(
    _ rows: Range<Int>, _ body: (any RowSource, Range<Int>) throws -> [Value]
  ) throws -> [Value] {
    var values: [Value] = []
    for part in parts {
      let here = (part.start..<part.start + part.rows.count).clamped(to: rows)
      guard !here.isEmpty else { continue }
      let start = part.rows.lowerBound + here.lowerBound - part.start
      values += try body(part.source, start..<start + here.count)
    }
    return values
  }

  /// Reads a column of rows, in order.
  func read<Value>(
    _ rows: Range<Int>, of column: (RowColumns) -> (Range<Int>) throws -> [Value]
  ) throws -> [Value] {
    try read(rows) { source, rows in try column(source.columns)(rows) }
  }

  /// How many tokens each row has.
  func tokenCounts(_ rows: Range<Int>) throws -> [Int32] {
    try read(rows) { source, rows in try source.tokenCounts(rows) }
  }

  /// The tokens of all rows.
  func tokenCount() throws -> Int {
    try parts.reduce(0) { sum, part in
      let (first, end) = (part.rows.lowerBound, part.rows.upperBound)
      return try sum + part.source.tokenBounds(end..<end)[0]
        - part.source.tokenBounds(first..<first)[0]
    }
  }
}
