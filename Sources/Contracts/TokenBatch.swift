/// Texts as token ids, packed one after the other without padding.
///
/// Text `i` owns positions `offsets[i]..<offsets[i + 1]` of `ids` and `types`.
public struct TokenBatch: Sendable, Equatable {
  /// Vocabulary ids, special tokens included: [tokens].
  public var ids: [Int32]
  /// Segment (token type) ids: [tokens].
  public var types: [UInt8]
  /// Where each text begins, and at the end the number of tokens: [texts + 1].
  public var offsets: [Int]

  /// An empty batch.
  public init() {
    ids = []
    types = []
    offsets = [0]
  }

  /// A batch over existing arrays.
  ///
  /// - Precondition: `offsets` begins with 0, never falls and ends with `ids.count`, which is
  ///   also `types.count`.
  public init(ids: [Int32], types: [UInt8], offsets: [Int]) {
    precondition(offsets.first == 0 && offsets.last == ids.count && types.count == ids.count)
    self.ids = ids
    self.types = types
    self.offsets = offsets
  }

  /// The number of texts.
  public var count: Int { offsets.count - 1 }

  /// The number of tokens of all texts together.
  public var tokenCount: Int { ids.count }

  /// The positions that text `i` owns.
  public func range(_ i: Int) -> Range<Int> { offsets[i]..<offsets[i + 1] }

  /// Appends one text.
  public mutating func append(
    ids newIds: some Sequence<Int32>, types newTypes: some Sequence<UInt8>
  ) {
    ids.append(contentsOf: newIds)
    types.append(contentsOf: newTypes)
    precondition(ids.count == types.count)
    offsets.append(ids.count)
  }
}
