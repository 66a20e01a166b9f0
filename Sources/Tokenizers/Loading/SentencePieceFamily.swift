/// What a special token is for, by transformers' names.
enum SpecialRole: CaseIterable {
  case beginning, end, unknown, separator, padding, classifier, mask

  /// The key of tokenizer_config.json.
  var path: KeyPath<TokenizerConfig, TokenizerConfig.NamedToken?> {
    switch self {
    case .beginning: \.beginning
    case .end: \.end
    case .unknown: \.unknown
    case .separator: \.separator
    case .padding: \.padding
    case .classifier: \.classifier
    case .mask: \.mask
    }
  }
}

/// How a family makes a tokenizer of a sentencepiece model.
enum SentencePieceFamily {
  case t5, albert, xlnet, debertaV2, xlmRoberta, camembert

  /// - Parameter name: a tokenizer's class or, in older folders, the model's type.
  init?(_ name: String) {
    switch name {
    case "T5Tokenizer", "T5TokenizerFast", "t5": self = .t5
    case "AlbertTokenizer", "AlbertTokenizerFast", "albert": self = .albert
    case "XLNetTokenizer", "XLNetTokenizerFast", "xlnet": self = .xlnet
    case "DebertaV2Tokenizer", "DebertaV2TokenizerFast", "deberta-v2": self = .debertaV2
    case "XLMRobertaTokenizer", "XLMRobertaTokenizerFast", "xlm-roberta": self = .xlmRoberta
    case "CamembertTokenizer", "CamembertTokenizerFast", "camembert": self = .camembert
    default: return nil
    }
  }

  /// The token of a role where no file names one.
  func special(_ role: SpecialRole) -> AddedToken? {
    let content: String? =
      switch (self, role) {
      case (.t5, .end): "</s>"
      case (.t5, .unknown), (.albert, .unknown), (.xlnet, .unknown): "<unk>"
      case (.t5, .padding), (.albert, .padding), (.xlnet, .padding): "<pad>"
      case (.t5, _): nil
      case (.debertaV2, .unknown): "[UNK]"
      case (.debertaV2, .padding): "[PAD]"
      case (.albert, .beginning), (.albert, .classifier): "[CLS]"
      case (.debertaV2, .beginning), (.debertaV2, .classifier): "[CLS]"
      case (.albert, .end), (.albert, .separator): "[SEP]"
      case (.debertaV2, .end), (.debertaV2, .separator): "[SEP]"
      case (.albert, .mask), (.debertaV2, .mask): "[MASK]"
      case (.xlnet, .separator): "<sep>"
      case (.xlnet, .classifier): "<cls>"
      case (_, .beginning), (_, .classifier): "<s>"
      case (_, .end), (_, .separator): "</s>"
      case (_, .unknown): "<unk>"
      case (_, .padding): "<pad>"
      case (_, .mask): "<mask>"
      }
    guard var token = content.map(AddedToken.special) else { return nil }
    token.stripsLeft = role == .mask && (self == .xlnet || self == .camembert)
    return token
  }

  /// What stands before and after the tokens of a text, with the token types.
  var wrapping: (before: [(SpecialRole, type: UInt8)], after: [(SpecialRole, type: UInt8)]) {
    switch self {
    case .t5: ([], [(.end, 0)])
    case .albert, .debertaV2: ([(.classifier, 0)], [(.separator, 0)])
    case .xlnet: ([], [(.separator, 0), (.classifier, 2)])
    case .xlmRoberta, .camembert: ([(.beginning, 0)], [(.end, 0)])
    }
  }

  /// The vocabulary, and the tokens that are looked for in a text before it is split.
  struct Pieces {
    var list = PieceList()
    var addedTokens: [AddedToken] = []
    private(set) var ids: [String: Int] = [:]

    mutating func append(_ text: String, score: Double = 0) {
      append(Array(text.utf8), score: score)
    }

    mutating func append(_ bytes: [UInt8], score: Double) {
      ids[String(decoding: bytes, as: UTF8.self), default: list.count] = list.count
      list.append(bytes, score: score)
    }
  }

