/// What normalizers and pre-tokenizers ask about one Unicode scalar.
///
/// The answers are the oracle's (see ScalarTables.swift), not the standard library's: Hugging
/// Face tokenizers mixes tables of several Unicode versions, and a model's vocabulary was made
/// with them.
struct ScalarTraits: OptionSet {
  let rawValue: UInt32

  /// Control characters, formats, private use, NUL and U+FFFD: clean-text removes them.
  static let removed = ScalarTraits(rawValue: 1 << 0)
  /// Unicode's White_Space.
  static let whitespace = ScalarTraits(rawValue: 1 << 1)
  /// BERT's "Chinese characters": CJK ideographs, which become words of their own.
  static let cjk = ScalarTraits(rawValue: 1 << 2)
  /// Category Mn: what strip-accents drops.
  static let nonspacingMark = ScalarTraits(rawValue: 1 << 3)
  /// Category P and all ASCII symbols: what BERT isolates.
  static let punctuation = ScalarTraits(rawValue: 1 << 4)
  /// A word character, `\w` of a regular expression.
  static let word = ScalarTraits(rawValue: 1 << 5)
  /// Has a canonical decomposition.
  static let decomposes = ScalarTraits(rawValue: 1 << 6)
  /// Has another lower-case form.
  static let lowers = ScalarTraits(rawValue: 1 << 7)
  /// `\p{L}` of a regular expression in Oniguruma, which GPT-2's pattern goes through.
  static let letter = ScalarTraits(rawValue: 1 << 16)
  /// `\p{N}` there.
  static let number = ScalarTraits(rawValue: 1 << 17)
  /// `\s` there.
  static let patternSpace = ScalarTraits(rawValue: 1 << 18)
  /// Rust's `char::is_numeric`: what the pre-tokenizer Digits isolates.
  static let numeric = ScalarTraits(rawValue: 1 << 19)
  /// Category M: what the normalizer StripAccents drops.
  static let mark = ScalarTraits(rawValue: 1 << 20)
  /// Has a compatibility decomposition that is not its canonical one.
  static let decomposesCompatibly = ScalarTraits(rawValue: 1 << 21)

  /// The canonical combining class; 0 for a starter.
  var combiningClass: UInt8 { UInt8(truncatingIfNeeded: rawValue >> 8) }

  /// What grapheme clusters are made of.
  var graphemeRole: GraphemeRole {
    GraphemeRole(rawValue: UInt8(truncatingIfNeeded: rawValue >> 24)) ?? .other
  }

  /// The traits of a scalar.
  ///
  /// - Complexity: O(1), two loads.
  init(of scalar: UInt32) {
    self = ScalarTrie.shared[scalar]
  }

  init(rawValue: UInt32) { self.rawValue = rawValue }
}

/// A two-stage table over all scalars: blocks of 256, equal blocks of one trait kept once.
private struct ScalarTrie {
  static let shared = ScalarTrie()

  private var blockOf: [UInt16] = []
  private var traits: [UInt32] = []

  /// Spreads the runs of the generated table over the blocks; about 0.1 ms, once a process.
  private init() {
    let starts = ScalarTables.runStarts
    let values = ScalarTables.runTraits
    var uniformBlocks: [UInt32: UInt16] = [:]
    var run = 0
    blockOf.reserveCapacity(0x1100)
    for block in 0..<0x1100 {
      let first = UInt32(block) << 8
      while run + 1 < starts.count, starts[run + 1] <= first { run += 1 }
      let isUniform = run + 1 == starts.count || starts[run + 1] > first + 0xFF
      if isUniform, let known = uniformBlocks[values[run]] {
        blockOf.append(known)
        continue
      }
      let index = UInt16(traits.count >> 8)
      if isUniform { uniformBlocks[values[run]] = index }
      blockOf.append(index)
      for scalar in first...(first + 0xFF) {
        while run + 1 < starts.count, starts[run + 1] <= scalar { run += 1 }
        traits.append(values[run])
      }
    }
  }

  subscript(scalar: UInt32) -> ScalarTraits {
    let block = Int(blockOf[Int(scalar >> 8)])
    return ScalarTraits(rawValue: traits[block << 8 | Int(scalar & 0xFF)])
  }
}
