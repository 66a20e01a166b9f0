/// One step of normalization: text to text.
///
/// A closed set, so that a text costs one switch and no existential. A kind that is not here is
/// refused when tokenizer.json is read.
enum Normalizer: Sendable {
  case bert(BertNormalizer)
  case unicode(UnicodeNormalizer)
  case precompiled(PrecompiledNormalizer)
  case lowercase
  case stripAccents
  case strip(StripNormalizer)
  case prepend([UInt8])
  case replace(ReplaceNormalizer)
  case nmt
  case byteLevel

  /// Appends the normalized form of `text` to `output`.
  func normalize(
    _ text: UnsafeBufferPointer<UInt8>, into output: inout ByteBuffer,
    scratch: inout NormalizerScratch
  ) {
    switch self {
    case .bert(let normalizer):
      normalizer.normalize(text, into: &output, marks: &scratch.marks)
    case .unicode(let normalizer): normalizer.normalize(text, into: &output, scratch: &scratch)
    case .precompiled(let normalizer): normalizer.normalize(text, into: &output)
    case .lowercase: ScalarMapping.lowercase(text, into: &output)
    case .stripAccents: ScalarMapping.stripAccents(text, into: &output)
    case .strip(let normalizer): output.append(normalizer.stripped(text))
    case .prepend(let prefix):
      if text.isEmpty { return }
      prefix.withUnsafeBufferPointer { output.append($0) }
      output.append(text)
    case .replace(let normalizer): normalizer.normalize(text, into: &output)
    case .nmt: ScalarMapping.nmt(text, into: &output)
    case .byteLevel: ByteLevelAlphabet.map(text, into: &output)
    }
  }

  var isLowercase: Bool { if case .lowercase = self { true } else { false } }

  /// Whether the normalized form has lost the first scalar of `text`, which Metaspace's scheme
  /// "first" asks: upstream, what follows is then no longer at the text's beginning.
  func dropsBeginning(of text: UnsafeBufferPointer<UInt8>) -> Bool {
    var end = 0
    guard !text.isEmpty else { return false }
    let first = UTF8Scalar.decode(text, &end)
    let head = UnsafeBufferPointer(rebasing: text[..<end])
    switch self {
    case .bert, .stripAccents, .nmt:
      var output = ByteBuffer()
      var scratch = NormalizerScratch()
      normalize(head, into: &output, scratch: &scratch)
      return output.bytes.isEmpty
    case .strip(let normalizer):
      return normalizer.stripsLeft && ScalarTraits(of: first).contains(.whitespace)
    case .replace(let normalizer): return normalizer.removesBeginning(of: text)
    case .unicode, .precompiled, .lowercase, .prepend, .byteLevel: return false
    }
  }
}

/// The working memory of normalizers; it keeps its room from text to text.
struct NormalizerScratch: ~Copyable {
  var marks = CanonicalOrdering()
  var scalars: [UInt32] = []
}
