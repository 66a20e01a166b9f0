public import Contracts

/// Tokenized rows on their way to tokens.h5.
public struct TokensBlock: Sendable {
  /// The rows' names.
  public var ids: [String]
  /// The token ids and types, truncated to the maximal length.
  public var tokens: TokenBatch
  /// How many tokens each text has without truncation, special tokens included.
  public var fullCounts: [Int32]
  /// Which texts were cut.
  public var truncated: [Bool]
  /// The SHA-256 of each text's UTF-8 bytes: [rows, 32].
  public var textDigests: [UInt8]
  /// The texts; not used by a writer that keeps none.
  public var texts: [String]

  /// A block without rows.
  public init() {
    ids = []
    tokens = TokenBatch()
    fullCounts = []
    truncated = []
    textDigests = []
    texts = []
  }

  /// - Precondition: all arrays are of the same number of rows; `texts` may be empty.
  public init(
    ids: [String], tokens: TokenBatch, fullCounts: [Int32], truncated: [Bool],
    textDigests: [UInt8], texts: [String] = []
  ) {
    precondition(
      tokens.count == ids.count && fullCounts.count == ids.count && truncated.count == ids.count
        && textDigests.count == ids.count * Self.digestSize
        && (texts.isEmpty || texts.count == ids.count))
    self.ids = ids
    self.tokens = tokens
    self.fullCounts = fullCounts
    self.truncated = truncated
    self.textDigests = textDigests
    self.texts = texts
  }

  /// The number of rows.
  public var count: Int { ids.count }

  /// The bytes of a SHA-256.
  public static var digestSize: Int { 32 }
}
