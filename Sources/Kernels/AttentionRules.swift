/// What is added to the scaled scores of attention.
///
/// The bias of query i and key j of head h is `pointer[h * headStride + i * rowStride + j]`.
public struct AttentionBias {
  let pointer: UnsafePointer<Float>
  let headStride: Int
  let rowStride: Int

  public init(_ pointer: UnsafePointer<Float>, headStride: Int, rowStride: Int) {
    self.pointer = pointer
    self.headStride = headStride
    self.rowStride = rowStride
  }

  /// One that depends on how far the key stands from the query: `table` is [heads][2 * span - 1] and
  /// holds at j - i + span - 1 what key j is to query i. Texts have at most `span` tokens.
  public static func relative(_ table: UnsafePointer<Float>, span: Int) -> AttentionBias {
    AttentionBias(table + (span - 1), headStride: 2 * span - 1, rowStride: -1)
  }

  /// One number for each query and key: [heads][tokens][tokens].
  public static func full(_ values: UnsafePointer<Float>, tokens: Int) -> AttentionBias {
    AttentionBias(values, headStride: tokens * tokens, rowStride: tokens)
  }
}

/// The keys of a text that a query sees.
public enum AttentionReach: Sendable, Equatable {
  case all
  /// Those before it, and itself.
  case causal
  /// Those at most so many tokens away.
  case near(Int)

  // Far more than the tokens of any text, and far from the end of the integers.
  private static var everything: Int { 1 << 40 }

  var before: Int {
    if case .near(let distance) = self { distance } else { Self.everything }
  }

  var after: Int {
    switch self {
    case .all: Self.everything
    case .causal: 0
    case .near(let distance): distance
    }
  }

  /// The number of pairs of a query and a key that it sees in a text of `tokens` tokens.
  public func pairs(tokens: Int) -> Int {
    func side(_ reach: Int) -> Int {
      let most = min(reach, tokens - 1)
      return tokens > 0 ? most * (2 * tokens - most - 1) / 2 : 0
    }
    return tokens + side(before) + side(after)
  }

  /// Whether query `i` sees key `j`.
  public func contains(query i: Int, key j: Int) -> Bool { i - j <= before && j - i <= after }
}
