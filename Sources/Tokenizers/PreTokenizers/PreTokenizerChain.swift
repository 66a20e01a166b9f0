/// The second step of a tokenizer: pre-tokenizers one after the other, sequences flattened.
struct PreTokenizerChain: Sendable {
  let steps: [PreTokenizer]
  /// Whether the model is to spell the words' bytes out before it looks them up: ByteLevel's second
  /// half when it is the last step, left to the model so that it can find whole words by their own
  /// bytes.
  let leavesBytesToModel: Bool

  /// Room for the form of a text that one step cuts its words from.
  final class Buffer {
    var bytes = ByteBuffer()
  }

  /// BERT's pre-tokenizer when it is the only step.
  let onlyBert: BertPreTokenizer?

  /// Whether a step asks where the whole text begins.
  let watchesBeginning: Bool

  init(steps: [PreTokenizer]) {
    var spelled: [PreTokenizer] = []
    for step in steps {
      spelled.append(step)
      if case .byteLevel = step { spelled.append(.byteLevelAlphabet) }
    }
    if case .byteLevelAlphabet? = spelled.last {
      leavesBytesToModel = true
      spelled.removeLast()
    } else {
      leavesBytesToModel = false
    }
    self.steps = spelled
    if spelled.count == 1, case .bert(let bert) = spelled[0] {
      onlyBert = bert
    } else {
      onlyBert = nil
    }
    watchesBeginning = steps.contains { step in
      if case .metaspace(let metaspace) = step { metaspace.prependScheme == .first } else { false }
    }
  }

  /// Hands over the words of `text` in order; none is empty. `isFirst` says whether the whole text
  /// begins there; there is a buffer for each step.
  func forEachWord(
    of text: UnsafeBufferPointer<UInt8>, isFirst: Bool, step: Int = 0, buffers: [Buffer],
    _ body: (UnsafeBufferPointer<UInt8>) -> Void
  ) {
    guard step < steps.count else {
      if !text.isEmpty { body(text) }
      return
    }
    if step + 1 == steps.count {
      steps[step].forEachWord(of: text, isFirst: isFirst, buffer: buffers[step], body)
      return
    }
    var isFirst = isFirst
    steps[step].forEachWord(of: text, isFirst: isFirst, buffer: buffers[step]) { word in
      // A delimiter that was removed may have stood in front of the first word.
      if case .split = steps[step], word.baseAddress != text.baseAddress { isFirst = false }
      forEachWord(of: word, isFirst: isFirst, step: step + 1, buffers: buffers, body)
      isFirst = false
    }
  }
}

extension PreTokenizerChain: Decodable {
  private enum CodingKeys: String, CodingKey {
    case steps = "pretokenizers"
    case behavior
    case isIndividual = "individual_digits"
    case pattern
    case isInverted = "invert"
    case delimiter
  }

  init(from decoder: any Decoder) throws {
    self.init(steps: try Self.steps(from: decoder))
  }

  /// One pre-tokenizer or the steps of a sequence.
  private struct Steps: Decodable {
    let steps: [PreTokenizer]

    init(from decoder: any Decoder) throws { steps = try PreTokenizerChain.steps(from: decoder) }
  }

  private static func steps(from decoder: any Decoder) throws -> [PreTokenizer] {
    let keys = try decoder.container(keyedBy: CodingKeys.self)
    func behavior() throws -> DelimiterBehavior? {
      try keys.decodeIfPresent(DelimiterBehavior.self, forKey: .behavior)
    }
    switch try ComponentType(from: decoder).type {
    case "Sequence": return try keys.decode([Steps].self, forKey: .steps).flatMap(\.steps)
    case "BertPreTokenizer": return [.bert(BertPreTokenizer())]
    case "ByteLevel": return [.byteLevel(try ByteLevelPreTokenizer(from: decoder))]
    case "Metaspace": return [.metaspace(try Metaspace(from: decoder))]
    case "Whitespace": return [.split(.whitespace)]
    case "WhitespaceSplit": return [.split(.whitespaceSplit)]
    case "Punctuation": return [.split(.punctuation(try behavior() ?? .isolated))]
    case "Digits":
      let isIndividual = try keys.decode(Bool.self, forKey: .isIndividual)
      return [.split(.digits(areIndividual: isIndividual))]
    case "Split":
      let split = SplitPreTokenizer.pattern(
        try keys.decode(TextPattern.self, forKey: .pattern),
        try keys.decode(DelimiterBehavior.self, forKey: .behavior),
        isInverted: try keys.decode(Bool.self, forKey: .isInverted))
      return [.split(split)]
    case "CharDelimiterSplit":
      let delimiter = Array(try keys.decode(String.self, forKey: .delimiter).utf8)
      guard !delimiter.isEmpty else {
        throw UnsupportedSetting(role: "delimiter", name: "that is empty")
      }
      return [.split(.pattern(.literal(delimiter), .removed, isInverted: false))]
    case let other: throw UnsupportedSetting(role: "pre_tokenizer", name: other)
    }
  }
}
