public import Contracts
public import FeatureStore

/// Reads a tokens file in blocks of bounded size.
public struct TokenBlocks {
  /// Enough for many batches a worker, so that few wait at a block's end; 5 bytes each in memory.
  private static var tokensPerBlock: Int { 1 << 17 }
  private static var rowsPerBlock: Int { 1 << 13 }

  private let file: TokensFile
  private var position = 0
  /// How many texts read so far were cut at max-length.
  public private(set) var truncated = 0
  /// How many texts read so far have no token at all.
  public private(set) var withoutTokens = 0

  public init(_ file: TokensFile) {
    self.file = file
  }

  /// The next rows; nil at the end.
  ///
  /// - Throws: `HDF5Error`, `FeatureStoreError`.
  public mutating func next() throws -> TokenBatch? {
    guard position < file.count else { return nil }
    let reach = position..<min(position + Self.rowsPerBlock, file.count)
    var end = position
    var tokens = 0
    for count in try file.tokenCounts(reach) {
      if end > position && tokens + Int(count) > Self.tokensPerBlock { break }
      tokens += Int(count)
      if count == 0 { withoutTokens += 1 }
      end += 1
    }
    let rows = position..<end
    truncated += try file.columns.truncated(rows).count { $0 }
    position = end
    return try file.tokens(rows)
  }
}

/// What firn-encode says at its end.
public struct EncodingReport: Sendable {
  private let rows: Int
  private let tokens: Int
  private let truncated: Int
  private let withoutTokens: Int
  private let views: [FeatureKey]
  private let seconds: Double

  public init(
    rows: Int, tokens: Int, truncated: Int, withoutTokens: Int, views: [FeatureKey],
    seconds: Double
  ) {
    self.rows = rows
    self.tokens = tokens
    self.truncated = truncated
    self.withoutTokens = withoutTokens
    self.views = views
    self.seconds = seconds
  }

  /// The lines for people.
  public func text(model: String, output: String) -> String {
    let rate = Int((Double(tokens) / max(seconds, 1e-9)).rounded())
    var lines = [
      "\(rows) rows, \(tokens) tokens encoded by \(model) in "
        + "\((seconds * 10).rounded() / 10) s (\(rate) tokens/s): \(output)",
      "views: " + views.map(\.description).joined(separator: ", "),
    ]
    if truncated > 0 { lines.append("\(truncated) texts are cut at max-length") }
    if withoutTokens > 0 { lines.append("\(withoutTokens) texts have no token: rows of zeros") }
    return lines.joined(separator: "\n")
  }

  public var json: [String: JSONValue] {
    [
      "rows": .integer(rows), "tokens": .integer(tokens), "truncated": .integer(truncated),
      "without_tokens": .integer(withoutTokens), "views": .strings(views.map(\.description)),
      "encode_seconds": .real((seconds * 1000).rounded() / 1000),
    ]
  }
}

extension FeaturesWriter {
  /// Appends one matrix a view.
  ///
  /// - Throws: as `append(_:)`.
  public func append(_ matrices: [Matrix]) throws {
    func bind(_ index: Int, _ buffers: [UnsafeBufferPointer<Float>]) throws {
      guard index < matrices.count else { return try append(buffers) }
      try matrices[index].storage.withUnsafeBufferPointer { try bind(index + 1, buffers + [$0]) }
    }
    try bind(0, [])
  }
}
