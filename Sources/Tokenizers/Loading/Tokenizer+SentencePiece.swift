extension Tokenizer {
  /// The names under which folders keep a sentencepiece model.
  static let sentencePieceNames = ["spiece.model", "spm.model", "sentencepiece.bpe.model"]

  /// The settings beside a sentencepiece model; any may be missing.
  static let sentencePieceSettings = [
    "tokenizer_config.json", "special_tokens_map.json", "config.json",
  ]

  /// Builds from a sentencepiece model what transformers' tokenizers of these families do.
  ///
  /// Source: models/*/tokenization_*.py and convert_slow_tokenizer.py (`convert_from_spm`) of
  /// transformers 5.23.
  static func load(sentencePiece name: String, of folder: ModelFolder) throws -> Tokenizer {
    let config =
      try folder.decodeIfPresent(TokenizerConfig.self, from: "tokenizer_config.json")
      ?? TokenizerConfig()
    let length = try folder.decodeIfPresent(LengthConfig.self, from: "tokenizer_config.json")
    let map = try folder.decodeIfPresent(TokenizerConfig.self, from: "special_tokens_map.json")
    let model = try folder.decodeIfPresent(ModelType.self, from: "config.json")
    let type = config.tokenizerClass ?? model?.modelType ?? "that is not named"
    guard let family = SentencePieceFamily(type) else {
      throw TokenizerError.unsupported(
        file: folder.file("tokenizer_config.json"), role: "tokenizer_class",
        name: "\(type) without a tokenizer.json")
    }
    let file = folder.file(name)
    let bytes = try folder.bytes(name)
    let source: SentencePieceFile
    do throws(SentencePieceFile.Malformed) {
      source = try SentencePieceFile(bytes)
    } catch {
      throw TokenizerError.notSentencePiece(file: file, offset: error.offset)
    }
    guard source.modelType == 1 else {
      throw TokenizerError.unsupported(
        file: file, role: "model", name: "sentencepiece of another type than unigram")
    }
    func special(_ role: SpecialRole) -> AddedToken? {
      (config[keyPath: role.path] ?? map?[keyPath: role.path])?.addedToken
        ?? family.special(role)
    }

    let pieces = family.pieces(source, special, extraIDs: config.extraIDs ?? 100)
    let unknown = special(.unknown)?.content ?? ""
    let unknownID = family.unknownID(source, unknown, pieces)
    guard (0..<pieces.list.count).contains(unknownID) else {
      throw TokenizerError.tokenNotInVocabulary(file: file, token: unknown)
    }
    let unigram = Unigram(
      pieces: pieces.list, unknownID: Int32(unknownID), fallsBackToBytes: false)
    func wrapping(_ specials: [(SpecialRole, type: UInt8)]) throws -> [PostProcessor.Special] {
      try specials.map { role, type in
        let content = special(role)?.content ?? ""
        guard let id = unigram.vocabulary.id(of: content) else {
          throw TokenizerError.tokenNotInVocabulary(file: file, token: content)
        }
        return PostProcessor.Special(id: id, type: type)
      }
    }
    // Of tokens that are named twice, the first word counts.
    var tokens = try addedTokens(config, in: folder)
    for token in pieces.addedTokens + SpecialRole.allCases.compactMap(special)
    where !tokens.contains(where: { $0.content == token.content }) {
      tokens.append(token)
    }
    let (before, after) = family.wrapping
    return try Tokenizer(
      files: ([name] + sentencePieceSettings).filter(folder.has).map(folder.file),
      modelMaxLength: length?.saneMaxLength, truncatesLeft: length?.truncatesLeft ?? false,
      normalizer: NormalizerChain(steps: try family.normalizers(config, source, file: file)),
      preTokenizer: PreTokenizerChain(steps: family.preTokenizers(config)),
      model: .unigram(unigram),
      postProcessor: PostProcessor(before: try wrapping(before), after: try wrapping(after)),
      addedTokens: tokens)
  }

  private struct ModelType: Decodable {
    let modelType: String?

    private enum CodingKeys: String, CodingKey {
      case modelType = "model_type"
    }
  }
}
