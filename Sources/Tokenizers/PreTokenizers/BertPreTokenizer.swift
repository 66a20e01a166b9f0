/// BERT's pre-tokenizer: words end at white space, each punctuation mark is a word.
///
/// Source: tokenizers/src/pre_tokenizers/bert.rs of Hugging Face tokenizers 0.23.
struct BertPreTokenizer: Sendable {
  private enum Role {
    static let word: UInt8 = 0
    static let space: UInt8 = 1
    static let punctuation: UInt8 = 2
    static let multibyte: UInt8 = 3
  }

  /// The role of each byte: 256 entries.
  private let roles: [UInt8]

  init() {
    roles = (UInt8.min...UInt8.max).map { byte in
      byte < 0x80 ? Self.role(of: UInt32(byte)) : Role.multibyte
    }
  }

  private static func role(of scalar: UInt32) -> UInt8 {
    let traits = ScalarTraits(of: scalar)
    if traits.contains(.whitespace) { return Role.space }
    return traits.contains(.punctuation) ? Role.punctuation : Role.word
  }

  /// Hands over the words of `text` in order; none is empty.
  @inline(__always)
  func forEachWord(
    of text: UnsafeBufferPointer<UInt8>, _ body: (UnsafeBufferPointer<UInt8>) -> Void
  ) {
    roles.withUnsafeBufferPointer { roles in
      var wordStart = 0
      var position = 0
      while position < text.count {
        let start = position
        var role = roles[Int(text[position])]
        if role == Role.word {
          position += 1
          continue
        }
        if role == Role.multibyte {
          role = Self.role(of: UTF8Scalar.decode(text, &position))
          if role == Role.word { continue }
        } else {
          position += 1
        }
        if wordStart < start { body(UnsafeBufferPointer(rebasing: text[wordStart..<start])) }
        if role == Role.punctuation {
          body(UnsafeBufferPointer(rebasing: text[start..<position]))
        }
        wordStart = position
      }
      if wordStart < text.count { body(UnsafeBufferPointer(rebasing: text[wordStart...])) }
    }
  }
}
