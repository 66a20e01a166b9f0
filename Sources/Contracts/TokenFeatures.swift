/// The vectors of every token of texts, packed one text after the other without padding.
///
/// Text `i` owns rows `offsets[i]..<offsets[i + 1]` of `values`; a text without tokens owns none.
public struct TokenFeatures: Sendable, Equatable {
  /// One row a token: [tokens, width].
  public var values: Matrix
  /// Where each text begins, from 0, and at the end the number of tokens: [texts + 1].
  public var offsets: [Int]

  /// - Precondition: `offsets` begins with 0, never falls and ends with `values.rows`.
  public init(values: Matrix, offsets: [Int]) {
    precondition(offsets.first == 0 && offsets.last == values.rows)
    self.values = values
    self.offsets = offsets
  }

  /// The number of texts.
  public var count: Int { offsets.count - 1 }

  /// The rows of `values` that text `i` owns.
  public func range(_ i: Int) -> Range<Int> { offsets[i]..<offsets[i + 1] }
}
