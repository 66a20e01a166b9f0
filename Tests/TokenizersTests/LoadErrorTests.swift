import Foundation
import Testing
import Tokenizers

/// What is wrong with a folder is said at load, with its place.
struct LoadErrorTests {
  /// A sound tokenizer.json; a test breaks one part of it.
  private static let sound = #"""
    {"version": "1.0", "truncation": null, "padding": null,
     "added_tokens": [{"id": 1, "content": "[CLS]", "single_word": false, "lstrip": false,
                       "rstrip": false, "normalized": false, "special": true}],
     "normalizer": {"type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": true,
                    "strip_accents": null, "lowercase": true},
     "pre_tokenizer": {"type": "BertPreTokenizer"},
     "post_processor": {"type": "BertProcessing", "sep": ["[SEP]", 2], "cls": ["[CLS]", 1]},
     "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##",
               "max_input_chars_per_word": 100,
               "vocab": {"[UNK]": 0, "[CLS]": 1, "[SEP]": 2, "a": 3, "##\u00e9\ud83d\ude00": 4}}}
    """#

  struct Fault: Sendable, CustomTestStringConvertible {
    let old: String
    let new: String
    let expected: @Sendable (_ file: String) -> TokenizerError

    var testDescription: String { "\(old) -> \(new)" }
  }

  private static let faults: [Fault] = [
    Fault(old: #""lowercase": true"#, new: #""lower": 1"#) {
      .missingKey(file: $0, key: "normalizer.lowercase")
    },
    Fault(old: #""lowercase": true"#, new: #""lowercase": 1"#) {
      .wrongType(file: $0, key: "normalizer.lowercase", expected: "Bool")
    },
    Fault(old: "BertNormalizer", new: "Hiragana") {
      .unsupported(file: $0, role: "normalizer", name: "Hiragana")
    },
    Fault(old: "BertNormalizer", new: "Precompiled") {
      .missingKey(file: $0, key: "normalizer.precompiled_charsmap")
    },
    Fault(old: "BertPreTokenizer", new: "UnicodeScripts") {
      .unsupported(file: $0, role: "pre_tokenizer", name: "UnicodeScripts")
    },
    Fault(old: "BertPreTokenizer", new: "Metaspace") {
      .missingKey(file: $0, key: "pre_tokenizer.replacement")
    },
    Fault(old: "BertProcessing", new: "Sequence") {
      .missingKey(file: $0, key: "post_processor.processors")
    },
    Fault(old: "BertProcessing", new: "Nothing") {
      .unsupported(file: $0, role: "post_processor", name: "Nothing")
    },
    Fault(old: "WordPiece", new: "Unigram") {
      .wrongType(file: $0, key: "model.vocab", expected: "array of pieces with scores")
    },
    Fault(old: "WordPiece", new: "BPE") { .missingKey(file: $0, key: "model.merges") },
    Fault(old: "WordPiece", new: "WordLevel") {
      .unsupported(file: $0, role: "model", name: "WordLevel")
    },
    Fault(old: #""type": "WordPiece""#, new: #""type": "BPE", "merges": [], "dropout": 0.1"#) {
      .unsupported(file: $0, role: "model", name: "BPE with dropout 0.1")
    },
    Fault(old: #""type": "WordPiece""#, new: #""type": "BPE", "merges": ["a b c"]"#) {
      .badMerge(file: $0, merge: "a b c")
    },
    Fault(old: #""type": "WordPiece""#, new: #""type": "BPE", "merges": [["a", "\u0023#b"]]"#) {
      .tokenNotInVocabulary(file: $0, token: "##b")
    },
    Fault(old: #""1.0""#, new: #""2.0""#) {
      .unsupported(file: $0, role: "version", name: "2.0")
    },
    Fault(old: #""unk_token": "[UNK]", "#, new: "") {
      .missingKey(file: $0, key: "model.unk_token")
    },
    Fault(old: #""vocab""#, new: #""words""#) { .missingKey(file: $0, key: "model.vocab") },
    Fault(old: #""model""#, new: #""modell""#) { .missingKey(file: $0, key: "model") },
    Fault(old: #""unk_token": "[UNK]""#, new: #""unk_token": "<unk>""#) {
      .tokenNotInVocabulary(file: $0, token: "<unk>")
    },
    Fault(old: #""a": 3"#, new: #""a": 2"#) {
      .duplicateID(file: $0, id: 2, first: "[SEP]", second: "a")
    },
    Fault(old: #""a": 3"#, new: #""a": 3, "\u0061": 5"#) { .duplicateToken(file: $0, token: "a") },
    Fault(old: #""a": 3"#, new: #""a": -3"#) { .badID(file: $0, token: "a", found: "-3") },
    Fault(old: #""a": 3"#, new: #""a": 3.5"#) { .badID(file: $0, token: "a", found: "3.5") },
    Fault(old: #""a": 3"#, new: #""a": "3""#) { .badID(file: $0, token: "a", found: "\"3\"") },
    Fault(old: #""a": 3"#, new: #""a": 2147483647"#) {
      .badID(file: $0, token: "a", found: "2147483647")
    },
    Fault(old: #"{"id": 1"#, new: #"{"id": 7"#) {
      .addedTokenID(file: $0, token: "[CLS]", declared: 7, expected: 1)
    },
  ]

  @Test func soundFileLoads() throws {
    let folder = try TemporaryFolder(["tokenizer.json": Self.sound])
    let tokenizer = try Tokenizer.load(folder: folder.path)
    #expect(tokenizer.encode("A b").ids == [1, 3, 0, 2])
    #expect(tokenizer.id(of: "##\u{E9}\u{1F600}") == 4)
    #expect(tokenizer.vocabularySize == 5)
    #expect(tokenizer.specialTokenCount == 2)
    #expect(tokenizer.modelMaxLength == nil)
    #expect(tokenizer.definitionFiles == [folder.path + "/tokenizer.json"])
  }

  /// Older files do not name the model's type.
  @Test func typeMayBeMissing() throws {
    let folder = try TemporaryFolder([
      "tokenizer.json": Self.sound.replacing(#""type": "WordPiece", "#, with: "")
    ])
    #expect(try Tokenizer.load(folder: folder.path).encode("A b").ids == [1, 3, 0, 2])
  }

  @Test func idsMayHaveHoles() throws {
    let folder = try TemporaryFolder([
      "tokenizer.json": Self.sound.replacing(#""a": 3"#, with: #""a": 9"#)
    ])
    let tokenizer = try Tokenizer.load(folder: folder.path)
    #expect(tokenizer.encode("a").ids == [1, 9, 2])
    #expect(tokenizer.vocabularySize == 10)
  }

  @Test(arguments: faults)
  func faultIsNamed(_ fault: Fault) throws {
    try #require(Self.sound.contains(fault.old))
    let folder = try TemporaryFolder([
      "tokenizer.json": Self.sound.replacing(fault.old, with: fault.new)
    ])
    let expected = fault.expected(folder.path + "/tokenizer.json")
    #expect(throws: expected) { try Tokenizer.load(folder: folder.path) }
  }

  @Test(arguments: [
    #"{"id": "A", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}"#,
    #"{"id": "B", "type_id": 0}}"#,
    #"{"id": "A", "type_id": 0}}, {"SpecialToken": {"id": "[X]", "type_id": 0}}"#,
  ])
  func templateThatIsNotForOneText(_ pieces: String) throws {
    let template = #"""
      {"type": "TemplateProcessing", "single": [{"Sequence": \#(pieces)], "special_tokens": {}}
      """#
    let bert = #"{"type": "BertProcessing", "sep": ["[SEP]", 2], "cls": ["[CLS]", 1]}"#
    let folder = try TemporaryFolder([
      "tokenizer.json": Self.sound.replacing(bert, with: template)
    ])
    #expect {
      try Tokenizer.load(folder: folder.path)
    } throws: { error in
      guard case .unsupported(_, "post_processor", let name) = error as? TokenizerError else {
        return false
      }
      return name.hasPrefix("TemplateProcessing, ")
    }
  }

  /// Every cut of the file is refused as broken JSON, never read half and never a crash.
  @Test func cutFile() throws {
    let bytes = Array(Self.sound.utf8)
    for length in stride(from: 0, to: bytes.count, by: 29) {
      let folder = try TemporaryFolder([
        "tokenizer.json": String(decoding: bytes[..<length], as: UTF8.self)
      ])
      #expect {
        try Tokenizer.load(folder: folder.path)
      } throws: { error in
        guard case .notJSON = error as? TokenizerError else { return false }
        return true
      }
    }
  }

  @Test(arguments: ["[1, 2]", "null", "{} {}", #"{"model": {"vocab": {"\x": 1}}}"#, #"{"model":"#])
  func notATokenizer(_ content: String) throws {
    let folder = try TemporaryFolder(["tokenizer.json": content])
    #expect(throws: TokenizerError.self) { try Tokenizer.load(folder: folder.path) }
  }

  @Test func missingFiles() throws {
    let folder = try TemporaryFolder([:])
    #expect(throws: TokenizerError.noTokenizer(folder: folder.path)) {
      try Tokenizer.load(folder: folder.path)
    }
  }

  @Test func bytesThatAreNotUTF8() throws {
    let folder = try TemporaryFolder([:])
    let file = folder.path + "/vocab.txt"
    try Data(Array("[UNK]\n".utf8) + [0xFF, 0x0A]).write(to: URL(fileURLWithPath: file))
    #expect(throws: TokenizerError.notUTF8(file: file, line: 2)) {
      try Tokenizer.load(folder: folder.path)
    }
  }

  @Test func vocabularyFileWithoutSpecialTokens() throws {
    let folder = try TemporaryFolder(["vocab.txt": "[UNK]\n[CLS]\na\n"])
    let expected = TokenizerError.tokenNotInVocabulary(
      file: folder.path + "/vocab.txt", token: "[SEP]")
    #expect(throws: expected) { try Tokenizer.load(folder: folder.path) }
  }

  @Test func vocabularyFileOfAnotherTokenizer() throws {
    let folder = try TemporaryFolder([
      "vocab.txt": "a\n", "tokenizer_config.json": #"{"tokenizer_class": "MPNetTokenizer"}"#,
    ])
    let expected = TokenizerError.unsupported(
      file: folder.path + "/tokenizer_config.json", role: "tokenizer_class",
      name: "MPNetTokenizer without a tokenizer.json")
    #expect(throws: expected) { try Tokenizer.load(folder: folder.path) }
  }

  @Test func maximalLengthBelowTheSpecialTokens() throws {
    let folder = try TemporaryFolder(["tokenizer.json": Self.sound])
    let tokenizer = try Tokenizer.load(folder: folder.path)
    #expect(throws: TokenizerError.maxLengthTooSmall(maxLength: 1, specialTokens: 2)) {
      try tokenizer.validate(maxLength: 1)
    }
    try tokenizer.validate(maxLength: 2)
    #expect(tokenizer.encode("a a", maxLength: 2).ids == [1, 2])
  }
}
