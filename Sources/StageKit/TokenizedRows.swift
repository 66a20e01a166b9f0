public import Contracts
public import Corpora
import Digests
public import FeatureStore

/// Rows of a corpus on their way to tokens.h5: blocks go out, a few bytes a row stay.
public struct TokenizedRows {
  private static var rowsPerBlock: Int { 2048 }
  private static var bytesPerBlock: Int { 4 << 20 }

  private let tokenizer: ParallelTokenizer
  /// The rows' labels.
  public private(set) var labels: LabelCollector
  /// The rows' weights; nil where no column has them.
  public private(set) var weights: [Double]?
  /// The rows' parts, where a column says so.
  public private(set) var splits: [Split?] = []
  /// Whitespace-separated words of each text.
  public private(set) var words: [Int32] = []
  /// Tokens of each text without truncation, special tokens included.
  public private(set) var fullCounts: [Int32] = []
  /// Bytes of UTF-8 of the texts, and the seconds that tokenizing them took.
  public private(set) var bytes = 0
  public private(set) var seconds = 0.0
  private var content: [UInt8] = []

  public init(tokenizer: ParallelTokenizer, options: CorpusOptions) {
    self.tokenizer = tokenizer
    self.labels = LabelCollector(options.labels)
    weights = options.weightColumn == nil ? nil : []
  }

  /// The number of rows so far.
  public var count: Int { words.count }

  /// MB of UTF-8 a second, in tokenizing and digesting alone.
  public var megabytesPerSecond: Double { Double(bytes) / 1e6 / max(seconds, 1e-9) }

  /// The digest of the rows' content: ids, labels and texts, in their order.
  public var sha256: String { SHA256Digest(of: content).description }

  /// Reads and tokenizes the next rows; nil at the end.
  ///
  /// - Throws: `CorpusError`.
  public mutating func nextBlock(from reader: inout CorpusReader) throws -> TokensBlock? {
    var ids: [String] = []
    var texts: [String] = []
    var bytes = 0
    var keys = ""
    while texts.count < Self.rowsPerBlock, bytes < Self.bytesPerBlock, let row = try reader.next() {
      let id = row.id ?? String(count)
      ids.append(id)
      texts.append(row.text)
      bytes += row.text.utf8.count
      labels.append(row.label)
      splits.append(row.split)
      if let weight = row.weight { weights?.append(weight) }
      words.append(Int32(clamping: WhitespaceWords.count(in: row.text)))
      keys += "\(id)\0\(row.labelKey)\0"
    }
    guard !texts.isEmpty else { return nil }
    let started = Machine.now
    let encoded = tokenizer.encode(texts)
    seconds += Machine.now - started
    self.bytes += bytes
    fullCounts += encoded.fullCounts
    // A running digest: of the one before, the keys and the texts' own digests.
    content = SHA256Digest(of: content + Array(keys.utf8) + encoded.digests).bytes
    let truncated = encoded.fullCounts.enumerated().map {
      Int($1) > encoded.tokens.range($0).count
    }
    return TokensBlock(
      ids: ids, tokens: encoded.tokens, fullCounts: encoded.fullCounts, truncated: truncated,
      textDigests: encoded.digests, texts: texts)
  }
}

extension CorpusRow {
  /// The label and the weight as text that differs where they do.
  fileprivate var labelKey: String {
    let label: String =
      switch label {
      case nil: ""
      case .name(let name)?: name
      case .number(let number)?: "\(number)"
      case .set(let names)?: names.map { "\u{1}" + $0 }.joined() + "\u{1}"
      }
    return label + (weight.map { "\0\($0)" } ?? "")
  }
}
