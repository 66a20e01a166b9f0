/// One text as token ids.
public struct Encoding: Sendable, Equatable {
  /// Vocabulary ids, special tokens included: [tokens].
  public let ids: [Int32]
  /// Segment (token type) ids: [tokens].
  public let types: [UInt8]
  /// The number of tokens without truncation, special tokens included.
  public let fullCount: Int

  /// Whether the maximal length cut tokens off.
  public var isTruncated: Bool { fullCount > ids.count }
}
