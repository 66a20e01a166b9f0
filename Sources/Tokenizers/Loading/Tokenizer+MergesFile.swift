extension Tokenizer {
  /// The files that a BPE tokenizer without tokenizer.json is made of; all but the first two may be
  /// missing.
  static var mergesFiles: [String] {
    [
      "vocab.json", "merges.txt", "tokenizer_config.json", "special_tokens_map.json",
      "config.json",
    ]
  }

  /// What transformers makes of vocab.json and merges.txt.
  private enum MergesFamily {
    case gpt2, roberta, openAIGPT

    /// - Parameter name: a tokenizer's class or, in older folders, the model's type.
    init?(_ name: String) {
      switch name {
      case "GPT2Tokenizer", "GPT2TokenizerFast", "gpt2": self = .gpt2
      case "RobertaTokenizer", "RobertaTokenizerFast", "roberta": self = .roberta
      case "OpenAIGPTTokenizer", "OpenAIGPTTokenizerFast", "openai-gpt": self = .openAIGPT
      default: return nil
      }
    }
  }

  private struct ModelType: Decodable {
    let modelType: String?

    private enum CodingKeys: String, CodingKey {
      case modelType = "model_type"
    }
  }

  /// Builds from vocab.json and merges.txt what transformers' classes for GPT-2, RoBERTa and GPT do.
  static func loadMerges(of folder: ModelFolder) throws -> Tokenizer {
    let configFile = "tokenizer_config.json"
    let config = try folder.decodeIfPresent(TokenizerConfig.self, from: configFile)
    let length = try folder.decodeIfPresent(LengthConfig.self, from: configFile)
    let map = try folder.decodeIfPresent(TokenizerConfig.self, from: "special_tokens_map.json")
    let model = try folder.decodeIfPresent(ModelType.self, from: "config.json")
    let name = config?.tokenizerClass ?? model?.modelType ?? "that is not named"
    guard let family = MergesFamily(name), config?.addsBeginning != true else {
      throw TokenizerError.unsupported(
        file: folder.file(configFile), role: "tokenizer_class",
        name: config?.addsBeginning == true
          ? "\(name) with add_bos_token" : "\(name) without a tokenizer.json")
    }
    func special(
      _ role: KeyPath<TokenizerConfig, TokenizerConfig.NamedToken?>, _ fallback: String?
    ) -> AddedToken? {
      (config?[keyPath: role] ?? map?[keyPath: role])?.addedToken
        ?? fallback.map(AddedToken.special)
    }
    let isRoberta = family == .roberta
    let end = family == .gpt2 ? "<|endoftext|>" : nil
    let unknown = special(\.unknown, end ?? "<unk>")
    let separator = special(\.separator, isRoberta ? "</s>" : nil)
    let classifier = special(\.classifier, isRoberta ? "<s>" : nil)
    let specials = [
      special(\.beginning, isRoberta ? "<s>" : end), special(\.end, isRoberta ? "</s>" : end),
      unknown, separator, special(\.padding, isRoberta ? "<pad>" : nil), classifier,
      special(\.mask, isRoberta ? "<mask>" : nil),
    ].compactMap(\.self)

    let file = folder.file("vocab.json")
    let vocabulary = try folder.utf8("vocab.json").withUnsafeBufferPointer {
      try JSONVocabulary.read($0, file: file, role: "the vocabulary")
    }
    var settings = BPESettings()
    if family == .openAIGPT {
      settings.unknownToken = unknown?.content
      settings.endOfWordSuffix = Array("</w>".utf8)
    }
    let bpe = try settings.build(vocabulary: vocabulary, file: file) { body in
      try forEachMerge(in: try folder.utf8("merges.txt"), file: folder.file("merges.txt"), body)
    }
    func wrapping(_ token: AddedToken?) throws -> [PostProcessor.Special] {
      guard isRoberta, let token else { return [] }
      guard let id = vocabulary.id(of: token.content) else {
        throw TokenizerError.tokenNotInVocabulary(file: file, token: token.content)
      }
      return [PostProcessor.Special(id: id, type: 0)]
    }
    let bert = BertNormalizer(
      cleansText: true, spacesCJK: true, stripsAccents: nil, lowercases: true)
    let bytes = ByteLevelPreTokenizer(
      addsPrefixSpace: config?.addsPrefixSpace ?? false, splits: true)
    let isBert = family == .openAIGPT
    return try Tokenizer(
      files: mergesFiles.filter(folder.has).map(folder.file),
      modelMaxLength: length?.saneMaxLength, truncatesLeft: length?.truncatesLeft ?? false,
      normalizer: NormalizerChain(steps: isBert ? [.bert(bert)] : []),
      preTokenizer: PreTokenizerChain(
        steps: isBert ? [.bert(BertPreTokenizer())] : [.byteLevel(bytes)]),
      model: bpe,
      postProcessor: PostProcessor(
        before: try wrapping(classifier), after: try wrapping(separator)),
      addedTokens: try addedTokens(config ?? TokenizerConfig(), in: folder) + specials)
  }

  /// Hands over the merges of merges.txt, one a line.
  private static func forEachMerge(
    in bytes: [UInt8], file: String,
    _ body: (_ left: [UInt8], _ right: [UInt8]) throws -> Void
  ) throws {
    var lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false)
    if lines.last?.isEmpty == true { lines.removeLast() }
    for line in lines {
      let line = line.last == 0x0D ? line.dropLast() : line
      if let pair = try MergeLine.pair(of: Array(line), file: file) { try body(pair.0, pair.1) }
    }
  }
}
