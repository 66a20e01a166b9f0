/// The first step of a tokenizer: normalizers one after the other, sequences flattened.
struct NormalizerChain: Sendable {
  let steps: [Normalizer]

  /// Two buffers, from one to the other step by step, and what single steps need.
  struct Scratch: ~Copyable {
    var front = ByteBuffer()
    var back = ByteBuffer()
    var steps = NormalizerScratch()
    /// Whether the last text lost its first scalar; kept only when asked for.
    var hasDroppedBeginning = false
  }

  /// The normalized form of `text`, in `scratch` and valid until its next use; `hasDroppedBeginning`
  /// is kept if `watchesBeginning`.
  func normalize(
    _ text: UnsafeBufferPointer<UInt8>, scratch: inout Scratch, watchesBeginning: Bool = false
  ) -> UnsafeBufferPointer<UInt8> {
    var text = text
    scratch.hasDroppedBeginning = false
    for step in steps {
      if watchesBeginning, step.dropsBeginning(of: text) { scratch.hasDroppedBeginning = true }
      swap(&scratch.front, &scratch.back)
      scratch.front.removeAll()
      step.normalize(text, into: &scratch.front, scratch: &scratch.steps)
      text = scratch.front.bytes
    }
    return text
  }

  /// The normalized form of a short text, such as an added token.
  func normalized(_ text: [UInt8]) -> [UInt8] {
    var scratch = Scratch()
    return text.withUnsafeBufferPointer { Array(normalize($0, scratch: &scratch)) }
  }
}

extension NormalizerChain: Decodable {
  private enum CodingKeys: String, CodingKey {
    case normalizers
    case prepend
  }

  init(from decoder: any Decoder) throws {
    let keys = try decoder.container(keyedBy: CodingKeys.self)
    switch try ComponentType(from: decoder).type {
    case "Sequence":
      steps = try keys.decode([NormalizerChain].self, forKey: .normalizers).flatMap(\.steps)
    case "BertNormalizer": steps = [.bert(try BertNormalizer(from: decoder))]
    case "NFC": steps = [.unicode(UnicodeNormalizer(form: .nfc))]
    case "NFD": steps = [.unicode(UnicodeNormalizer(form: .nfd))]
    case "NFKC": steps = [.unicode(UnicodeNormalizer(form: .nfkc))]
    case "NFKD": steps = [.unicode(UnicodeNormalizer(form: .nfkd))]
    case "Precompiled": steps = [.precompiled(try PrecompiledNormalizer(from: decoder))]
    case "Lowercase": steps = [.lowercase]
    case "StripAccents": steps = [.stripAccents]
    case "Strip": steps = [.strip(try StripNormalizer(from: decoder))]
    case "Prepend":
      steps = [.prepend(Array(try keys.decode(String.self, forKey: .prepend).utf8))]
    case "Replace": steps = [.replace(try ReplaceNormalizer(from: decoder))]
    case "Nmt": steps = [.nmt]
    case "ByteLevel": steps = [.byteLevel]
    case let other: throw UnsupportedSetting(role: "normalizer", name: other)
    }
  }
}
