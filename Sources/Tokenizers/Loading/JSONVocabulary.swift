/// The vocabulary of tokenizer.json: an object of tokens and ids, read byte by byte (JSONScanner
/// says why).
enum JSONVocabulary {
  /// Where the object `model.vocab` stands; nil when there is none.
  static func locate(in file: UnsafeBufferPointer<UInt8>) throws -> Range<Int>? {
    var found: Range<Int>?
    var scanner = JSONScanner(file)
    guard try scanner.peek() == UInt8(ascii: "{") else { return nil }
    try scanner.readObject { scanner, name in
      guard name.elementsEqual("model".utf8), try scanner.peek() == UInt8(ascii: "{") else {
        _ = try scanner.skipValue()
        return
      }
      try scanner.readObject { scanner, name in
        let isObject = try scanner.peek() == UInt8(ascii: "{")
        let range = try scanner.skipValue()
        if isObject, name.elementsEqual("vocab".utf8) { found = range }
      }
    }
    return found
  }

  /// Reads the object that `locate` found.
  static func read(_ object: UnsafeBufferPointer<UInt8>, file: String) throws -> Vocabulary {
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
      throw TokenizerError.notJSON(file: file, reason: "in model.vocab at byte \(error.offset)")
    }
    if let shared = vocabulary.sharedID() {
      throw TokenizerError.duplicateID(
        file: file, id: Int(shared.id), first: shared.first, second: shared.second)
    }
    return vocabulary
  }
}
