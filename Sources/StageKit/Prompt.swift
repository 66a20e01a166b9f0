public import Checkpoints
import Foundation
public import Tokenizers

/// What is put before every text that a model reads, such as `query: `: sentence-transformers' prompt.
public struct Prompt: Sendable, Equatable {
  public let text: String
  /// How many of a text's first tokens are the prompt's, special tokens before it included.
  public let tokenCount: Int

  /// The prompt that is asked for; nil for none.
  ///
  /// `option`: the name of one of the model's prompts, or else the words themselves; nil takes the
  /// model's default, and an empty one none.
  ///
  /// - Throws: `CheckpointError`.
  public init?(_ option: String?, _ folder: ModelFolder, _ tokenizer: Tokenizer) throws {
    let known = try folder.prompts()
    let text = option.map { known.texts[$0] ?? $0 } ?? known.standard ?? ""
    if text.isEmpty { return nil }
    self.text = text
    tokenCount = tokenizer.promptTokenCount(text)
  }

  /// The prompt of a tokens file, from its settings; nil for none.
  public init?(config: String) {
    struct Stored: Decodable {
      struct Prompt: Decodable {
        let text: String
        let tokens: Int
      }
      let prompt: Prompt?
    }
    guard let stored = try? JSONDecoder().decode(Stored.self, from: Data(config.utf8)),
      let prompt = stored.prompt
    else { return nil }
    text = prompt.text
    tokenCount = prompt.tokens
  }

  var json: JSONValue {
    .object(["text": .string(text), "tokens": .integer(tokenCount)])
  }
}
