/// TemplateProcessing: the pieces of an output, special tokens and the text `A`, in order.
///
/// Source: tokenizers/src/processors/template.rs of Hugging Face tokenizers 0.23. The template
/// for pairs is not read: Firn encodes single texts.
struct TemplateProcessing: Decodable {
  private let single: [Piece]
  private let specialTokens: [String: SpecialToken]

  private enum CodingKeys: String, CodingKey {
    case single
    case specialTokens = "special_tokens"
  }

  /// The template with the ids of its special tokens put in.
  func singleText() throws -> PostProcessor {
    var result = PostProcessor()
    var hasText = false
    for piece in single {
      switch piece {
      case .text(let type):
        if hasText { throw unsupported("a template with the text twice") }
        hasText = true
        result.textType = type
      case .special(let name, let type):
        guard let token = specialTokens[name] else {
          throw unsupported("a template whose special token \(name) has no ids")
        }
        let specials = token.ids.map { PostProcessor.Special(id: $0, type: type) }
        if hasText { result.after += specials } else { result.before += specials }
      }
    }
    if !hasText { throw unsupported("a template without the text") }
    return result
  }

  private func unsupported(_ name: String) -> UnsupportedSetting {
    UnsupportedSetting(role: "post_processor", name: "TemplateProcessing, \(name)")
  }

  private struct SpecialToken: Decodable {
    let ids: [Int32]
  }

  /// `{"SpecialToken": {"id": "[CLS]", "type_id": 0}}` or `{"Sequence": {"id": "A", …}}`.
  private enum Piece: Decodable {
    case special(String, type: UInt8)
    case text(type: UInt8)

    private enum CodingKeys: String, CodingKey {
      case special = "SpecialToken"
      case sequence = "Sequence"
    }

    private struct Content: Decodable {
      let id: String
      let type: UInt8

      private enum CodingKeys: String, CodingKey {
        case id
        case type = "type_id"
      }
    }

    init(from decoder: any Decoder) throws {
      let keys = try decoder.container(keyedBy: CodingKeys.self)
      if let special = try keys.decodeIfPresent(Content.self, forKey: .special) {
        self = .special(special.id, type: special.type)
        return
      }
      let sequence = try keys.decode(Content.self, forKey: .sequence)
      guard sequence.id == "A" else {
        throw UnsupportedSetting(
          role: "post_processor",
          name: "TemplateProcessing, sequence \(sequence.id) in the template for one text")
      }
      self = .text(type: sequence.type)
    }
  }
}
