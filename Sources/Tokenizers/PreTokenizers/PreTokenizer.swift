/// The second step of a tokenizer: normalized text to words.
///
/// A closed set, so that a text costs one switch. A kind that is not here is refused when
/// tokenizer.json is read.
enum PreTokenizer: Sendable {
  case bert(BertPreTokenizer)

  /// Hands over the words of `text` in order; none is empty.
  @inline(__always)
  func forEachWord(
    of text: UnsafeBufferPointer<UInt8>, _ body: (UnsafeBufferPointer<UInt8>) -> Void
  ) {
    switch self {
    case .bert(let preTokenizer): preTokenizer.forEachWord(of: text, body)
    }
  }
}

extension PreTokenizer: Decodable {
  init(from decoder: any Decoder) throws {
    switch try ComponentType(from: decoder).type {
    case "BertPreTokenizer": self = .bert(BertPreTokenizer())
    case let other: throw UnsupportedSetting(role: "pre_tokenizer", name: other)
    }
  }
}
