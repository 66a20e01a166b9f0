/// SentencePiece's pre-tokenizer: spaces become a visible character, with which words begin.
///
/// Source: tokenizers/src/pre_tokenizers/metaspace.rs of Hugging Face tokenizers 0.23.
struct Metaspace: Sendable {
  /// Which stretches of a text get the character in front.
  enum PrependScheme: String, Decodable {
    case always, first, never
  }

  /// The character in UTF-8.
  let replacement: [UInt8]
  let prependScheme: PrependScheme
  let splits: Bool

  /// Appends `text` with the spaces replaced and the first character put in front; `isFirst` says
  /// whether the whole text begins there.
  func replaceSpaces(
    in text: UnsafeBufferPointer<UInt8>, isFirst: Bool, into output: inout ByteBuffer
  ) {
    replacement.withUnsafeBufferPointer { replacement in
      let beginsWithIt = text.first == 0x20 || text.starts(with: replacement)
      let prepends = prependScheme == .always || (prependScheme == .first && isFirst)
      if prepends, !beginsWithIt { output.append(replacement) }
      var position = 0
      while position < text.count {
        var end = position
        while end < text.count, text[end] != 0x20 { end += 1 }
        output.append(UnsafeBufferPointer(rebasing: text[position..<end]))
        if end < text.count { output.append(replacement) }
        position = end + 1
      }
    }
  }

  /// Hands over the words of a text without spaces; none is empty.
  func forEachWord(
    of text: UnsafeBufferPointer<UInt8>, _ body: (UnsafeBufferPointer<UInt8>) -> Void
  ) {
    var start = 0
    if splits {
      for position in 1..<max(1, text.count)
      where text[position] == replacement[0] && text[position...].starts(with: replacement) {
        body(UnsafeBufferPointer(rebasing: text[start..<position]))
        start = position
      }
    }
    if start < text.count { body(UnsafeBufferPointer(rebasing: text[start...])) }
  }
}

extension Metaspace: Decodable {
  private enum CodingKeys: String, CodingKey {
    case replacement
    case addsPrefixSpace = "add_prefix_space"
    case prependScheme = "prepend_scheme"
    case splits = "split"
  }

  init(from decoder: any Decoder) throws {
    let keys = try decoder.container(keyedBy: CodingKeys.self)
    let character = try keys.decode(String.self, forKey: .replacement)
    guard character.unicodeScalars.count == 1 else {
      throw DecodingError.dataCorruptedError(
        forKey: .replacement, in: keys, debugDescription: "single character")
    }
    replacement = Array(character.utf8)
    let scheme = try keys.decodeIfPresent(PrependScheme.self, forKey: .prependScheme)
    // Files from before the schemes say yes or no.
    let adds = try keys.decodeIfPresent(Bool.self, forKey: .addsPrefixSpace) ?? true
    guard adds || scheme == .never || scheme == nil else {
      throw UnsupportedSetting(
        role: "pre_tokenizer", name: "Metaspace, whose add_prefix_space and prepend_scheme differ")
    }
    prependScheme = adds ? scheme ?? .always : .never
    splits = try keys.decodeIfPresent(Bool.self, forKey: .splits) ?? true
  }
}
