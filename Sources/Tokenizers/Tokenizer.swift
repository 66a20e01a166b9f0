/// Turns texts into vocabulary ids as the Hugging Face tokenizer of the same model folder does.
///
/// The steps are those of tokenizer.json: added tokens are cut out, the rest is normalized, split
/// into words, looked up, and special tokens are put around. A tokenizer is immutable; any number of
/// threads may use one, each with a `Scratch` of its own.
public struct Tokenizer: Sendable {
  /// The files whose bytes define the tokenizer, in a fixed order: paths.
  public let definitionFiles: [String]
  /// The longest input that tokenizer_config.json allows, special tokens included; nil when it
  /// says nothing or transformers' "no limit".
  public let modelMaxLength: Int?

  /// Tells tokenizers apart for those that keep what one of them found.
  final class Identity: Sendable {}

  let identity = Identity()
  let normalizer: NormalizerChain
  let preTokenizer: PreTokenizerChain
  let model: Model
  let postProcessor: PostProcessor
  let rawTokens: AddedTokenMatcher
  let normalizedTokens: AddedTokenMatcher
  let addedTokenIDs: [[UInt8]: Int32]
  /// Whether a text that is too long loses its beginning, not its end.
  let truncatesLeft: Bool

  /// The number of special tokens that every text gets.
  public var specialTokenCount: Int { postProcessor.specialCount }

  /// One more than the largest id: the rows that the model's token embedding must have.
  public var vocabularySize: Int {
    let largest = [
      Int32(model.vocabulary.size) - 1, addedTokenIDs.values.max() ?? -1,
      (postProcessor.before + postProcessor.after).map(\.id).max() ?? -1,
    ].max()
    return Int(largest ?? -1) + 1
  }

  /// The id of a token spelled exactly so, an added one or one of the model's.
  public func id(of token: String) -> Int32? {
    addedTokenIDs[Array(token.utf8)] ?? model.vocabulary.id(of: token)
  }

  /// How many of a text's first tokens a prompt before it makes, special tokens before it included:
  /// those of the prompt alone without the one that ends it, as sentence-transformers counts them.
  public func promptTokenCount(_ prompt: String) -> Int {
    encode(prompt).fullCount - min(1, postProcessor.after.count)
  }

  /// Checks a maximal length before `encode` is called with it.
  ///
  /// - Throws: `TokenizerError.maxLengthTooSmall` when the special tokens alone are longer.
  public func validate(maxLength: Int) throws(TokenizerError) {
    guard maxLength >= max(1, specialTokenCount) else {
      throw .maxLengthTooSmall(maxLength: maxLength, specialTokens: specialTokenCount)
    }
  }
}
