import Contracts
public import Encoders
import FeatureStore

/// What `--dry-run` says: how much is left to encode, and how long that will take here.
public struct EncodingEstimate {
  private let rows: Int
  private let cached: Int
  private let tokens: Int
  /// Seconds of encoding, without loading and writing.
  private let seconds: Double

  /// How long the sample may take that the speed is measured on, in tokens: a second or so.
  private static var sampleTokens: Int { 4096 }

  /// Goes through all rows, and encodes a few of those that would be encoded.
  ///
  /// - Throws: what reading throws; `EncoderError`.
  public init(
    _ blocks: inout TokenBlocks, _ assembly: RowAssembly, _ extractor: FeatureExtractor
  ) throws {
    try assembly.survey(&blocks)
    rows = blocks.rows.count
    cached = assembly.reused
    tokens = assembly.tokens
    guard tokens > 0 else {
      seconds = 0
      return
    }
    // Lengths as they come among the rows; what the tokens are costs nothing.
    var sample = TokenBatch()
    for (length, count) in assembly.lengths.sorted(by: { $0.key > $1.key })
    where sample.tokenCount < Self.sampleTokens {
      for _ in 0..<max(1, count * Self.sampleTokens / tokens) {
        sample.append(
          ids: [Int32](repeating: 0, count: length), types: [UInt8](repeating: 0, count: length))
      }
    }
    let encoder = extractor.encoder
    let layers = extractor.keys.map(\.layer).max() ?? 0
    func flop(_ lengths: [Int: Int]) -> Double {
      lengths.reduce(0) {
        $0 + Double($1.value) * Double(encoder.flop(tokens: $1.key, layers: layers))
      }
    }
    // Once to bring weights and workspaces into memory, and once to measure.
    _ = try extractor.extract(sample)
    let start = Machine.now
    _ = try extractor.extract(sample)
    let sampled = (0..<sample.count).reduce(into: [:]) {
      $0[sample.range($1).count, default: 0] += 1
    }
    seconds = (Machine.now - start) * flop(assembly.lengths) / max(flop(sampled), 1)
  }

  /// The lines for people.
  public var text: String {
    guard tokens > 0 else { return "all \(rows) rows are cached" }
    let time = seconds < 100 ? "\((seconds * 10).rounded() / 10)" : "\(Int(seconds.rounded()))"
    return "\(cached) of \(rows) rows are cached; the other \(rows - cached) have \(tokens) tokens "
      + "and take about \(time) s"
  }

  public var json: [String: JSONValue] {
    [
      "dry_run": true, "rows": .integer(rows), "cached": .integer(cached),
      "to_encode": .integer(rows - cached), "tokens_to_encode": .integer(tokens),
      "seconds": .real((seconds * 1e6).rounded() / 1e6),
    ]
  }
}
