public import Contracts
public import Encoders
public import FeatureStore
import Kernels

/// Reads a tokens file in blocks of bounded size.
public struct TokenBlocks {
  /// Several batches a worker, so that few wait for the next block; 5 bytes each in memory.
  private static var tokensPerBlock: Int { 1 << 15 }
  /// 4 MiB of features.
  private static var floatsPerBlock: Int { 1 << 20 }
  /// 16 MiB of tokens' hidden states: still several batches a worker.
  private static var tokenFloatsPerBlock: Int { 1 << 22 }

  /// A worker's second or two: three blocks are under way at a time, and what is under way is lost
  /// when the process is killed.
  private static var flopPerBlock: Int { 100_000_000_000 }

  public let file: TokensFile
  /// Those that are read.
  public let rows: Range<Int>
  /// Their tokens together.
  public let tokenCount: Int
  private let rowsPerBlock: Int
  private let tokensPerBlock: Int
  private var position: Int
  /// How many texts read so far were cut at max-length.
  public private(set) var truncated = 0
  /// How many texts read so far have no token at all.
  public private(set) var withoutTokens = 0
  /// Seconds from the process's start until the first block was handed on.
  public private(set) var firstBlockSeconds: Double?

  /// `rows`: those to read; nil for all.
  /// `layout`: the numbers that are made of each text and of each of its tokens.
  /// `flopPerToken`: what encoding one costs.
  /// `threads`: how many encode.
  ///
  /// - Throws: `HDF5Error`, `FeatureStoreError`.
  public init(
    _ file: TokensFile, rows: Range<Int>? = nil, _ layout: EncodedRows.Layout, flopPerToken: Int,
    threads: Int
  ) throws {
    self.file = file
    self.rows = rows ?? 0..<file.count
    position = self.rows.lowerBound
    tokenCount = try file.tokenCount(self.rows)
    tokensPerBlock = min(
      Self.tokensPerBlock, Self.tokenFloatsPerBlock / max(1, layout.tokenWidth ?? 0),
      Self.flopPerBlock * threads / max(1, flopPerToken))
    rowsPerBlock = max(1, Self.floatsPerBlock / max(1, layout.widths.reduce(0, +)))
  }

  /// The next rows; nil at the end.
  ///
  /// - Throws: `HDF5Error`, `FeatureStoreError`.
  public mutating func nextRows() throws -> Range<Int>? {
    guard position < rows.upperBound else { return nil }
    let reach = position..<min(position + rowsPerBlock, rows.upperBound)
    var end = position
    var tokens = 0
    for count in try file.tokenCounts(reach) {
      if end > position && tokens + Int(count) > tokensPerBlock { break }
      tokens += Int(count)
      if count == 0 { withoutTokens += 1 }
      end += 1
    }
    let rows = position..<end
    truncated += try file.columns.truncated(rows).count { $0 }
    position = end
    firstBlockSeconds = firstBlockSeconds ?? Machine.secondsSinceStart
    return rows
  }
}

/// What firn-encode says at its end.
public struct EncodingReport: Sendable {
  private let rows: Int
  private let reused: Int
  private let tokens: Int
  private let encodedTokens: Int
  private let truncated: Int
  private let withoutTokens: Int
  private let views: [FeatureKey]
  private let tokenType: FeatureType?
  private let seconds: Double
  private let firstBatchSeconds: Double
  private let productFLOP: Int
  private let numerics: Numerics

  /// `blocks`: read to the end.
  /// `seconds`: of encoding and writing, without loading.
  /// `tokenType`: what the first view's layer is stored as for every token, where it is.
  public init(
    _ blocks: TokenBlocks, _ assembly: RowAssembly, views: [FeatureKey], tokenType: FeatureType?,
    seconds: Double, encoder: any Encoder
  ) {
    rows = blocks.rows.count
    reused = assembly.reused
    tokens = blocks.tokenCount
    encodedTokens = assembly.tokens
    truncated = blocks.truncated
    withoutTokens = blocks.withoutTokens
    firstBatchSeconds = blocks.firstBlockSeconds ?? 0
    self.views = views
    self.tokenType = tokenType
    self.seconds = seconds
    // Up to the highest layer that is asked for, as if every token of that one were wanted.
    let layers = views.map(\.layer).max() ?? 0
    productFLOP = assembly.lengths.reduce(0) {
      $0 + $1.value * encoder.flop(tokens: $1.key, layers: layers)
    }
    numerics = encoder.numerics
  }

  /// Notes what the whole stage took, for the runs that learn from the file.
  public func remember(_ provenance: Provenance, seconds: Double) {
    EncodingCost(
      seconds: seconds, cpuSeconds: Machine.cpuSeconds, peakMemory: Machine.peakMemory,
      tokens: tokens, encodedTokens: encodedTokens
    ).remember(provenance)
  }

  /// The lines for people.
  public func text(model: String, output: String) -> String {
    let rate = Int((Double(encodedTokens) / max(seconds, 1e-9)).rounded())
    let time = "in \((seconds * 10).rounded() / 10) s"
    var lines = [
      encodedTokens > 0
        ? "\(rows - reused) rows, \(encodedTokens) tokens encoded by \(model) \(time) (\(rate) "
          + "tokens/s): \(output)"
        : "no row had to be encoded: \(output)",
      "views: " + views.map(\.description).joined(separator: ", "),
    ]
    if reused > 0 {
      lines.append("\(reused) of \(rows) rows were known by their tokens and not encoded again")
    }
    if let tokenType, let layer = views.first?.layer {
      lines.append("token features: \(tokens) tokens, layer \(layer), \(tokenType.rawValue)")
    }
    if truncated > 0 { lines.append("\(truncated) texts are cut at max-length") }
    if withoutTokens > 0 { lines.append("\(withoutTokens) texts have no token: rows of zeros") }
    return lines.joined(separator: "\n")
  }

  public var json: [String: JSONValue] {
    func rounded(_ value: Double) -> JSONValue { .real((value * 1000).rounded() / 1000) }
    return [
      "rows": .integer(rows), "reused": .integer(reused), "tokens": .integer(tokens),
      "encoded_tokens": .integer(encodedTokens), "truncated": .integer(truncated),
      "without_tokens": .integer(withoutTokens), "views": .strings(views.map(\.description)),
      "encode_seconds": rounded(seconds), "first_batch_seconds": rounded(firstBatchSeconds),
      "product_flop": .integer(productFLOP),
      "gflop_per_second": rounded(Double(productFLOP) / max(seconds, 1e-9) / 1e9),
      "kernels": .string(numerics.kernels.name),
      "precision": .string(numerics.precision.rawValue),
      "token_features": tokenType.map { .string($0.rawValue) } ?? .null,
    ]
  }
}
