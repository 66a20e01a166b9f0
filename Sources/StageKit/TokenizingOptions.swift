public import ArgumentParser
public import Checkpoints
import Encoders
public import Tokenizers

/// How texts become tokens.
public struct TokenizingOptions: ParsableArguments {
  @Option(
    help: """
      Tokens a text may have, special tokens included; the rest is cut off and counted. (default: \
      the model's own)
      """)
  public var maxLength: Int?

  @Option(
    help: ArgumentHelp(
      """
      What is put before every text: one of the model's prompts by name, or the words themselves, \
      '' for none. (default: the model's default_prompt_name, else none)
      """, valueName: "name|text"))
  public var prompt: String?

  @Flag(help: "Leave the texts themselves out of the file.")
  public var noTexts = false

  public init() {}

  /// The length asked for, or the model's own, within the model's positions.
  ///
  /// - Throws: ``StageError``, `CheckpointError`, `TokenizerError`.
  public func length(_ folder: ModelFolder, _ tokenizer: Tokenizer) throws -> Int {
    let positions = try EncoderLoader.maximumTokens(folder)
    let own = try folder.sentenceMaxLength() ?? tokenizer.modelMaxLength ?? positions ?? 512
    let length = maxLength ?? min(own, positions ?? own)
    if let positions, length > positions {
      throw StageError.maxLengthBeyondModel(
        asked: length, maximum: positions, model: folder.name)
    }
    try tokenizer.validate(maxLength: length)
    return length
  }

  /// What the tokens depend on beside the model, the columns and the splits.
  public func json(length: Int, prompt: Prompt?) -> [String: JSONValue] {
    var values: [String: JSONValue] = ["max_length": .integer(length), "texts": .bool(!noTexts)]
    // Left out where there is none: files from before are up to date.
    if let prompt { values["prompt"] = prompt.json }
    return values
  }
}
