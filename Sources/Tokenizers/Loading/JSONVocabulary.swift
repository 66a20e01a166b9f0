/// The large members of tokenizer.json's model, read byte by byte (JSONScanner says why).
enum JSONVocabulary {
  /// Where the members stand; nil for one that is missing.
  struct Places {
    var vocabulary: Range<Int>?
    var merges: Range<Int>?
  }

  /// Finds `model.vocab` and `model.merges`.
  static func locate(in file: UnsafeBufferPointer<UInt8>) throws -> Places {
    var places = Places()
    var scanner = JSONScanner(file)
    guard try scanner.peek() == UInt8(ascii: "{") else { return places }
    try scanner.readObject { scanner, name in
      guard name.elementsEqual("model".utf8), try scanner.peek() == UInt8(ascii: "{") else {
        _ = try scanner.skipValue()
        return
      }
      try scanner.readObject { scanner, name in
        let first = try scanner.peek()
        let isCollection = first == UInt8(ascii: "{") || first == UInt8(ascii: "[")
        let range = try scanner.skipValue()
        guard isCollection else { return }
        if name.elementsEqual("vocab".utf8) { places.vocabulary = range }
        if name.elementsEqual("merges".utf8) { places.merges = range }
      }
    }
    return places
  }

  /// Reads an object of tokens and ids; `role` is its place in the file, for messages.
  static func read(
    _ object: UnsafeBufferPointer<UInt8>, file: String, role: String = "model.vocab"
  ) throws -> Vocabulary {
    // An entry has about 15 bytes: "token":12345,
    var vocabulary = Vocabulary(expectedCount: object.count / 12)
    var scanner = JSONScanner(object)
    do {
      try scanner.readObject { scanner, token in
        let valueStart = scanner.position
        guard let id = try scanner.readInteger(), (0..<Int(Int32.max)).contains(id) else {
          let value = object[valueStart..<scanner.position]
          throw TokenizerError.badID(
            file: file, token: String(decoding: token, as: UTF8.self),
            found: String(decoding: value, as: UTF8.self))
        }
        let known = token.withUnsafeBufferPointer { vocabulary.insert($0, id: Int32(id)) }
        if known != nil {
          throw TokenizerError.duplicateToken(
            file: file, token: String(decoding: token, as: UTF8.self))
        }
      }
    } catch let error as JSONScanner.Malformed {
      throw TokenizerError.notJSON(file: file, reason: "in \(role) at byte \(error.offset)")
    }
    if let shared = vocabulary.sharedID() {
      throw TokenizerError.duplicateID(
        file: file, id: Int(shared.id), first: shared.first, second: shared.second)
    }
    return vocabulary
  }

  /// Reads a unigram model's array of pieces with scores: `[["<unk>", 0.0], …]`.
  static func readPieces(
    _ array: UnsafeBufferPointer<UInt8>, file: String
  ) throws -> PieceList {
    var pieces = PieceList()
    var scanner = JSONScanner(array)
    var piece: [UInt8] = []
    do {
      try scanner.readArray { scanner in
        piece.removeAll(keepingCapacity: true)
        try scanner.read("[")
        try scanner.readString(into: &piece)
        try scanner.read(",")
        let score = try scanner.readNumber()
        try scanner.read("]")
        pieces.append(piece, score: score)
      }
    } catch let error as JSONScanner.Malformed {
      throw TokenizerError.notJSON(file: file, reason: "in model.vocab at byte \(error.offset)")
    }
    return pieces
  }

  /// Reads the merges, as pairs `["a", "b"]` or, in older files, as strings `"a b"`, and hands them
  /// over in order.
  static func readMerges(
    _ array: UnsafeBufferPointer<UInt8>, file: String,
    _ body: (_ left: [UInt8], _ right: [UInt8]) throws -> Void
  ) throws {
    var scanner = JSONScanner(array)
    do {
      try scanner.readArray { scanner in
        if try scanner.peek() == UInt8(ascii: "[") {
          var pair: [[UInt8]] = []
          try scanner.readArray { scanner in
            pair.append([])
            try scanner.readString(into: &pair[pair.count - 1])
          }
          guard pair.count == 2 else { throw scanner.malformed }
          try body(pair[0], pair[1])
        } else {
          var line: [UInt8] = []
          try scanner.readString(into: &line)
          if let pair = try MergeLine.pair(of: line, file: file) { try body(pair.0, pair.1) }
        }
      }
    } catch let error as JSONScanner.Malformed {
      throw TokenizerError.notJSON(file: file, reason: "in model.merges at byte \(error.offset)")
    }
  }
}

/// A merge on a line, as in merges.txt.
enum MergeLine {
  /// The two sides of `a b`; nil for the line that tells the version.
  static func pair(of line: [UInt8], file: String) throws -> ([UInt8], [UInt8])? {
    if line.starts(with: "#version".utf8) { return nil }
    let sides = line.split(separator: 0x20, omittingEmptySubsequences: false)
    guard sides.count == 2 else {
      throw TokenizerError.badMerge(file: file, merge: String(decoding: line, as: UTF8.self))
    }
    return (Array(sides[0]), Array(sides[1]))
  }
}
