import Foundation
import Testing
import Tokenizers

/// Folders with vocab.json and merges.txt, against the tokenizer.json of the same tokenizer and what
/// the oracle gave for that.
struct MergesFileTests {
  private struct File: Decodable {
    struct Model: Decodable {
      let vocab: [String: Int]
      let merges: [String]
    }
    let model: Model
  }

  /// The files of the RoBERTa fixture, whose characters are GPT-2's spelling of bytes.
  private func files() throws -> [String: String] {
    let data = try Data(contentsOf: Expected.fixture("roberta/tokenizer.json"))
    let model = try JSONDecoder().decode(File.self, from: data).model
    let vocabulary = try JSONEncoder().encode(model.vocab)
    return [
      "vocab.json": String(decoding: vocabulary, as: UTF8.self),
      "merges.txt": "#version: 0.2\n" + model.merges.map { $0 + "\n" }.joined(),
    ]
  }

  @Test(arguments: [
    #"{"tokenizer_class": "RobertaTokenizer", "add_prefix_space": true, "truncation_side": "left","#,
    #"{"tokenizer_class": "RobertaTokenizerFast", "add_prefix_space": true, "model_max_length": 12,"#,
  ])
  func idsEqualTheOracle(_ config: String) throws {
    let mask = #""mask_token": {"content": "<mask>", "lstrip": true, "special": true}}"#
    let folder = try TemporaryFolder(
      files().merging(["tokenizer_config.json": config + mask]) { $1 })
    let tokenizer = try Tokenizer.load(folder: folder.path)
    let expected = try Expected.shared.get()
    let rows = try #require(
      expected.cases.first { $0.folder == "roberta" && $0.maxLength == nil }
    ).rows
    for (text, ids) in zip(expected.texts, rows) {
      #expect(tokenizer.encode(text).ids == ids, "\(text.debugDescription)")
    }
    #expect(try Tokenizer.definitionFiles(folder: folder.path) == tokenizer.definitionFiles)
    if config.contains("left") {
      let full = tokenizer.encode(expected.texts[4]).ids
      let cut = tokenizer.encode(expected.texts[4], maxLength: 6).ids
      #expect(cut == [full[0]] + full.suffix(5))
    }
  }

  @Test func olderFolderNamesTheModel() throws {
    let folder = try TemporaryFolder(
      files().merging(["config.json": #"{"model_type": "gpt2"}"#]) { $1 })
    let tokenizer = try Tokenizer.load(folder: folder.path)
    #expect(tokenizer.specialTokenCount == 0)
    #expect(tokenizer.encode("").ids.isEmpty)
    #expect(tokenizer.id(of: "<|endoftext|>") != nil)
  }

  @Test func brokenMerge() throws {
    let folder = try TemporaryFolder(
      files().merging(["config.json": #"{"model_type": "gpt2"}"#, "merges.txt": "a b c\n"]) { $1 })
    let expected = TokenizerError.badMerge(file: folder.path + "/merges.txt", merge: "a b c")
    #expect(throws: expected) { try Tokenizer.load(folder: folder.path) }
  }

  @Test func unknownClassIsRefused() throws {
    let folder = try TemporaryFolder(files())
    let expected = TokenizerError.unsupported(
      file: folder.path + "/tokenizer_config.json", role: "tokenizer_class",
      name: "that is not named without a tokenizer.json")
    #expect(throws: expected) { try Tokenizer.load(folder: folder.path) }
  }
}
