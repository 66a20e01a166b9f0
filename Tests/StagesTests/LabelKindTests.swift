import Contracts
import FeatureStore
import Foundation
import Testing

/// Label sets, numbers and weights from a corpus to the features.
@Suite struct LabelKindTests {
  private let bench: Workbench

  init() throws { bench = try Workbench() }

  private func tokenizing(_ input: String, _ options: [String]) -> [String] {
    [input, "--model", Workbench.model, "-o", "tokens.h5"] + options
  }

  private func encoded(_ input: String, _ options: String...) throws -> RowColumns {
    let tokenizing = tokenizing(input, options)
    let outcome = try bench.run(.tokenize, tokenizing)
    try #require(outcome.status == 0, "\(outcome.standardError)")
    let again = try bench.run(.tokenize, tokenizing)
    #expect(again.standardError.contains("up to date"))
    try bench.succeed(.encode, "tokens.h5", "--model", Workbench.model, "-o", "features.h5")
    return try FeaturesFile(path: bench.url("features.h5").path).columns
  }

  @Test func labelColumns() throws {
    try bench.write("text,toxic,insult\nfine,0,0\nawful,1,1\ndull,,\nbad,0,1\n", to: "a.csv")
    let options = ["--label-columns", "toxic,insult", "--test-size", "1"]
    let columns = try encoded("a.csv", "--label-columns", "toxic,insult", "--test-size", "1")
    #expect(columns.labelKind == .multiLabel && columns.classNames == ["toxic", "insult"])
    #expect(try columns.labelSets(0..<4).values == [0, 0, 1, 1, 255, 255, 0, 1])
    #expect(try columns.labels(0..<4) == [-1, -1, -1, -1])
    #expect(try columns.splits(0..<4).count { $0 == .test } == 1)
    let report = try bench.run(.tokenize, tokenizing("a.csv", options + ["--force"])).standardOutput
    #expect(
      report.hasPrefix("4 rows, 2 labels, 1.0 a row: toxic, insult (1 rows without a label)\n"))
    #expect(report.contains("Is Multi-Label? True\n"))
    let json = try bench.run(.tokenize, tokenizing("a.csv", options + ["--force", "--json"])).json()
    #expect(json["label_kind"] as? String == "multi-label")
    #expect(json["classes"] as? [String] == ["toxic", "insult"])
  }

  @Test func labelLists() throws {
    try bench.write("text,tags\nfine,b; a\nplain,\nbad,c\n", to: "a.csv")
    let table = try encoded("a.csv", "--label-column", "tags", "--label-delimiter", ";")
    #expect(table.classNames == ["a", "b", "c"])
    #expect(try table.labelSets(0..<3).values == [1, 1, 0, 0, 0, 0, 0, 0, 1])
    try bench.write(
      "{\"text\": \"fine\", \"label\": [\"b\", \"a\"]}\n{\"text\": \"x\", \"label\": null}\n",
      to: "a.jsonl")
    let json = try encoded("a.jsonl", "--label-type", "multi-label")
    #expect(try json.labelSets(0..<2).values == [1, 1, 255, 255])
  }

  @Test func numbersAndWeights() throws {
    try bench.write("text,stars,w\nfine,4.5,1\nbad,-1,0.25\nwho knows,,2\n", to: "a.csv")
    let columns = try encoded(
      "a.csv", "--label-column", "stars", "--label-type", "number", "--weight-column", "w")
    #expect(columns.labelKind == .number && columns.classNames.isEmpty)
    let targets = try columns.targets(0..<3)
    #expect(targets[0] == 4.5 && targets[1] == -1 && targets[2].isNaN)
    #expect(try columns.weights(0..<3) == [1, 0.25, 2])
    let before = try bench.data("tokens.h5")
    let changed = try bench.run(
      .tokenize,
      tokenizing("a.csv", ["--label-column", "stars", "--label-type", "number"]))
    #expect(changed.standardOutput.hasPrefix("3 rows, numbers from -1.0 to 4.5 (1 rows without"))
    #expect(try bench.data("tokens.h5") != before)
  }

  /// Standard input is known by its content alone: labels and weights are part of it.
  @Test func contentOfStandardInput() throws {
    func digest(_ csv: String) throws -> String {
      try bench.succeed(
        .tokenize, "-", "--format", "csv", "--model", Workbench.model, "-o", "tokens.h5",
        "--label-type", "number", "--weight-column", "w", "--force", input: Data(csv.utf8))
      return try TokensFile(path: bench.url("tokens.h5").path).provenance.inputSHA256
    }
    let first = try digest("text,label,w\na,1,1\n")
    #expect(try digest("text,label,w\na,1.0,1\n") == first)
    #expect(try digest("text,label,w\na,2,1\n") != first)
    #expect(try digest("text,label,w\na,1,2\n") != first)
  }

  @Test func badValuesNameTheirLine() throws {
    try bench.write("text,label,x,w\na,1,0,1\nb,much,2,-3\n", to: "a.csv")
    for (options, words) in [
      (["--label-type", "number"], "\"much\" in \"label\" is not a number"),
      (["--label-columns", "x"], "\"2\" in the label column \"x\" is neither 0 nor 1"),
      (["--weight-column", "w"], "\"-3\" in \"w\" is no weight"),
    ] {
      try bench.refuse(
        65, naming: "a.csv:3", words, by: .tokenize, tokenizing("a.csv", options))
    }
    try bench.refuse(
      64, naming: "a.csv:1", "--label-delimiter", by: .tokenize,
      tokenizing("a.csv", ["--label-type", "multi-label"]))
  }

  @Test(arguments: [
    (["--label-type", "number", "--stratify", "--test-size", "1"], "--stratify keeps the shares"),
    (["--label-delimiter", ";", "--stratify", "--test-size", "1"], "--stratify keeps the shares"),
    (["--label-type", "words"], "single-label, multi-label, number"),
    (["--label-columns", "a,b,a"], "names 'a' twice"),
    (["--label-columns", "a,,b"], "wants names joined by commas"),
    (["--label-columns", "a", "--label-column", "b"], "leave --label-column"),
    (["--label-columns", "a", "--label-type", "number"], "not --label-type number"),
    (["--label-delimiter", ""], "must not be empty"),
  ]) func optionsThatContradict(options: [String], words: String) throws {
    try bench.write("text,label\na,1\n", to: "a.csv")
    let outcome = try bench.run(.tokenize, tokenizing("a.csv", options))
    #expect(outcome.status == 64)
    #expect(outcome.standardError.contains(words), "\(outcome.standardError)")
    #expect(!bench.exists("tokens.h5"))
  }
}
