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

  /// Memory for batches of up to `tokens` tokens and texts of up to `longest`.
  func makeWorkspace(tokens: Int, longest: Int) -> Workspace

  /// Computes the hidden states of a batch.
  ///
  /// - Parameters:
  ///   - batch: texts packed one after the other; ids and types within the vocabularies.
  ///   - workspace: from ``makeWorkspace(tokens:longest:)``, large enough; one thread's own.
  ///   - lastLayer: the highest layer whose hidden states are wanted.
  ///   - visit: called with each layer k in 0...lastLayer and its hidden states
  ///     [tokens, hiddenSize], valid during the call.
  func forward(
    _ batch: TokenSlice, workspace: Workspace, lastLayer: Int,
    visit: (_ layer: Int, _ hidden: UnsafePointer<Float>) -> Void)
}

/// Consecutive texts of a ``TokenBatch``.
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

/// One worker's memory: allocated once, used for every batch.
///
/// Unchecked because a workspace belongs to one thread at a time.
public final class Workspace: @unchecked Sendable {
  /// The number of tokens of a batch that the buffers hold.
  public let tokens: Int
  private let memory: [String: UnsafeMutablePointer<Float>]
  private let owners: [AnyObject]

  init(tokens: Int, _ buffers: [(name: String, floats: Int)]) {
    self.tokens = tokens
    var memory: [String: UnsafeMutablePointer<Float>] = [:]
    var owners: [AnyObject] = []
    for (name, floats) in buffers {
      let buffer = FloatBuffer(count: floats)
      memory[name] = buffer.pointer
      owners.append(buffer)
    }
    self.memory = memory
    self.owners = owners
  }

  subscript(name: String) -> UnsafeMutablePointer<Float> {
    guard let pointer = memory[name] else { preconditionFailure("no buffer \(name)") }
    return pointer
  }
}
