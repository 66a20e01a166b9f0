/// One step of pre-tokenization: a text, or a word of the step before, to words.
///
/// A closed set, so that a text costs one switch. A kind that is not here is refused when
/// tokenizer.json is read.
enum PreTokenizer: Sendable {
  case bert(BertPreTokenizer)
  case byteLevel(ByteLevelPreTokenizer)
  case metaspace(Metaspace)
  case split(SplitPreTokenizer)
  /// Spells bytes out, where a step follows ByteLevel.
  case byteLevelAlphabet

  /// Hands over the words of `text` in order; none is empty. `isFirst` says whether the whole text
  /// begins there; `buffer` is for a form of the text that the words are cut from.
  @inline(__always)
  func forEachWord(
    of text: UnsafeBufferPointer<UInt8>, isFirst: Bool, buffer: PreTokenizerChain.Buffer,
    _ body: (UnsafeBufferPointer<UInt8>) -> Void
  ) {
    switch self {
    case .bert(let step): step.forEachWord(of: text, body)
    case .byteLevel(let step):
      if step.addsPrefixSpace, let first = text.first, first != 0x20 {
        buffer.bytes.removeAll()
        buffer.bytes.append(scalar: 0x20)
        buffer.bytes.append(text)
        step.forEachWord(of: buffer.bytes.bytes, body)
      } else {
        step.forEachWord(of: text, body)
      }
    case .metaspace(let step):
      if text.isEmpty { return }
      buffer.bytes.removeAll()
      step.replaceSpaces(in: text, isFirst: isFirst, into: &buffer.bytes)
      step.forEachWord(of: buffer.bytes.bytes, body)
    case .split(let step): step.forEachWord(of: text, body)
    case .byteLevelAlphabet:
      buffer.bytes.removeAll()
      ByteLevelAlphabet.map(text, into: &buffer.bytes)
      body(buffer.bytes.bytes)
    }
  }
}
