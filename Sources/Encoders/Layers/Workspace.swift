import Kernels

/// One worker's memory: allocated once, used for every batch.
///
/// Unchecked because a workspace belongs to one thread at a time.
public final class Workspace: @unchecked Sendable {
  /// The parts of the arena.
  enum Part: Int, CaseIterable {
    /// The hidden states: [tokens, hiddenSize].
    case hidden
    /// What attention gives: [tokens, heads * headSize]; before it, normalized hidden states.
    case context
    /// What the second product of a pair gives: [tokens, hiddenSize].
    case product
    /// Query, key and value beside each other, or the intermediate states and their gates.
    case wide
    /// Keys, values and scores of one head.
    case attention
    /// The left factor of a product in another precision.
    case operand
    /// What attention adds to the scores of one head, and what that is made of.
    case bias
    /// What depends on places alone, for texts of up to `longest` tokens: ``PositionTables``.
    case positions
  }

  /// Floats of each part; a part that is not named is empty.
  typealias Sizes = [Part: Int]

  /// The number of tokens of a batch that the parts hold.
  public let tokens: Int
  /// The number of tokens of a text that the parts hold.
  public let longest: Int
  private let arena: FloatBuffer
  private let starts: [Int]

  init(tokens: Int, longest: Int, _ sizes: Sizes) {
    self.tokens = tokens
    self.longest = longest
    var starts: [Int] = []
    var end = 0
    for part in Part.allCases {
      starts.append(end)
      // Each part begins at a cache line of its own.
      end += (sizes[part, default: 0] + 15) / 16 * 16
    }
    self.starts = starts
    // Every part is written before it is read; pages come as batches need them.
    arena = FloatBuffer(count: end, zeroed: false)
  }

  subscript(part: Part) -> UnsafeMutablePointer<Float> { arena.pointer + starts[part.rawValue] }
}
