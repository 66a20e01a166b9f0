/// The `model` of tokenizer.json without its large members.
enum ModelDefinition: Decodable {
  case wordPiece(WordPieceSettings)
  case bpe(BPESettings)
  case unigram(UnigramSettings)

  private enum CodingKeys: String, CodingKey {
    case type
    case merges
    case longestWord = "max_input_chars_per_word"
    case unknownID = "unk_id"
  }

  init(from decoder: any Decoder) throws {
    let keys = try decoder.container(keyedBy: CodingKeys.self)
    // Older files do not name the type; then the members tell.
    let type: String
    if let name = try keys.decodeIfPresent(String.self, forKey: .type) {
      type = name
    } else if keys.contains(.merges) {
      type = "BPE"
    } else if keys.contains(.longestWord) {
      type = "WordPiece"
    } else if keys.contains(.unknownID) {
      type = "Unigram"
    } else {
      type = try keys.decode(String.self, forKey: .type)
    }
    switch type {
    case "WordPiece": self = .wordPiece(try WordPieceSettings(from: decoder))
    case "BPE": self = .bpe(try BPESettings(from: decoder))
    case "Unigram": self = .unigram(try UnigramSettings(from: decoder))
    case let other: throw UnsupportedSetting(role: "model", name: other)
    }
  }

  /// Joins the settings with the large members, which stand in `bytes`.
  func build(from bytes: [UInt8], _ places: JSONVocabulary.Places, file: String) throws -> Model {
    guard let place = places.vocabulary else {
      throw TokenizerError.missingKey(file: file, key: "model.vocab")
    }
    let isObject = bytes[place.lowerBound] == UInt8(ascii: "{")
    func readVocabulary() throws -> Vocabulary {
      guard isObject else {
        throw TokenizerError.wrongType(
          file: file, key: "model.vocab", expected: "object of tokens with ids")
      }
      return try bytes[place].withUnsafeBufferPointer {
        try JSONVocabulary.read($0, file: file)
      }
    }
    switch self {
    case .wordPiece(let settings):
      return try settings.build(vocabulary: readVocabulary(), file: file)
    case .bpe(let settings):
      guard let mergesPlace = places.merges else {
        throw TokenizerError.missingKey(file: file, key: "model.merges")
      }
      return try settings.build(vocabulary: readVocabulary(), file: file) { body in
        try bytes[mergesPlace].withUnsafeBufferPointer {
          try JSONVocabulary.readMerges($0, file: file, body)
        }
      }
    case .unigram(let settings):
      guard !isObject else {
        throw TokenizerError.wrongType(
          file: file, key: "model.vocab", expected: "array of pieces with scores")
      }
      let pieces = try bytes[place].withUnsafeBufferPointer {
        try JSONVocabulary.readPieces($0, file: file)
      }
      return try settings.build(pieces: pieces, file: file)
    }
  }
}

extension WordPieceSettings {
  /// Joins the settings with the vocabulary.
  func build(vocabulary: Vocabulary, file: String) throws -> Model {
    guard let unknownID = vocabulary.id(of: unknownToken) else {
      throw TokenizerError.tokenNotInVocabulary(file: file, token: unknownToken)
    }
    return .wordPiece(WordPiece(vocabulary: vocabulary, settings: self, unknownID: unknownID))
  }
}

extension BPESettings {
  /// Joins the settings with the vocabulary and the merges, in their order.
  func build(
    vocabulary: Vocabulary, file: String,
    forEachMerge: (_ body: (_ left: [UInt8], _ right: [UInt8]) throws -> Void) throws -> Void
  ) throws -> Model {
    func id(of token: [UInt8]) throws -> Int32 {
      guard let id = token.withUnsafeBufferPointer({ vocabulary.id(of: $0) }) else {
        throw TokenizerError.tokenNotInVocabulary(
          file: file, token: String(decoding: token, as: UTF8.self))
      }
      return id
    }
    // What a merge makes is a token, so there are about as many merges as tokens.
    var merges = MergeTable(expectedCount: vocabulary.count)
    var rank: UInt32 = 0
    try forEachMerge { left, right in
      guard right.count >= continuationPrefix.count else {
        throw TokenizerError.badMerge(
          file: file, merge: String(decoding: left + [0x20] + right, as: UTF8.self))
      }
      let merged = left + right.dropFirst(continuationPrefix.count)
      merges.insert(
        try id(of: left), try id(of: right),
        MergeTable.Merge(rank: rank, id: try id(of: Array(merged))))
      rank += 1
    }
    return .bpe(
      BPE(
        vocabulary: vocabulary, merges: merges, settings: self,
        unknownID: try unknownID(in: vocabulary, file: file)))
  }

  /// A byte-level vocabulary that has every byte needs no unknown token, and GPT-2's names one that
  /// is not there.
  private func unknownID(in vocabulary: Vocabulary, file: String) throws -> Int32? {
    guard let unknownToken else { return nil }
    if let id = vocabulary.id(of: unknownToken) { return id }
    let hasEveryByte = ByteLevelAlphabet.scalars.allSatisfy { scalar in
      Unicode.Scalar(scalar).map { vocabulary.id(of: String($0)) != nil } ?? false
    }
    guard hasEveryByte else {
      throw TokenizerError.tokenNotInVocabulary(file: file, token: unknownToken)
    }
    return nil
  }
}

/// Unigram's settings, named as in tokenizer.json.
struct UnigramSettings: Decodable, Sendable {
  private let unknownID: Int?
  private let fallsBackToBytes: Bool?

  private enum CodingKeys: String, CodingKey {
    case unknownID = "unk_id"
    case fallsBackToBytes = "byte_fallback"
  }

  /// Joins the settings with the pieces.
  func build(pieces: PieceList, file: String) throws -> Model {
    guard let unknownID, (0..<pieces.count).contains(unknownID) else {
      throw TokenizerError.unsupported(
        file: file, role: "model", name: "Unigram without an unknown token")
    }
    return .unigram(
      Unigram(
        pieces: pieces, unknownID: Int32(unknownID), fallsBackToBytes: fallsBackToBytes ?? false))
  }
}
