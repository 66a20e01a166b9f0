/// Byte-pair encoding: a word's characters, merged pair by pair in the order of the merges.
///
/// Source: tokenizers/src/models/bpe/model.rs of Hugging Face tokenizers 0.23.
struct BPE: Sendable {
  let vocabulary: Vocabulary
  private let merges: MergeTable
  private let settings: BPESettings
  /// Nil when an unknown character is dropped.
  private let unknownID: Int32?
  /// The tokens `<0x00>` to `<0xFF>`; nil where the vocabulary has none.
  private let byteIDs: [Int32?]

  init(
    vocabulary: Vocabulary, merges: MergeTable, settings: BPESettings, unknownID: Int32?
  ) {
    self.vocabulary = vocabulary
    self.merges = merges
    self.settings = settings
    self.unknownID = unknownID
    byteIDs = vocabulary.byteTokens()
  }

  /// Appends the ids of one word; its bytes are still to be put into GPT-2's spelling unless
  /// `isSpelled`.
  func tokenize(
    _ word: UnsafeBufferPointer<UInt8>, isSpelled: Bool, scratch: inout ModelScratch,
    into ids: inout [Int32]
  ) {
    if scratch.cache.append(idsOf: word, to: &ids) { return }
    let start = ids.count
    var spelled = word
    if !isSpelled {
      scratch.spelled.removeAll()
      ByteLevelAlphabet.map(word, into: &scratch.spelled)
      spelled = scratch.spelled.bytes
    }
    if settings.ignoresMerges, let id = vocabulary.id(of: spelled) {
      ids.append(id)
    } else {
      scratch.merging.removeAll()
      splitIntoSymbols(spelled, &scratch.merging)
      scratch.merging.merge(with: merges, into: &ids)
    }
    scratch.cache.insert(word, ids: ids[start...])
  }

  private func splitIntoSymbols(
    _ word: UnsafeBufferPointer<UInt8>, _ symbols: inout MergeQueue
  ) {
    // An unknown character waits for the next known one, also behind the bytes of a character that
    // falls back to them: so upstream has it.
    var hasUnknown = false
    var position = 0
    while position < word.count {
      let start = position
      _ = UTF8Scalar.decode(word, &position)
      let character = UnsafeBufferPointer(rebasing: word[start..<position])
      let isFirst = start == 0
      let isLast = position == word.count
      if let id = id(of: character, isFirst: isFirst, isLast: isLast) {
        if hasUnknown, let unknownID { symbols.append(unknownID) }
        hasUnknown = false
        symbols.append(id)
      } else if settings.fallsBackToBytes,
        let ids = byteIDs(of: character, isFirst: isFirst, isLast: isLast)
      {
        for id in ids { symbols.append(id) }
      } else if let unknownID {
        if hasUnknown, !settings.fusesUnknown { symbols.append(unknownID) }
        hasUnknown = true
      }
    }
    if hasUnknown, let unknownID { symbols.append(unknownID) }
  }

  private func id(
    of character: UnsafeBufferPointer<UInt8>, isFirst: Bool, isLast: Bool
  ) -> Int32? {
    let prefix = isFirst ? [] : settings.continuationPrefix
    let suffix = isLast ? settings.endOfWordSuffix : []
    if prefix.isEmpty, suffix.isEmpty { return vocabulary.id(of: character) }
    return (prefix + character + suffix).withUnsafeBufferPointer { vocabulary.id(of: $0) }
  }

  /// The byte tokens of a character, prefix and suffix included; nil when one is missing.
  private func byteIDs(
    of character: UnsafeBufferPointer<UInt8>, isFirst: Bool, isLast: Bool
  ) -> [Int32]? {
    let prefix = isFirst ? [] : settings.continuationPrefix
    let suffix = isLast ? settings.endOfWordSuffix : []
    let ids = (prefix + character + suffix).compactMap { byteIDs[Int($0)] }
    return ids.count == prefix.count + character.count + suffix.count ? ids : nil
  }
}

/// BPE's settings, named as in tokenizer.json.
struct BPESettings: Sendable {
  /// Randomly leaves merges out, which is for training.
  var dropout: Double = 0
  var unknownToken: String?
  var continuationPrefix: [UInt8] = []
  var endOfWordSuffix: [UInt8] = []
  var fusesUnknown = false
  var fallsBackToBytes = false
  var ignoresMerges = false
}

extension BPESettings: Decodable {
  private enum CodingKeys: String, CodingKey {
    case dropout
    case unknownToken = "unk_token"
    case continuationPrefix = "continuing_subword_prefix"
    case endOfWordSuffix = "end_of_word_suffix"
    case fusesUnknown = "fuse_unk"
    case fallsBackToBytes = "byte_fallback"
    case ignoresMerges = "ignore_merges"
  }

  init(from decoder: any Decoder) throws {
    let keys = try decoder.container(keyedBy: CodingKeys.self)
    func bytes(_ key: CodingKeys) throws -> [UInt8] {
      Array((try keys.decodeIfPresent(String.self, forKey: key) ?? "").utf8)
    }
    func flag(_ key: CodingKeys) throws -> Bool {
      try keys.decodeIfPresent(Bool.self, forKey: key) ?? false
    }
    dropout = try keys.decodeIfPresent(Double.self, forKey: .dropout) ?? 0
    guard dropout == 0 else {
      throw UnsupportedSetting(role: "model", name: "BPE with dropout \(dropout)")
    }
    unknownToken = try keys.decodeIfPresent(String.self, forKey: .unknownToken)
    continuationPrefix = try bytes(.continuationPrefix)
    endOfWordSuffix = try bytes(.endOfWordSuffix)
    fusesUnknown = try flag(.fusesUnknown)
    fallsBackToBytes = try flag(.fallsBackToBytes)
    ignoresMerges = try flag(.ignoresMerges)
  }
}
