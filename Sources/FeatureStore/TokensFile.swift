public import Contracts
internal import HDF5

/// An open tokens.h5, checked: format, version, the datasets, their types and lengths.
///
/// Rows are read in ranges, and only theirs; what is read is checked again for sense, so that a
/// file that contradicts itself is an error and not a crash.
public final class TokensFile: Sendable {
  public let path: String
  public let provenance: Provenance
  /// Ids, labels, splits and so on of the rows.
  public let columns: RowColumns
  /// The tokens of all rows together.
  public let tokenCount: Int
  private let tokens: HDF5Dataset
  private let types: HDF5Dataset
  private let offsets: RaggedOffsets
  private let fullCounts: HDF5Dataset
  private let textColumn: HDF5Dataset?

  /// - Throws: `HDF5Error`, `FeatureStoreError`.
  public init(path: String) throws {
    let file = try HDF5File(reading: path)
    self.path = path
    provenance = try Provenance(reading: file, as: .tokens)
    columns = try RowColumns(file)
    let count = columns.count
    fullCounts = try file.column("n_tokens_full", .int32, shape: [count])
    tokens = try file.dataset("tokens")
    let tokenCount = tokens.rows
    self.tokenCount = tokenCount
    _ = try file.column("tokens", .int32, shape: [tokenCount])
    offsets = try RaggedOffsets(
      file, rows: count, tokenCount: tokenCount, longest: provenance.maxLength)
    types = try file.column("token_types", .uint8, shape: [tokenCount])
    textColumn = try file.contains("texts") ? file.dataset("texts") : nil
    if let textColumn, textColumn.shape != [count] {
      throw FeatureStoreError.wrongShape(
        path: path, dataset: "texts", expected: [count], found: textColumn.shape)
    }
  }

  /// The number of rows.
  public var count: Int { columns.count }

  /// Whether the file was made with the texts.
  public var hasTexts: Bool { textColumn != nil }

  /// The tokens of rows.
  public func tokens(_ rows: Range<Int>) throws -> TokenBatch {
    let bounds = try tokenBounds(rows)
    let positions = bounds[0]..<bounds[rows.count]
    let ids: [Int32] = try tokens.read(positions)
    if let fault = ids.firstIndex(where: { $0 < 0 }) {
      throw FeatureStoreError.invalidValue(
        path: path, dataset: "tokens", row: positions.lowerBound + fault, value: Int(ids[fault]),
        allowed: 0...Int(Int32.max))
    }
    return TokenBatch(
      ids: ids, types: try types.read(positions), offsets: bounds.map { $0 - bounds[0] })
  }

  /// How many tokens each row has.
  public func tokenCounts(_ rows: Range<Int>) throws -> [Int32] {
    let bounds = try tokenBounds(rows)
    return rows.indices.map {
      Int32(clamping: bounds[$0 - rows.lowerBound + 1] - bounds[$0 - rows.lowerBound])
    }
  }

  /// How many tokens rows have together.
  public func tokenCount(_ rows: Range<Int>) throws -> Int {
    let (first, end) = (rows.lowerBound, rows.upperBound)
    return try tokenBounds(end..<end)[0] - tokenBounds(first..<first)[0]
  }

  /// How many tokens each row's text has without truncation.
  public func fullTokenCounts(_ rows: Range<Int>) throws -> [Int32] {
    try fullCounts.read(rows)
  }

  /// The texts, with U+2400 for each NUL.
  ///
  /// - Throws: `FeatureStoreError.noTexts` where the file was made without them.
  public func texts(_ rows: Range<Int>) throws -> [String] {
    guard let textColumn else { throw FeatureStoreError.noTexts(path: path) }
    return try textColumn.readStrings(rows)
  }

  /// Where the rows' tokens begin among all tokens, and where the last row's end: [rows + 1].
  func tokenBounds(_ rows: Range<Int>) throws -> [Int] { try offsets.bounds(rows) }
}
