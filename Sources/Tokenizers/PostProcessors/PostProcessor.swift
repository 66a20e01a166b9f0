/// The last step of a tokenizer: what stands before and after the tokens of a text.
///
/// Each kind of post-processor comes down to this for a single text.
struct PostProcessor: Sendable, Equatable {
  /// A token that does not come from the text.
  struct Special: Sendable, Equatable {
    let id: Int32
    let type: UInt8
  }

  var before: [Special] = []
  /// The segment (token type) id of the text's own tokens.
  var textType: UInt8 = 0
  var after: [Special] = []

  /// How many tokens are added to each text.
  var specialCount: Int { before.count + after.count }
}

extension PostProcessor: Decodable {
  init(from decoder: any Decoder) throws {
    switch try ComponentType(from: decoder).type {
    case "TemplateProcessing": self = try TemplateProcessing(from: decoder).singleText()
    case "BertProcessing", "RobertaProcessing": self = try PairProcessing(from: decoder).singleText
    // Corrects offsets, which ids do not have.
    case "ByteLevel": self.init()
    case "Sequence": self = try SequenceProcessing(from: decoder).singleText
    case let other: throw UnsupportedSetting(role: "post_processor", name: other)
    }
  }
}
