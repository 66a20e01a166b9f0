extension Tokenizer {
  /// The classes whose vocab.txt makes a BERT tokenizer.
  private static let bertClasses = ["Bert", "DistilBert", "Electra"].flatMap {
    ["\($0)Tokenizer", "\($0)TokenizerFast"]
  }

  /// The files that such a tokenizer is made of; all but the first may be missing.
  static var vocabularyFiles: [String] {
    ["vocab.txt", "tokenizer_config.json", "special_tokens_map.json", "sentence_bert_config.json"]
  }

  /// Builds from vocab.txt what transformers' BertTokenizerFast does.
  static func load(vocabulary name: String, of folder: ModelFolder) throws -> Tokenizer {
    let config =
      try folder.decodeIfPresent(TokenizerConfig.self, from: "tokenizer_config.json")
      ?? TokenizerConfig()
    if let name = config.tokenizerClass, !bertClasses.contains(name) {
      throw TokenizerError.unsupported(
        file: folder.file("tokenizer_config.json"), role: "tokenizer_class",
        name: "\(name) without a tokenizer.json")
    }
    if folder.has("added_tokens.json"), config.addedTokens == nil {
      throw TokenizerError.unsupported(
        file: folder.file("added_tokens.json"), role: "added tokens",
        name: "added_tokens.json without a tokenizer.json")
    }
    let length = try folder.decodeIfPresent(LengthConfig.self, from: "tokenizer_config.json")
    let map = try folder.decodeIfPresent(TokenizerConfig.self, from: "special_tokens_map.json")
    let sentenceBert = try folder.decodeIfPresent(
      SentenceBertConfig.self, from: "sentence_bert_config.json")
    func special(
      _ role: KeyPath<TokenizerConfig, TokenizerConfig.NamedToken?>, _ fallback: String
    ) -> AddedToken {
      (config[keyPath: role] ?? map?[keyPath: role])?.addedToken ?? .special(fallback)
    }
    let unknown = special(\.unknown, "[UNK]")
    let separator = special(\.separator, "[SEP]")
    let classifier = special(\.classifier, "[CLS]")
    let specials = [
      unknown, separator, special(\.padding, "[PAD]"), classifier, special(\.mask, "[MASK]"),
    ]

    let file = folder.file(name)
    let vocabulary = try readVocabulary(try folder.utf8(name))
    let settings = WordPieceSettings(
      unknownToken: unknown.content, continuationPrefix: "##", maxScalarsPerWord: 100)
    func id(of token: AddedToken) throws -> Int32 {
      guard let id = vocabulary.id(of: token.content) else {
        throw TokenizerError.tokenNotInVocabulary(file: file, token: token.content)
      }
      return id
    }
    return try Tokenizer(
      files: Self.vocabularyFiles.filter(folder.has).map(folder.file),
      modelMaxLength: length?.saneMaxLength, truncatesLeft: length?.truncatesLeft ?? false,
      normalizer: NormalizerChain(steps: [.bert(normalizer(config, sentenceBert))]),
      preTokenizer: PreTokenizerChain(steps: [.bert(BertPreTokenizer())]),
      model: try settings.build(vocabulary: vocabulary, file: file),
      postProcessor: PostProcessor(
        before: [PostProcessor.Special(id: try id(of: classifier), type: 0)],
        after: [PostProcessor.Special(id: try id(of: separator), type: 0)]),
      addedTokens: try addedTokens(config, in: folder) + specials)
  }

  /// The added tokens of tokenizer_config.json in the order of their ids.
  static func addedTokens(
    _ config: TokenizerConfig, in folder: ModelFolder
  ) throws -> [AddedToken] {
    let tokens = try (config.addedTokens ?? [:]).map { key, token in
      guard let id = Int(key) else {
        throw TokenizerError.badID(
          file: folder.file("tokenizer_config.json"), token: token.content, found: key)
      }
      var token = token
      token.id = id
      return (id, token)
    }
    return tokens.sorted { $0.0 < $1.0 }.map(\.1)
  }

  private static func normalizer(
    _ config: TokenizerConfig, _ sentenceBert: SentenceBertConfig?
  ) -> BertNormalizer {
    let lowercases = config.lowercases ?? true
    return BertNormalizer(
      cleansText: true, spacesCJK: config.spacesCJK ?? true,
      // sentence-transformers lower-cases before the tokenizer, so accents stay as they would.
      stripsAccents: config.stripsAccents ?? lowercases,
      lowercases: lowercases || sentenceBert?.lowercases == true)
  }

  /// One token a line, its number the id; of equal lines the last counts, as in transformers,
  /// which also ends lines at a carriage return.
  private static func readVocabulary(_ bytes: [UInt8]) throws -> Vocabulary {
    var vocabulary = Vocabulary(expectedCount: bytes.count / 6)
    var lineStart = 0
    var id: Int32 = 0
    func insert(upTo lineEnd: Int) {
      bytes[lineStart..<lineEnd].withUnsafeBufferPointer { _ = vocabulary.insert($0, id: id) }
      id += 1
    }
    for (position, byte) in bytes.enumerated() where byte == 0x0A || byte == 0x0D {
      let isCRLF = byte == 0x0A && position > 0 && bytes[position - 1] == 0x0D
      if !isCRLF { insert(upTo: position) }
      lineStart = position + 1
    }
    if lineStart < bytes.count { insert(upTo: bytes.count) }
    return vocabulary
  }
}
