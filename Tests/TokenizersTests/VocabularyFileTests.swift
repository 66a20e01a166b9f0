import Foundation
import Testing
import Tokenizers

/// Folders with vocab.txt only, against transformers' BertTokenizerFast.
struct VocabularyFileTests {
  private static let variants = (try? Expected.shared.get().vocabularyFiles) ?? []

  private func vocabulary() throws -> String {
    try String(contentsOf: Expected.fixture("vocab/vocab.txt"), encoding: .utf8)
  }

  @Test(arguments: variants)
  func idsEqualTheOracle(_ variant: Expected.VocabularyFile) throws {
    let folder = try TemporaryFolder([
      "vocab.txt": try vocabulary(), "tokenizer_config.json": variant.config,
    ])
    let tokenizer = try Tokenizer.load(folder: folder.path)
    for (text, ids) in zip(try Expected.shared.get().texts, variant.rows) {
      #expect(tokenizer.encode(text).ids == ids, "\(text.debugDescription)")
    }
  }

  @Test func equalsTokenizerJSON() throws {
    let json = try Tokenizer.load(folder: Expected.fixture("lower").path)
    let text = try Tokenizer.load(folder: Expected.fixture("vocab").path)
    #expect(text.vocabularySize == json.vocabularySize)
    #expect(text.specialTokenCount == json.specialTokenCount)
    for sample in try Expected.shared.get().texts {
      #expect(text.encode(sample) == json.encode(sample))
    }
  }

  @Test func linesMayEndInCarriageReturns() throws {
    let folder = try TemporaryFolder([
      "vocab.txt": try vocabulary().replacing("\n", with: "\r\n")
    ])
    let windows = try Tokenizer.load(folder: folder.path)
    let unix = try Tokenizer.load(folder: Expected.fixture("vocab").path)
    #expect(windows.vocabularySize == unix.vocabularySize)
    #expect(windows.encode("A wonderful café") == unix.encode("A wonderful café"))
  }

  @Test func ofEqualLinesTheLastCounts() throws {
    let folder = try TemporaryFolder(["vocab.txt": "[UNK]\n[CLS]\n[SEP]\na\nb\na"])
    let tokenizer = try Tokenizer.load(folder: folder.path)
    #expect(tokenizer.encode("a b").ids == [1, 5, 4, 2])
    #expect(tokenizer.vocabularySize == 7)  // [PAD] and [MASK] are added behind the five
  }

  @Test func definitionFilesAreThoseThatAreThere() throws {
    let folder = try TemporaryFolder([
      "vocab.txt": try vocabulary(), "tokenizer_config.json": #"{"model_max_length": 128}"#,
      "sentence_bert_config.json": "{}",
    ])
    let tokenizer = try Tokenizer.load(folder: folder.path)
    let names = tokenizer.definitionFiles.map { URL(fileURLWithPath: $0).lastPathComponent }
    #expect(names == ["vocab.txt", "tokenizer_config.json", "sentence_bert_config.json"])
    #expect(tokenizer.modelMaxLength == 128)
  }

  @Test func sentenceBertLowerCasesAndKeepsAccents() throws {
    let vocabulary = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\ncafé\ncafe"
    let cased = #"{"do_lower_case": false}"#
    let lowering = try TemporaryFolder([
      "vocab.txt": vocabulary, "tokenizer_config.json": cased,
      "sentence_bert_config.json": #"{"max_seq_length": 8, "do_lower_case": true}"#,
    ])
    let plain = try TemporaryFolder([
      "vocab.txt": vocabulary, "tokenizer_config.json": cased,
      "sentence_bert_config.json": #"{"max_seq_length": 8, "do_lower_case": false}"#,
    ])
    #expect(try Tokenizer.load(folder: lowering.path).encode("CAFÉ").ids == [2, 5, 3])
    #expect(try Tokenizer.load(folder: plain.path).encode("CAFÉ").ids == [2, 1, 3])
  }

  @Test func noLimitIsNoMaximalLength() throws {
    let folder = try TemporaryFolder([
      "vocab.txt": try vocabulary(),
      "tokenizer_config.json": #"{"model_max_length": 1000000000000000019884624838656}"#,
    ])
    #expect(try Tokenizer.load(folder: folder.path).modelMaxLength == nil)
  }
}
