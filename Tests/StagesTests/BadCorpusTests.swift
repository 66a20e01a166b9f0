import Foundation
import Testing

/// Corpora and lengths that firn-tokenize must refuse.
@Suite struct BadCorpusTests {
  struct Corpus: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let file: String
    let content: [UInt8]
    let status: Int32
    let naming: String

    init(_ name: String, _ file: String, _ content: String, naming: String) {
      self.init(name, file, Array(content.utf8), naming: naming)
    }

    init(_ name: String, _ file: String, _ content: [UInt8], naming: String) {
      testDescription = name
      self.file = file
      self.content = content
      status = 65
      self.naming = naming
    }
  }

  static let corpora = [
    Corpus("empty", "a.csv", "", naming: "a.csv"),
    Corpus("header without rows", "a.csv", "text,label\n", naming: "a.csv:1"),
    Corpus("no such column", "a.csv", "txt,label\nhello,1\n", naming: "a.csv:1"),
    Corpus("nearest column", "a.csv", "txt,label\nhello,1\n", naming: "did you mean \"txt\"?"),
    Corpus("unclosed quote", "a.csv", "text,label\nfine,1\n\"open,1\nx,0\n", naming: "a.csv:3"),
    Corpus("too few fields", "a.csv", "text,label\nfine,1\nalone\n", naming: "a.csv:3"),
    Corpus("too many fields", "a.csv", "text,label\nfine,1\na,b,c\n", naming: "a.csv:3"),
    Corpus("fields after many rows", "a.csv", rows(5000) + "a,b,c\n", naming: "a.csv:5002"),
    Corpus(
      "not UTF-8", "a.csv", Array("text,label\nfine,1\ncaf".utf8) + [0xE9] + Array(",0\n".utf8),
      naming: "a.csv:3"),
    Corpus(
      "broken JSON", "a.jsonl", "{\"text\":\"fine\"}\n{\"text\":\"fi\n", naming: "a.jsonl:2"),
    Corpus("JSON that is no object", "a.jsonl", "[1]\n", naming: "a.jsonl:1"),
    Corpus("unknown part", "a.csv", "text,label,split\nfine,1,dev9\n", naming: "a.csv:2"),
    Corpus("not gzip", "a.csv.gz", "text,label\nfine,1\n", naming: "a.csv.gz"),
  ]

  private static func rows(_ count: Int) -> String {
    "text,label\n" + String(repeating: "fine,1\n", count: count)
  }

  @Test(arguments: corpora) func isRefused(corpus: Corpus) throws {
    let bench = try Workbench()
    try bench.write(Data(corpus.content), to: corpus.file)
    let split = corpus.testDescription == "unknown part" ? ["--split-column", "split"] : []
    try bench.refuse(
      corpus.status, naming: corpus.naming, by: .tokenize,
      [corpus.file, "--model", Workbench.model, "-o", "tokens.h5"] + split)
  }

  @Test func missingFile() throws {
    let bench = try Workbench()
    try bench.refuse(
      66, naming: "nowhere.csv", by: .tokenize,
      ["nowhere.csv", "--model", Workbench.model, "-o", "tokens.h5"])
  }

  @Test func folderWithoutClasses() throws {
    let bench = try Workbench()
    try bench.write("no class", to: "texts/a.txt")
    try bench.refuse(
      65, naming: "texts", by: .tokenize,
      ["texts", "--model", Workbench.model, "-o", "tokens.h5"])
  }

  /// Standard input fails after the rows before it were written: the output must go again.
  @Test func brokenStandardInput() throws {
    let bench = try Workbench()
    try bench.refuse(
      65, naming: "3", by: .tokenize,
      ["-", "--model", Workbench.model, "-o", "tokens.h5", "--format", "csv"],
      input: Data("text,label\nfine,1\nalone\n".utf8))
  }

  /// An output of before stays as it was when the new input is bad.
  @Test func olderOutputStays() throws {
    let bench = try Workbench()
    try bench.prepare(through: .tokenize)
    try bench.write("id,text,label\nr0,alone\n", to: "reviews.csv")
    try bench.refuse(65, naming: "reviews.csv:2", by: .tokenize, Reviews.tokenizing)
  }

  /// A text needs room for [CLS] and [SEP]; the model has 40 positions.
  @Test(arguments: ["0", "1", "-3", "41", "1000000"]) func maxLength(length: String) throws {
    let bench = try Workbench()
    try bench.write(Reviews.csv, to: "reviews.csv")
    try bench.refuse(
      64, naming: "max-length", by: .tokenize,
      ["reviews.csv", "--model", Workbench.model, "-o", "tokens.h5", "--max-length=\(length)"])
  }

  @Test func nothingLeftToTrainOn() throws {
    let bench = try Workbench()
    try bench.write("text,label\nfine,1\n", to: "a.csv")
    try bench.refuse(
      65, naming: "1", by: .tokenize,
      ["a.csv", "--model", Workbench.model, "-o", "tokens.h5", "--test-size", "0.5"])
  }
}
