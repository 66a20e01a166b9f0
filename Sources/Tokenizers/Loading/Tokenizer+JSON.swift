extension Tokenizer {
  /// Builds a tokenizer from tokenizer.json.
  static func load(json name: String, of folder: ModelFolder) throws -> Tokenizer {
    let bytes = try folder.utf8(name)
    let file = folder.file(name)
    let places: JSONVocabulary.Places
    do {
      places = try bytes.withUnsafeBufferPointer { try JSONVocabulary.locate(in: $0) }
    } catch let error as JSONScanner.Malformed {
      throw TokenizerError.notJSON(file: file, reason: "at byte \(error.offset)")
    }
    var rest = bytes
    // From the back, so that the other place stays right.
    for place in [places.vocabulary, places.merges].compactMap(\.self)
      .sorted(by: { $0.lowerBound > $1.lowerBound })
    {
      rest.replaceSubrange(place, with: "[]".utf8)
    }
    let definition = try folder.decode(TokenizerDefinition.self, from: rest, of: name)
    let config = try folder.decodeIfPresent(LengthConfig.self, from: "tokenizer_config.json")
    var normalizer = definition.normalizer ?? NormalizerChain(steps: [])
    if try folder.lowercasesSentences(), !normalizer.steps.contains(where: \.isLowercase) {
      normalizer = NormalizerChain(steps: [.lowercase] + normalizer.steps)
    }
    return try Tokenizer(
      files: try jsonFiles(of: folder), modelMaxLength: config?.saneMaxLength,
      truncatesLeft: config?.truncatesLeft ?? definition.truncatesLeft,
      normalizer: normalizer,
      preTokenizer: definition.preTokenizer ?? PreTokenizerChain(steps: []),
      model: try definition.model.build(from: bytes, places, file: file),
      postProcessor: definition.postProcessor ?? PostProcessor(),
      addedTokens: definition.addedTokens ?? [])
  }

  /// tokenizer.json, and sentence-transformers' settings where they change what it does.
  static func jsonFiles(of folder: ModelFolder) throws -> [String] {
    var names = ["tokenizer.json"]
    if try folder.lowercasesSentences() { names.append("sentence_bert_config.json") }
    return names.map(folder.file)
  }
}

extension ModelFolder {
  /// Whether sentence-transformers lower-cases texts before the tokenizer sees them.
  fileprivate func lowercasesSentences() throws -> Bool {
    let name = "sentence_bert_config.json"
    return try decodeIfPresent(SentenceBertConfig.self, from: name)?.lowercases == true
  }
}

/// tokenizer.json without its vocabulary. Keys that do not change the ids are not read: padding and
/// the length of truncation are the caller's, the decoder makes text of ids.
struct TokenizerDefinition: Decodable {
  let addedTokens: [AddedToken]?
  let truncatesLeft: Bool
  let normalizer: NormalizerChain?
  let preTokenizer: PreTokenizerChain?
  let postProcessor: PostProcessor?
  let model: ModelDefinition

  private enum CodingKeys: String, CodingKey {
    case version
    case truncation
    case addedTokens = "added_tokens"
    case normalizer
    case preTokenizer = "pre_tokenizer"
    case postProcessor = "post_processor"
    case model
  }

  private struct Truncation: Decodable {
    let direction: String?
  }

  init(from decoder: any Decoder) throws {
    let keys = try decoder.container(keyedBy: CodingKeys.self)
    let version = try keys.decodeIfPresent(String.self, forKey: .version) ?? "1.0"
    guard version == "1.0" else { throw UnsupportedSetting(role: "version", name: version) }
    addedTokens = try keys.decodeIfPresent([AddedToken].self, forKey: .addedTokens)
    let truncation = try keys.decodeIfPresent(Truncation.self, forKey: .truncation)
    truncatesLeft = truncation?.direction == "Left"
    normalizer = try keys.decodeIfPresent(NormalizerChain.self, forKey: .normalizer)
    preTokenizer = try keys.decodeIfPresent(PreTokenizerChain.self, forKey: .preTokenizer)
    postProcessor = try keys.decodeIfPresent(PostProcessor.self, forKey: .postProcessor)
    model = try keys.decode(ModelDefinition.self, forKey: .model)
  }
}
