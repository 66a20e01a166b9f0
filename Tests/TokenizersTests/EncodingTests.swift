import Contracts
import Foundation
import Testing
import Tokenizers

/// Ids against Hugging Face tokenizers'.
struct EncodingTests {
  private static let cases = (try? Expected.shared.get().cases) ?? []

  @Test func fixturesAreThere() throws {
    let expected = try Expected.shared.get()
    #expect(expected.texts.count > 250)
    #expect(expected.cases.count == 32)
    #expect(expected.vocabularyFiles.count == 6)
  }

  @Test(arguments: cases)
  func idsEqualTheOracle(_ expected: Expected.Case) throws {
    let texts = try Expected.shared.get().texts
    let tokenizer = try Tokenizer.load(folder: Expected.fixture(expected.folder).path)
    for (text, ids) in zip(texts, expected.rows) {
      let encoding = tokenizer.encode(text, maxLength: expected.maxLength)
      #expect(encoding.ids == ids, "\(text.debugDescription)")
      #expect(encoding.isTruncated == (encoding.fullCount > ids.count))
    }
    let fifth = tokenizer.encode(texts[4], maxLength: expected.maxLength)
    #expect(fifth.types == expected.typesOfText4)
  }

  @Test func truncationCountsAllTokens() throws {
    let tokenizer = try Tokenizer.load(folder: Expected.fixture("lower").path)
    let texts = try Expected.shared.get().texts
    for text in texts {
      let full = tokenizer.encode(text)
      let cut = tokenizer.encode(text, maxLength: 4)
      #expect(!full.isTruncated && full.fullCount == full.ids.count)
      #expect(cut.fullCount == full.fullCount)
      #expect(cut.isTruncated == (full.ids.count > 4))
      #expect(cut.ids.count == min(4, full.ids.count))
      // Cut from the text's end; the separator stays.
      #expect(cut.ids.dropLast().elementsEqual(full.ids.prefix(cut.ids.count - 1)))
      #expect(cut.ids.last == tokenizer.id(of: "[SEP]"))
    }
  }

  @Test func canonicallyEqualTokensStayTwo() throws {
    let tokenizer = try Tokenizer.load(folder: Expected.fixture("cased").path)
    let composed = try #require(tokenizer.id(of: "##\u{E9}"))
    let decomposed = try #require(tokenizer.id(of: "##e\u{301}"))
    #expect(composed != decomposed)
    #expect(tokenizer.encode("A\u{E9}").ids.contains(composed))
    #expect(tokenizer.encode("Ae\u{301}").ids.contains(decomposed))
  }

  /// What one tokenizer left in the scratch does not reach another one.
  @Test func scratchMayGoFromTokenizerToTokenizer() throws {
    let texts = try Expected.shared.get().texts
    let tokenizers = try ["gpt2", "roberta", "xlm_roberta", "t5", "lower"].map {
      try Tokenizer.load(folder: Expected.fixture($0).path)
    }
    var scratch = Tokenizer.Scratch()
    for text in texts {
      for tokenizer in tokenizers {
        var batch = TokenBatch()
        Array(text.utf8).withUnsafeBufferPointer {
          _ = tokenizer.encode(utf8: $0, maxLength: nil, into: &batch, scratch: &scratch)
        }
        #expect(batch.ids == tokenizer.encode(text).ids, "\(text.debugDescription)")
      }
    }
  }

  /// A word of any length takes n log n steps, and more words than the cache holds are still right.
  @Test(.timeLimit(.minutes(1)), arguments: ["gpt2", "xlm_roberta"])
  func longWordsAndManyWords(_ folder: String) throws {
    let tokenizer = try Tokenizer.load(folder: Expected.fixture(folder).path)
    let long = tokenizer.encode(String(repeating: "unbelievable", count: 50_000))
    // A token at least for each word, a character at most for each token.
    #expect(long.fullCount > 50_000 && long.fullCount <= 50_000 * 12 + 2)
    let words = (0..<40_000).map { "w\($0)" }
    let together = tokenizer.encode(words.joined(separator: " ")).ids
    let last = tokenizer.encode(" " + words[39_999]).ids
    let tail = tokenizer.specialTokenCount / 2
    let lastWord = last.dropFirst(tail).dropLast(tail)
    #expect(together.dropLast(tail).suffix(lastWord.count) == lastWord)
  }

  @Test func batchHoldsTextsOneAfterTheOther() throws {
    let tokenizer = try Tokenizer.load(folder: Expected.fixture("lower").path)
    let texts = try Expected.shared.get().texts
    let batch = encode(texts, with: tokenizer)
    #expect(batch.count == texts.count)
    for (row, text) in texts.enumerated() {
      let alone = tokenizer.encode(text, maxLength: 16)
      #expect(Array(batch.ids[batch.range(row)]) == alone.ids)
      #expect(Array(batch.types[batch.range(row)]) == alone.types)
    }
  }

  @Test func threadsAgree() async throws {
    let tokenizer = try Tokenizer.load(folder: Expected.fixture("added").path)
    let texts = try Expected.shared.get().texts
    let alone = encode(texts, with: tokenizer)
    await withTaskGroup(of: TokenBatch.self) { group in
      for _ in 0..<8 { group.addTask { encode(texts, with: tokenizer) } }
      for await batch in group { #expect(batch == alone) }
    }
  }

  @Test(arguments: ["cased", "gpt2", "albert", "bpe_bytes"])
  func illFormedBytesCountAsReplacementCharacters(_ folder: String) throws {
    let tokenizer = try Tokenizer.load(folder: Expected.fixture(folder).path)
    // Cut sequences, an overlong one, a surrogate and a byte that UTF-8 never has.
    let tails: [[UInt8]] = [
      [0xC3], [0xE2, 0x82], [0xF0, 0x9F, 0x98], [0xC0, 0xAF], [0xED, 0xA0, 0x80], [0xFF],
    ]
    for tail in tails {
      let expected = tokenizer.encode("a " + String(repeating: "\u{FFFD}", count: tail.count))
      var batch = TokenBatch()
      var scratch = Tokenizer.Scratch()
      (Array("a ".utf8) + tail).withUnsafeBufferPointer {
        _ = tokenizer.encode(utf8: $0, maxLength: nil, into: &batch, scratch: &scratch)
      }
      #expect(batch.ids == expected.ids)
    }
  }

  /// A long run of unordered marks takes n log n steps, not n squared ones.
  @Test(.timeLimit(.minutes(1)))
  func manyCombiningMarks() throws {
    let tokenizer = try Tokenizer.load(folder: Expected.fixture("lower").path)
    // Marks too new for strip-accents, which therefore stay and are put in order.
    let marks = String(repeating: "\u{1ABF}\u{301}\u{8D0}", count: 200_000)
    let encoding = tokenizer.encode("a" + marks + " b")
    #expect(encoding.fullCount == 4)
  }
}

/// Encodes all texts with one scratch, max-length 16.
private func encode(_ texts: [String], with tokenizer: Tokenizer) -> TokenBatch {
  var batch = TokenBatch()
  var scratch = Tokenizer.Scratch()
  for text in texts {
    Array(text.utf8).withUnsafeBufferPointer {
      _ = tokenizer.encode(utf8: $0, maxLength: 16, into: &batch, scratch: &scratch)
    }
  }
  return batch
}
