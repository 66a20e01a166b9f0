/// Puts one text in the place of every match of a pattern.
///
/// Source: tokenizers/src/normalizers/replace.rs of Hugging Face tokenizers 0.23.
struct ReplaceNormalizer: Sendable {
  private let pattern: TextPattern
  private let content: [UInt8]

  init(_ pattern: TextPattern, by content: String) {
    self.pattern = pattern
    self.content = Array(content.utf8)
  }

  /// Appends the normalized form of `text` to `output`.
  func normalize(_ text: UnsafeBufferPointer<UInt8>, into output: inout ByteBuffer) {
    var copied = 0
    pattern.forEachMatch(in: text) { match in
      output.append(UnsafeBufferPointer(rebasing: text[copied..<match.lowerBound]))
      content.withUnsafeBufferPointer { output.append($0) }
      copied = match.upperBound
    }
    output.append(UnsafeBufferPointer(rebasing: text[copied...]))
  }

  /// Whether the first scalar goes and nothing comes in its place.
  func removesBeginning(of text: UnsafeBufferPointer<UInt8>) -> Bool {
    guard content.isEmpty else { return false }
    var isAtBeginning = false
    pattern.forEachMatch(in: text) { match in
      if match.lowerBound == 0, !match.isEmpty { isAtBeginning = true }
    }
    return isAtBeginning
  }
}

extension ReplaceNormalizer: Decodable {
  private enum CodingKeys: String, CodingKey {
    case pattern
    case content
  }

  init(from decoder: any Decoder) throws {
    let keys = try decoder.container(keyedBy: CodingKeys.self)
    pattern = try keys.decode(TextPattern.self, forKey: .pattern)
    content = Array(try keys.decode(String.self, forKey: .content).utf8)
  }
}
