public import Contracts
import Kernels

/// A pretrained transformer encoder with frozen weights.
public protocol Encoder: Sendable {
  /// The width of every hidden state.
  var hiddenSize: Int { get }
  /// The number of transformer layers; hidden states are counted 0...layerCount.
  var layerCount: Int { get }
  /// The number of tokens that a text may have; nil when positions do not limit it.
  var maximumTokens: Int? { get }
  /// The number of rows of the word embeddings.
  var vocabularySize: Int { get }
  /// The number of token types (segments).
  var typeVocabularySize: Int { get }

  /// What it computes with.
  var numerics: Numerics { get }

  /// The FLOP of its matrix products for a text of `tokens` tokens, up to the hidden states of layer
  /// `layers`, two a multiply-add: what the architecture asks for, not what is done beside that.
  func flop(tokens: Int, layers: Int) -> Int

  /// Memory for batches of up to `tokens` tokens and texts of up to `longest`.
  func makeWorkspace(tokens: Int, longest: Int) -> Workspace

  /// Computes the hidden states of a batch.
  ///
  /// - Parameters:
  ///   - batch: texts packed one after the other; ids and types within the vocabularies.
  ///   - workspace: from ``makeWorkspace(tokens:longest:)``, large enough; one thread's own.
  ///   - lastLayer: the highest layer whose hidden states are wanted.
  ///   - only: where one token of each text is all that is wanted of that layer (not of layer 0),
  ///     which; texts without tokens have none.
  ///   - visit: called with each layer k in 0...lastLayer and its hidden states
  ///     [tokens, hiddenSize], or with `only` those of the last layer, [texts with tokens,
  ///     hiddenSize]; valid during the call.
  func forward(
    _ batch: TokenSlice, workspace: Workspace, lastLayer: Int, only: TokenPlace?,
    visit: (_ layer: Int, _ hidden: UnsafePointer<Float>) -> Void)
}

/// Consecutive texts of a `TokenBatch`.
public struct TokenSlice: Sendable {
  public let batch: TokenBatch
  /// The texts' numbers in `batch`.
  public let texts: Range<Int>

  public init(_ batch: TokenBatch, texts: Range<Int>) {
    self.batch = batch
    self.texts = texts
  }

  /// The number of tokens.
  public var tokenCount: Int { batch.offsets[texts.upperBound] - batch.offsets[texts.lowerBound] }

  /// Positions in `batch` of text `i`.
  public func range(_ i: Int) -> Range<Int> { batch.range(i) }

  /// The position in `batch` of the slice's first token.
  public var start: Int { batch.offsets[texts.lowerBound] }
}

/// One token of each text.
public enum TokenPlace: Sendable {
  case first
  case last

  /// Where it stands in a text of `count` tokens; empty for a text without tokens.
  func places(_ count: Int) -> Range<Int> {
    guard count > 0 else { return 0..<0 }
    switch self {
    case .first: return 0..<1
    case .last: return count - 1..<count
    }
  }
}
