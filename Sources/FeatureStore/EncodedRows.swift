public import AtomicFiles
internal import Digests

/// Rows that an encoder gave, on disk beside features.h5 until that is whole.
///
/// The next process finds what the last one committed, however that ended, and whatever became of
/// the data meanwhile: a row is found by its key. A record of the journal holds, for its rows, the
/// keys [rows, 32], the numbers of tokens as int32 [rows], every view [rows, width] and the token
/// features [tokens, width] as float32, in the machine's byte order.
public final class EncodedRows {
  /// What a row's numbers are: the same for all rows.
  public struct Layout: Sendable, Equatable {
    /// The numbers of a row in each view.
    public var widths: [Int]
    /// The numbers of each of its tokens; nil where they are not kept.
    public var tokenWidth: Int?

    public init(widths: [Int], tokenWidth: Int?) {
      self.widths = widths
      self.tokenWidth = tokenWidth
    }
  }

  /// A run of rows that came together.
  private struct Record {
    let firstRow: Int
    let rows: Int
    /// Where each row's tokens begin among the record's, and where the last one's end; empty
    /// without token features.
    let bounds: [Int]
  }

  public let layout: Layout
  private let journal: Journal
  private var records: [Record] = []

  /// Opens what there is beside `output`, or begins.
  ///
  /// `provenance`: of the features to be written. Rows of another version of Firn, of other
  /// settings or of other kernels are dropped; the data may have changed.
  ///
  /// - Throws: `AtomicFileError`: `.inUse` where another process writes this output.
  public init(
    output: String, provenance: Provenance, layout: Layout, for access: Journal.Access = .goOn
  ) throws {
    self.layout = layout
    let made = [provenance.firnVersion, provenance.configSHA256, provenance.kernels]
    let identity = (made.compactMap { $0 } + ["\(layout)"]).joined(separator: " ")
    journal = try Journal(of: output, identity: SHA256Digest(of: identity), for: access)
    for (index, size) in journal.sizes.enumerated() {
      guard let bounds = try bounds(ofRecord: index, rows: size.rows, bytes: size.bytes) else {
        try journal.drop(from: index)
        break
      }
      let firstRow = records.last.map { $0.firstRow + $0.rows } ?? 0
      records.append(Record(firstRow: firstRow, rows: size.rows, bounds: bounds))
    }
  }

  /// The number of rows.
  public var count: Int { journal.rows }

  /// Calls `body` with every row's key, in order.
  public func forEachKey(_ body: (RowKey, _ row: Int) throws -> Void) throws {
    var row = 0
    try journal.replay(first: Self.prefixSize) { rows, payload in
      for index in 0..<rows {
        let start = index * RowKey.size
        try body(RowKey(Array(payload[start..<start + RowKey.size])[...]), row)
        row += 1
      }
    }
  }

  /// Adds rows: their keys and numbers of tokens, for each view a block [rows, width], and with
  /// token features a last block [tokens, width].
  ///
  /// - Throws: `AtomicFileError`.
  public func append(
    keys: [RowKey], tokenCounts: [Int], _ blocks: [UnsafeBufferPointer<Float>]
  ) throws {
    precondition(keys.count == tokenCounts.count)
    precondition(blocks.count == layout.widths.count + (layout.tokenWidth == nil ? 0 : 1))
    let firstRow = journal.rows
    let keyBytes = keys.flatMap(\.bytes)
    let counts = tokenCounts.map { Int32($0) }
    try keyBytes.withUnsafeBytes { keyBytes in
      try counts.withUnsafeBytes { counts in
        try journal.append(
          rows: keys.count, [keyBytes, counts] + blocks.map { UnsafeRawBufferPointer($0) })
      }
    }
    records.append(
      Record(firstRow: firstRow, rows: keys.count, bounds: bounds(tokenCounts)))
  }

  /// Returns when all rows are on disk.
  public func commit() throws { try journal.commit() }

  /// Removes them: their file is whole.
  public func remove() { journal.remove() }

  /// Reads a row of a view into `target` [width].
  ///
  /// - Throws: `AtomicFileError`.
  public func read(
    row: Int, view: Int, into target: UnsafeMutablePointer<Float>
  ) throws {
    let (index, record) = record(of: row)
    let before = layout.widths[..<view].reduce(0, +) * record.rows
    let width = layout.widths[view]
    try read(index, record, float: before + (row - record.firstRow) * width, width, target)
  }

  /// Reads the token features of a row into `target` [tokens, width].
  ///
  /// - Throws: `AtomicFileError`.
  public func readTokens(row: Int, into target: UnsafeMutablePointer<Float>) throws {
    guard let width = layout.tokenWidth else { return }
    let (index, record) = record(of: row)
    let place = row - record.firstRow
    let before = layout.widths.reduce(0, +) * record.rows + record.bounds[place] * width
    let count = (record.bounds[place + 1] - record.bounds[place]) * width
    try read(index, record, float: before, count, target)
  }

  // MARK: -

  /// The bytes of keys and numbers of tokens, which a record begins with.
  private static func prefixSize(rows: Int) -> Int {
    rows * (RowKey.size + MemoryLayout<Int32>.size)
  }

  private func read(
    _ index: Int, _ record: Record, float: Int, _ count: Int, _ target: UnsafeMutablePointer<Float>
  ) throws {
    let size = MemoryLayout<Float>.size
    let start = Self.prefixSize(rows: record.rows) + float * size
    try journal.read(
      record: index, from: start,
      into: UnsafeMutableRawBufferPointer(
        start: target, count: count * size))
  }

  /// The record that a row lies in, by bisection.
  private func record(of row: Int) -> (Int, Record) {
    var (low, high) = (0, records.count - 1)
    while low < high {
      let middle = (low + high + 1) / 2
      if records[middle].firstRow <= row { low = middle } else { high = middle - 1 }
    }
    return (low, records[low])
  }

  /// The bounds of a record's rows; nil where it is not as long as they say.
  private func bounds(ofRecord index: Int, rows: Int, bytes: Int) throws -> [Int]? {
    let floats = layout.widths.reduce(0, +)
    guard rows <= bytes / (Self.prefixSize(rows: 1) + 4 * floats) else { return nil }
    var counts = [Int32](repeating: 0, count: rows)
    try counts.withUnsafeMutableBytes {
      try journal.read(record: index, from: rows * RowKey.size, into: $0)
    }
    guard counts.allSatisfy({ $0 >= 0 }) else { return nil }
    let tokens = counts.reduce(0) { $0 + Int($1) } * (layout.tokenWidth ?? 0)
    guard bytes == Self.prefixSize(rows: rows) + 4 * (rows * floats + tokens) else { return nil }
    return bounds(counts.map { Int($0) })
  }

  private func bounds(_ tokenCounts: [Int]) -> [Int] {
    guard layout.tokenWidth != nil else { return [] }
    return tokenCounts.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1) }
  }
}
