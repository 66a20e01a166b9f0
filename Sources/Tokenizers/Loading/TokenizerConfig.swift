/// tokenizer_config.json: the settings of transformers that tokenizer.json does not hold or that
/// stand in for it. special_tokens_map.json has the same names for the special tokens.
struct TokenizerConfig: Decodable {
  var tokenizerClass: String?
  var lowercases: Bool?
  var stripsAccents: Bool?
  var spacesCJK: Bool?
  var addsPrefixSpace: Bool?
  var addsBeginning: Bool?
  var keepsAccents: Bool?
  var splitsPunctuation: Bool?
  var extraIDs: Int?
  var beginning: NamedToken?
  var end: NamedToken?
  var unknown: NamedToken?
  var separator: NamedToken?
  var padding: NamedToken?
  var classifier: NamedToken?
  var mask: NamedToken?
  /// Added tokens by id.
  var addedTokens: [String: AddedToken]?

  private enum CodingKeys: String, CodingKey {
    case tokenizerClass = "tokenizer_class"
    case lowercases = "do_lower_case"
    case stripsAccents = "strip_accents"
    case spacesCJK = "tokenize_chinese_chars"
    case addsPrefixSpace = "add_prefix_space"
    case addsBeginning = "add_bos_token"
    case keepsAccents = "keep_accents"
    case splitsPunctuation = "split_by_punct"
    case extraIDs = "extra_ids"
    case beginning = "bos_token"
    case end = "eos_token"
    case unknown = "unk_token"
    case separator = "sep_token"
    case padding = "pad_token"
    case classifier = "cls_token"
    case mask = "mask_token"
    case addedTokens = "added_tokens_decoder"
  }

  /// A special token: its content, or an object with flags.
  enum NamedToken: Decodable {
    case content(String)
    case token(AddedToken)

    init(from decoder: any Decoder) throws {
      if let content = try? decoder.singleValueContainer().decode(String.self) {
        self = .content(content)
      } else {
        self = .token(try AddedToken(from: decoder))
      }
    }

    var addedToken: AddedToken {
      switch self {
      case .content(let content): .special(content)
      case .token(let token): token
      }
    }
  }
}

/// What tokenizer_config.json says of lengths; tokenizer.json never holds the longest one.
struct LengthConfig: Decodable {
  /// A number beyond all lengths (1e30) is transformers' "no limit".
  private let maxLength: Double?
  private let truncationSide: String?

  private enum CodingKeys: String, CodingKey {
    case maxLength = "model_max_length"
    case truncationSide = "truncation_side"
  }

  /// The maximal length when it is one.
  var saneMaxLength: Int? {
    guard let maxLength, maxLength >= 1, maxLength < 1e9 else { return nil }
    return Int(maxLength)
  }

  /// Which end of a text that is too long goes; nil when the file does not say.
  var truncatesLeft: Bool? { truncationSide.map { $0 == "left" } }
}

/// sentence_bert_config.json.
struct SentenceBertConfig: Decodable {
  /// Lower-case texts before the tokenizer sees them.
  var lowercases: Bool?

  private enum CodingKeys: String, CodingKey {
    case lowercases = "do_lower_case"
  }
}
