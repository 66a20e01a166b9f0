extension Tokenizer {
  /// Builds a tokenizer from tokenizer.json.
  static func load(json name: String, of folder: ModelFolder) throws -> Tokenizer {
    let bytes = try folder.utf8(name)
    let file = folder.file(name)
    let vocabularyRange: Range<Int>?
    do {
      vocabularyRange = try bytes.withUnsafeBufferPointer { try JSONVocabulary.locate(in: $0) }
    } catch let error as JSONScanner.Malformed {
      throw TokenizerError.notJSON(file: file, reason: "at byte \(error.offset)")
    }
    var rest = bytes
    if let vocabularyRange { rest.replaceSubrange(vocabularyRange, with: "{}".utf8) }
    let definition = try folder.decode(TokenizerDefinition.self, from: rest, of: name)

    guard let vocabularyRange else {
      throw TokenizerError.missingKey(file: file, key: "model.vocab")
    }
    let vocabulary = try bytes[vocabularyRange].withUnsafeBufferPointer {
      try JSONVocabulary.read($0, file: file)
    }
    let length = try folder.decodeIfPresent(MaxLengthConfig.self, from: "tokenizer_config.json")
    return try Tokenizer(
      files: [file], modelMaxLength: length?.saneMaxLength, normalizer: definition.normalizer,
      preTokenizer: definition.preTokenizer,
      model: try definition.model.build(vocabulary: vocabulary, file: file),
      postProcessor: definition.postProcessor ?? PostProcessor(),
      addedTokens: definition.addedTokens ?? [])
  }
}

/// tokenizer.json without its vocabulary. Keys that do not change the ids are not read: padding
/// and truncation are the caller's, the decoder makes text of ids.
struct TokenizerDefinition: Decodable {
  let addedTokens: [AddedToken]?
  let normalizer: Normalizer?
  let preTokenizer: PreTokenizer?
  let postProcessor: PostProcessor?
  let model: ModelDefinition

  private enum CodingKeys: String, CodingKey {
    case version
    case addedTokens = "added_tokens"
    case normalizer
    case preTokenizer = "pre_tokenizer"
    case postProcessor = "post_processor"
    case model
  }

  init(from decoder: any Decoder) throws {
    let keys = try decoder.container(keyedBy: CodingKeys.self)
    let version = try keys.decodeIfPresent(String.self, forKey: .version) ?? "1.0"
    guard version == "1.0" else { throw UnsupportedSetting(role: "version", name: version) }
    addedTokens = try keys.decodeIfPresent([AddedToken].self, forKey: .addedTokens)
    normalizer = try keys.decodeIfPresent(Normalizer.self, forKey: .normalizer)
    preTokenizer = try keys.decodeIfPresent(PreTokenizer.self, forKey: .preTokenizer)
    postProcessor = try keys.decodeIfPresent(PostProcessor.self, forKey: .postProcessor)
    model = try keys.decode(ModelDefinition.self, forKey: .model)
  }
}

/// The `model` of tokenizer.json without its vocabulary.
enum ModelDefinition: Decodable {
  case wordPiece(WordPieceSettings)

  init(from decoder: any Decoder) throws {
    switch try ComponentType(from: decoder).type {
    case "WordPiece": self = .wordPiece(try WordPieceSettings(from: decoder))
    case let other: throw UnsupportedSetting(role: "model", name: other)
    }
  }

  /// Joins the settings with the vocabulary.
  func build(vocabulary: Vocabulary, file: String) throws -> Model {
    switch self {
    case .wordPiece(let settings):
      guard let unknownID = vocabulary.id(of: settings.unknownToken) else {
        throw TokenizerError.tokenNotInVocabulary(file: file, token: settings.unknownToken)
      }
      return .wordPiece(
        WordPiece(vocabulary: vocabulary, settings: settings, unknownID: unknownID))
    }
  }
}