  /// XLM-RoBERTa and CamemBERT have fairseq's numbers: special tokens of their own in the place of
  /// the model's first.
  func pieces(
    _ source: SentencePieceFile, _ special: (SpecialRole) -> AddedToken?, extraIDs: Int
  ) -> Pieces {
    func name(_ role: SpecialRole) -> String { special(role)?.content ?? "" }
    var pieces = Pieces()
    var dropped = 0
    switch self {
    case .xlmRoberta:
      for role in [SpecialRole.beginning, .padding, .end, .unknown] { pieces.append(name(role)) }
      dropped = 3
    case .camembert:
      pieces.append("<s>NOTUSED")
      pieces.append(name(.padding))
      pieces.append("</s>NOTUSED")
      pieces.append(name(.unknown))
      pieces.append("<unk>NOTUSED", score: -100)
      dropped = 1
    case .t5, .albert, .xlnet, .debertaV2: break
    }
    for piece in source.pieces.dropFirst(dropped) {
      pieces.append(piece.bytes, score: Double(piece.score))
    }
    switch self {
    case .xlmRoberta, .camembert: pieces.append(name(.mask))
    case .t5:
      for id in (0..<max(extraIDs, 0)).reversed() { pieces.append("<extra_id_\(id)>") }
    case .albert, .xlnet, .debertaV2: break
    }
    let named = source.pieces.filter { $0.kind != nil }.map {
      String(decoding: $0.bytes, as: UTF8.self)
    }
    let extra = self == .t5 ? (0..<max(extraIDs, 0)).map { "<extra_id_\($0)>" } : []
    pieces.addedTokens = (named + extra).map(AddedToken.special)
    return pieces
  }

  /// The piece that unknown characters become.
  func unknownID(_ source: SentencePieceFile, _ unknown: String, _ pieces: Pieces) -> Int {
    switch self {
    case .t5: 2
    case .albert: 1
    case .xlnet: source.unknownID
    case .xlmRoberta: 3
    case .debertaV2, .camembert: pieces.ids[unknown] ?? source.unknownID
    }
  }

  func normalizers(
    _ config: TokenizerConfig, _ source: SentencePieceFile, file: String
  ) throws -> [Normalizer] {
    var steps: [Normalizer] = []
    switch self {
    case .albert, .xlnet:
      for quotes in ["``", "''"] {
        steps.append(.replace(ReplaceNormalizer(.literal(Array(quotes.utf8)), by: "\"")))
      }
      // XLNet's takes accents off whatever keep_accents says.
      if self == .xlnet || config.keepsAccents != true {
        steps += [.unicode(UnicodeNormalizer(form: .nfkd)), .stripAccents]
      }
      if config.lowercases ?? (self == .albert) { steps.append(.lowercase) }
    case .debertaV2:
      if config.lowercases == true { steps.append(.lowercase) }
      let blanks = try RegularExpression(#"\s{2,}|[\n\r\t]"#)
      // transformers 5 leaves the model's own table of replacements out.
      return steps + [
        .replace(ReplaceNormalizer(.regex(blanks), by: " ")),
        .unicode(UnicodeNormalizer(form: .nfc)),
        .strip(StripNormalizer(stripsLeft: false, stripsRight: true)),
      ]
    case .t5, .xlmRoberta, .camembert: break
    }
    if source.charsmap.isEmpty { return steps }
    guard let table = PrecompiledNormalizer(charsmap: source.charsmap) else {
      throw TokenizerError.unsupported(
        file: file, role: "normalizer", name: "a broken precompiled_charsmap")
    }
    return steps + [.precompiled(table)]
  }

  func preTokenizers(_ config: TokenizerConfig) -> [PreTokenizer] {
    let adds = config.addsPrefixSpace ?? true || self == .t5 || self == .xlnet
    let metaspace = Metaspace(
      replacement: Array("▁".utf8),
      prependScheme: adds ? .always : self == .debertaV2 ? .first : .never, splits: true)
    guard self == .debertaV2 else { return [.split(.whitespaceSplit), .metaspace(metaspace)] }
    let punctuation = config.splitsPunctuation == true
    return (punctuation ? [.split(.punctuation(.isolated))] : []) + [.metaspace(metaspace)]
  }
}
