import Foundation
import Testing
import Tokenizers

/// Folders with a sentencepiece model and no tokenizer.json, against transformers' AutoTokenizer.
struct SentencePieceTests {
  struct Oracle: Decodable {
    struct Case: Decodable, Sendable, CustomTestStringConvertible {
      let folder: String
      /// tokenizer_config.json; nil where there is none.
      let config: String?
      let ids: [String]
      let types: String

      var testDescription: String { "\(folder) \(config ?? "")" }
    }

    let texts: [String]
    let cases: [Case]
  }

  private static let oracle = Result {
    try JSONDecoder().decode(
      Oracle.self, from: Data(contentsOf: Expected.fixture("sentencepiece/expected.json")))
  }
  private static let cases = (try? oracle.get().cases) ?? []

  @Test(arguments: cases)
  func idsEqualTheOracle(_ wanted: Oracle.Case) throws {
    let folder = try TemporaryFolder(wanted.config.map { ["tokenizer_config.json": $0] } ?? [:])
    let source = Expected.fixture("sentencepiece/" + wanted.folder)
    for file in try FileManager.default.contentsOfDirectory(atPath: source.path) {
      try FileManager.default.copyItem(
        atPath: source.path + "/" + file, toPath: folder.path + "/" + file)
    }
    let tokenizer = try Tokenizer.load(folder: folder.path)
    let texts = try Self.oracle.get().texts
    for (text, ids) in zip(texts, wanted.ids) {
      let found = tokenizer.encode(text).ids.map(String.init).joined(separator: " ")
      #expect(found == ids, "\(text.debugDescription)")
    }
    let types = tokenizer.encode(texts[texts.count - 1]).types
    #expect(types.map { String($0) }.joined(separator: " ") == wanted.types)
    #expect(try Tokenizer.definitionFiles(folder: folder.path) == tokenizer.definitionFiles)
  }

  @Test func everyFamilyIsThere() {
    #expect(
      Set(Self.cases.map(\.folder)) == ["t5", "albert", "xlnet", "deberta", "xlmr", "camembert"])
  }

  /// Cut short or altered at every place: an error or another tokenizer, never a trap.
  @Test func brokenFilesAreRefused() throws {
    let source = Expected.fixture("sentencepiece/t5/spiece.model")
    let bytes = [UInt8](try Data(contentsOf: source))
    let folder = try TemporaryFolder(["config.json": #"{"model_type": "t5"}"#])
    let file = URL(fileURLWithPath: folder.path + "/spiece.model")
    for count in stride(from: 0, to: bytes.count - 1, by: 97) {
      try Data(bytes[..<count]).write(to: file)
      _ = try? Tokenizer.load(folder: folder.path)
      var altered = bytes
      altered[count] ^= 0xFF
      try Data(altered).write(to: file)
      _ = try? Tokenizer.load(folder: folder.path)
    }
    try Data(bytes[..<(bytes.count - 1)]).write(to: file)
    #expect(throws: TokenizerError.self) { try Tokenizer.load(folder: folder.path) }
    try Data().write(to: file)
    #expect(throws: TokenizerError.notSentencePiece(file: file.path, offset: 0)) {
      try Tokenizer.load(folder: folder.path)
    }
  }

  @Test func otherFamiliesAreRefusedByName() throws {
    let folder = try TemporaryFolder([
      "spiece.model": "", "tokenizer_config.json": #"{"tokenizer_class": "PegasusTokenizer"}"#,
    ])
    #expect(
      throws: TokenizerError.unsupported(
        file: folder.path + "/tokenizer_config.json", role: "tokenizer_class",
        name: "PegasusTokenizer without a tokenizer.json")
    ) { try Tokenizer.load(folder: folder.path) }
  }

  /// sentence-transformers' do_lower_case puts a Lowercase before what tokenizer.json has.
  @Test func lowerCaseBesideTokenizerJSON() throws {
    let source = Expected.fixture("cased").path
    let json = try String(contentsOfFile: source + "/tokenizer.json", encoding: .utf8)
    let plain = try TemporaryFolder(["tokenizer.json": json])
    let lower = try TemporaryFolder([
      "tokenizer.json": json, "sentence_bert_config.json": #"{"do_lower_case": true}"#,
    ])
    let tokenizer = try Tokenizer.load(folder: lower.path)
    let cased = try Tokenizer.load(folder: plain.path)
    #expect(tokenizer.encode("A WONDERFUL Film") == cased.encode("a wonderful film"))
    #expect(cased.encode("A WONDERFUL Film") != cased.encode("a wonderful film"))
    #expect(tokenizer.definitionFiles.count == 2 && cased.definitionFiles.count == 1)
  }
}
