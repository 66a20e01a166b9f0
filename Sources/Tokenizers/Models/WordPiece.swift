/// WordPiece: the longest token of the vocabulary that begins a word, then the longest that
/// continues it, until the word is used up; a word that cannot be used up is unknown as a whole.
///
/// Source: tokenizers/src/models/wordpiece/mod.rs of Hugging Face tokenizers 0.23.
struct WordPiece: Sendable {
  let vocabulary: Vocabulary
  private let unknownID: Int32
  private let continuation: Vocabulary.Prefix
  private let maxScalarsPerWord: Int

  /// `unknownID` is the id of `settings.unknownToken`.
  init(vocabulary: Vocabulary, settings: WordPieceSettings, unknownID: Int32) {
    self.vocabulary = vocabulary
    self.unknownID = unknownID
    continuation = Vocabulary.Prefix(Array(settings.continuationPrefix.utf8))
    maxScalarsPerWord = settings.maxScalarsPerWord
  }

  /// Appends the ids of one word.
  func tokenize(_ word: UnsafeBufferPointer<UInt8>, into ids: inout [Int32]) {
    guard word.count <= maxScalarsPerWord || scalarCount(of: word) <= maxScalarsPerWord else {
      ids.append(unknownID)
      return
    }
    let idsBefore = ids.count
    var position = 0
    while position < word.count {
      let rest = UnsafeBufferPointer(rebasing: word[position...])
      let match =
        position == 0
        ? vocabulary.longestMatch(in: rest)
        : vocabulary.longestMatch(in: rest, after: continuation)
      guard let match else {
        ids.removeLast(ids.count - idsBefore)
        ids.append(unknownID)
        return
      }
      ids.append(match.id)
      position += match.length
    }
  }

  private func scalarCount(of word: UnsafeBufferPointer<UInt8>) -> Int {
    word.reduce(0) { $0 + ($1 & 0xC0 == 0x80 ? 0 : 1) }
  }
}

/// WordPiece's settings, named as in tokenizer.json.
struct WordPieceSettings: Decodable, Sendable {
  var unknownToken: String
  var continuationPrefix: String
  var maxScalarsPerWord: Int

  private enum CodingKeys: String, CodingKey {
    case unknownToken = "unk_token"
    case continuationPrefix = "continuing_subword_prefix"
    case maxScalarsPerWord = "max_input_chars_per_word"
  }
}
