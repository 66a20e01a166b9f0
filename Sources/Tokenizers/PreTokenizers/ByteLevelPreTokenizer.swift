/// GPT-2's pre-tokenizer: words with the space before them, numbers, runs of other characters and
/// English contractions. Their bytes are spelled out by `ByteLevelAlphabet`, which is the caller's
/// part.
///
/// Source: tokenizers/src/pre_tokenizers/byte_level.rs of Hugging Face tokenizers 0.23, whose pattern
/// `'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+` is scanned by hand
/// here.
struct ByteLevelPreTokenizer: Sendable {
  /// Put a space before a text that does not begin with one.
  let addsPrefixSpace: Bool
  /// Split by the pattern; else the text is one word.
  let splits: Bool

  private enum Role {
    static let letter: UInt8 = 0
    static let number: UInt8 = 1
    static let other: UInt8 = 2
    static let space: UInt8 = 3
    static let multibyte: UInt8 = 4
  }

  /// The role of each byte: 256 entries.
  private let roles: [UInt8]

  init(addsPrefixSpace: Bool, splits: Bool) {
    self.addsPrefixSpace = addsPrefixSpace
    self.splits = splits
    roles = (UInt8.min...UInt8.max).map { byte in
      byte < 0x80 ? Self.role(of: UInt32(byte)) : Role.multibyte
    }
  }

  private static func role(of scalar: UInt32) -> UInt8 {
    let traits = ScalarTraits(of: scalar)
    if traits.contains(.letter) { return Role.letter }
    if traits.contains(.number) { return Role.number }
    return traits.contains(.patternSpace) ? Role.space : Role.other
  }

  /// Hands over the words of `text` in order; none is empty.
  @inline(__always)
  func forEachWord(
    of text: UnsafeBufferPointer<UInt8>, _ body: (UnsafeBufferPointer<UInt8>) -> Void
  ) {
    if !splits {
      if !text.isEmpty { body(text) }
      return
    }
    var position = 0
    while position < text.count {
      let start = position
      position = wordEnd(in: text, from: start)
      body(UnsafeBufferPointer(rebasing: text[start..<position]))
    }
  }

  /// Where the word ends that begins at `start`.
  private func wordEnd(in text: UnsafeBufferPointer<UInt8>, from start: Int) -> Int {
    roles.withUnsafeBufferPointer { roles in
      func role(_ position: inout Int) -> UInt8 {
        let role = roles[Int(text[position])]
        if role == Role.multibyte { return Self.role(of: UTF8Scalar.decode(text, &position)) }
        position += 1
        return role
      }
      /// The end of the run of scalars of one role.
      func runEnd(of runRole: UInt8, from start: Int) -> Int {
        var end = start
        while end < text.count {
          var next = end
          guard role(&next) == runRole else { break }
          end = next
        }
        return end
      }

      if text[start] == UInt8(ascii: "'") {
        let end = contractionEnd(in: text, from: start)
        if end > start { return end }
      }
      var position = start
      let first = role(&position)
      if first != Role.space { return runEnd(of: first, from: position) }
      if text[start] == 0x20, position < text.count {
        let second = role(&position)
        if second != Role.space { return runEnd(of: second, from: position) }
      }
      let end = runEnd(of: Role.space, from: start)
      if end == text.count { return end }
      // The last space goes to what follows, unless it is the only one.
      let last = UTF8Scalar.start(before: end, in: text)
      return last > start ? last : end
    }
  }

  /// The end of `'s`, `'t`, `'re`, `'ve`, `'m`, `'ll` or `'d`; `start` when there is none of them.
  private func contractionEnd(in text: UnsafeBufferPointer<UInt8>, from start: Int) -> Int {
    guard start + 1 < text.count else { return start }
    let second = start + 2 < text.count ? text[start + 2] : 0
    switch (text[start + 1], second) {
    case (UInt8(ascii: "s"), _), (UInt8(ascii: "t"), _), (UInt8(ascii: "m"), _),
      (UInt8(ascii: "d"), _):
      return start + 2
    case (UInt8(ascii: "r"), UInt8(ascii: "e")), (UInt8(ascii: "v"), UInt8(ascii: "e")),
      (UInt8(ascii: "l"), UInt8(ascii: "l")):
      return start + 3
    default: return start
    }
  }
}

extension ByteLevelPreTokenizer: Decodable {
  private enum CodingKeys: String, CodingKey {
    case addsPrefixSpace = "add_prefix_space"
    case splits = "use_regex"
  }

  init(from decoder: any Decoder) throws {
    let keys = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      addsPrefixSpace: try keys.decode(Bool.self, forKey: .addsPrefixSpace),
      splits: try keys.decodeIfPresent(Bool.self, forKey: .splits) ?? true)
  }
}
