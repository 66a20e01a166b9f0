/// Why a tokenizer cannot be loaded or used.
public enum TokenizerError: Error, Sendable, Equatable {
  /// The folder has none of the files that a tokenizer is made of.
  case noTokenizer(folder: String)
  /// A file is there but cannot be read.
  case unreadable(file: String, reason: String)
  /// The bytes of a file are not UTF-8; `line` counts from 1.
  case notUTF8(file: String, line: Int)
  /// A file is not JSON.
  case notJSON(file: String, reason: String)
  /// A file is not a sentencepiece model.
  case notSentencePiece(file: String, offset: Int)
  /// A key is missing; `key` is its path, as in `model.vocab`.
  case missingKey(file: String, key: String)
  /// A value is not of the expected type.
  case wrongType(file: String, key: String, expected: String)
  /// A component or setting that Firn does not know; `role` is its key, as in `normalizer`.
  case unsupported(file: String, role: String, name: String)
  /// A vocabulary id is not an integer in 0...2147483646.
  case badID(file: String, token: String, found: String)
  /// The vocabulary has a token twice.
  case duplicateToken(file: String, token: String)
  /// Two tokens have one id.
  case duplicateID(file: String, id: Int, first: String, second: String)
  /// A token that the tokenizer cannot do without is not in the vocabulary.
  case tokenNotInVocabulary(file: String, token: String)
  /// A merge is not two tokens with a space between.
  case badMerge(file: String, merge: String)
  /// An added token's id is not the one that the vocabulary gives it.
  case addedTokenID(file: String, token: String, declared: Int, expected: Int)
  /// A maximal length leaves no room for the special tokens.
  case maxLengthTooSmall(maxLength: Int, specialTokens: Int)
}
