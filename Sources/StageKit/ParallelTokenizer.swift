public import Contracts
import Digests
import Kernels
import Synchronization
public import Tokenizers

/// Texts after tokenizing, in their order.
public struct TokenizedTexts: Sendable {
  public var tokens = TokenBatch()
  /// Tokens of each text without truncation, special tokens included.
  public var fullCounts: [Int32] = []
  /// SHA-256 of each text's UTF-8 bytes: [texts, 32].
  public var digests: [UInt8] = []

  public init() {}

  /// Whether max-length cut a text.
  public func isTruncated(_ text: Int) -> Bool {
    Int(fullCounts[text]) > tokens.range(text).count
  }

  /// How many texts max-length cut.
  public var truncatedCount: Int { fullCounts.indices.count(where: isTruncated) }

  mutating func append(_ other: TokenizedTexts) {
    let start = tokens.ids.count
    tokens.ids += other.tokens.ids
    tokens.types += other.tokens.types
    tokens.offsets += other.tokens.offsets.dropFirst().map { $0 + start }
    fullCounts += other.fullCounts
    digests += other.digests
  }
}

extension Console {
  /// Says how many texts max-length cut; nothing where it cut none.
  public func noticeTruncated(_ count: Int) {
    if count > 0 { notice("\(count) \(count == 1 ? "text is" : "texts are") cut at max-length") }
  }
}

/// Tokenizes blocks of texts on several threads; the result does not depend on their number.
public struct ParallelTokenizer: Sendable {
  private let tokenizer: Tokenizer
  private let maxLength: Int
  private let prompt: String
  private let threads: Int
  private let digests: Bool

  /// `prompt`: put before every text; it takes no part in the digests.
  /// `digests`: whether the texts' SHA-256 is wanted too.
  public init(
    _ tokenizer: Tokenizer, maxLength: Int, prompt: String = "", threads: Int,
    digests: Bool = false
  ) {
    self.tokenizer = tokenizer
    self.maxLength = maxLength
    self.prompt = prompt
    self.threads = threads
    self.digests = digests
  }

  /// Tokenizes `texts`.
  public func encode(_ texts: [String]) -> TokenizedTexts {
    let pieceSize = max(16, min(256, (texts.count + threads - 1) / max(threads, 1)))
    let count = (texts.count + pieceSize - 1) / pieceSize
    let pieces = Mutex([TokenizedTexts](repeating: TokenizedTexts(), count: count))
    Workers.forEach(count, workers: threads) { _, piece in
      var scratch = Tokenizer.Scratch()
      var result = TokenizedTexts()
      for index in piece * pieceSize..<min((piece + 1) * pieceSize, texts.count) {
        var text = texts[index]
        if digests { result.digests += text.withUTF8 { SHA256Digest(of: $0).bytes } }
        if !prompt.isEmpty { text = prompt + text }
        text.withUTF8 { bytes in
          let full = tokenizer.encode(
            utf8: bytes, maxLength: maxLength, into: &result.tokens, scratch: &scratch)
          result.fullCounts.append(Int32(clamping: full))
        }
      }
      let done = result
      pieces.withLock { $0[piece] = done }
    }
    var all = TokenizedTexts()
    for piece in pieces.withLock({ $0 }) { all.append(piece) }
    return all
  }
}
