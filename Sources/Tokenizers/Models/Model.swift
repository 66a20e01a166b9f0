/// The third step of a tokenizer: words to vocabulary ids.
///
/// A closed set, so that a text costs one switch. A kind that is not here is refused when
/// tokenizer.json is read.
enum Model: Sendable {
  case wordPiece(WordPiece)

  var vocabulary: Vocabulary {
    switch self {
    case .wordPiece(let model): model.vocabulary
    }
  }

  /// Appends the ids of one word.
  @inline(__always)
  func tokenize(_ word: UnsafeBufferPointer<UInt8>, into ids: inout [Int32]) {
    switch self {
    case .wordPiece(let model): model.tokenize(word, into: &ids)
    }
  }
}
