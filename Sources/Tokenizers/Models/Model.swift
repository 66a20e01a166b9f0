/// The third step of a tokenizer: words to vocabulary ids.
///
/// A closed set, so that a text costs one switch. A kind that is not here is refused when
/// tokenizer.json is read.
enum Model: Sendable {
  case wordPiece(WordPiece)
  case bpe(BPE)
  case unigram(Unigram)

  var vocabulary: Vocabulary {
    switch self {
    case .wordPiece(let model): model.vocabulary
    case .bpe(let model): model.vocabulary
    case .unigram(let model): model.vocabulary
    }
  }

  /// How many tokens the model counts: the id of the first token that is added behind them.
  var tokenCount: Int {
    switch self {
    case .wordPiece, .bpe: vocabulary.count
    case .unigram(let model): model.pieceCount
    }
  }

  /// Appends the ids of one word; its bytes are still to be spelled by `ByteLevelAlphabet` unless
  /// `isSpelled`.
  @inline(__always)
  func tokenize(
    _ word: UnsafeBufferPointer<UInt8>, isSpelled: Bool, scratch: inout ModelScratch,
    into ids: inout [Int32]
  ) {
    if case .bpe(let model) = self {
      model.tokenize(word, isSpelled: isSpelled, scratch: &scratch, into: &ids)
      return
    }
    var word = word
    if !isSpelled {
      scratch.spelled.removeAll()
      ByteLevelAlphabet.map(word, into: &scratch.spelled)
      word = scratch.spelled.bytes
    }
    switch self {
    case .wordPiece(let model): model.tokenize(word, into: &ids)
    case .unigram(let model): model.tokenize(word, scratch: &scratch, into: &ids)
    case .bpe: break
    }
  }
}
