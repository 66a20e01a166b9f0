/// A token that is found in the text before the model sees it, such as `[MASK]`.
struct AddedToken: Sendable, Equatable {
  var content: String
  /// The id that the file gives it; nil when the vocabulary decides.
  var id: Int?
  /// Only where no word character touches it.
  var isSingleWord = false
  /// Takes the white space before it in.
  var stripsLeft = false
  /// Takes the white space after it in.
  var stripsRight = false
  /// Looked for in the normalized text, in its own normalized form.
  var isNormalized = false

  /// A special token as transformers adds it: found in the raw text.
  static func special(_ content: String) -> AddedToken {
    AddedToken(content: content, id: nil)
  }
}

extension AddedToken: Decodable {
  private enum CodingKeys: String, CodingKey {
    case content
    case id
    case isSingleWord = "single_word"
    case stripsLeft = "lstrip"
    case stripsRight = "rstrip"
    case isNormalized = "normalized"
    case special
  }

  /// Reads the object form; a flag that is missing has transformers' default.
  init(from decoder: any Decoder) throws {
    let keys = try decoder.container(keyedBy: CodingKeys.self)
    content = try keys.decode(String.self, forKey: .content)
    id = try keys.decodeIfPresent(Int.self, forKey: .id)
    isSingleWord = try keys.decodeIfPresent(Bool.self, forKey: .isSingleWord) ?? false
    stripsLeft = try keys.decodeIfPresent(Bool.self, forKey: .stripsLeft) ?? false
    stripsRight = try keys.decodeIfPresent(Bool.self, forKey: .stripsRight) ?? false
    let isSpecial = try keys.decodeIfPresent(Bool.self, forKey: .special) ?? false
    isNormalized = try keys.decodeIfPresent(Bool.self, forKey: .isNormalized) ?? !isSpecial
  }
}
