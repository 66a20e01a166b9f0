/// The first step of a tokenizer: text to text.
///
/// A closed set, so that a text costs one switch and no existential. A kind that is not here is
/// refused when tokenizer.json is read.
enum Normalizer: Sendable {
  case bert(BertNormalizer)

  /// Appends the normalized form of `text` to `output`.
  func normalize(
    _ text: UnsafeBufferPointer<UInt8>, into output: inout ByteBuffer,
    marks: inout CanonicalOrdering
  ) {
    switch self {
    case .bert(let normalizer): normalizer.normalize(text, into: &output, marks: &marks)
    }
  }
}

extension Normalizer: Decodable {
  init(from decoder: any Decoder) throws {
    switch try ComponentType(from: decoder).type {
    case "BertNormalizer": self = .bert(try BertNormalizer(from: decoder))
    case let other: throw UnsupportedSetting(role: "normalizer", name: other)
    }
  }
}

extension Normalizer {
  /// The normalized form of a short text, such as an added token.
  func normalized(_ text: [UInt8]) -> [UInt8] {
    var output = ByteBuffer()
    var marks = CanonicalOrdering()
    text.withUnsafeBufferPointer { normalize($0, into: &output, marks: &marks) }
    return Array(output.bytes)
  }
}
