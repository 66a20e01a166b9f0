import Foundation
import Testing

/// firn-predict on tables and its explanations.
@Suite struct BatchPredictTests {
  private func bench() throws -> Workbench {
    let bench = try Workbench()
    try bench.prepare(through: .train)
    try bench.succeed(.train, "tokens.h5", "--head", "tfidf", "-o", "words")
    return bench
  }

  /// Every row of the corpus is predicted as in the run's own predictions.csv, to the bit.
  @Test(arguments: ["run", "words"])
  func aTableIsPredictedAsInTheRun(run: String) throws {
    let bench = try bench()
    try bench.succeed(
      .predict, run, "--input", "reviews.csv", "--id-column", "id", "-o", "predictions.csv")
    let expected = try bench.text("\(run)/predictions.csv").split(separator: "\n").dropFirst()
      .map { line in
        let fields = line.split(separator: ",", omittingEmptySubsequences: false)
        return ([fields[0]] + fields[3...]).joined(separator: ",")
      }
    let lines = try bench.text("predictions.csv").split(separator: "\n").map(String.init)
    #expect(lines.first == "id,predicted,probability_negative,probability_positive")
    #expect(Array(lines.dropFirst()) == expected)
  }

  @Test func otherFormatsAndStandardOutput() throws {
    let bench = try bench()
    let lines = ["a great film", "boring, dull"]
    try bench.write(
      lines.map { "{\"review\":\"\($0)\"}\n" }.joined(), to: "new.jsonl")
    let table = try bench.succeed(
      .predict, "run", "--input", "new.jsonl", "--text-column", "review")
    let piped = try bench.run(
      .predict, ["run", "--input", "-"], input: Data(lines.joined(separator: "\n").utf8))
    #expect(piped.status == 0 && table.standardOutput == piped.standardOutput)
    #expect(table.standardOutput.split(separator: "\n").count == 3)
    #expect(table.standardOutput.contains("\n0,") && table.standardOutput.contains("\n1,"))
  }

  @Test func aBadTableLeavesNoOutput() throws {
    let bench = try bench()
    try bench.write("id,text\n1,good\n1\n", to: "bad.csv")
    try bench.refuse(
      65, naming: "bad.csv:3", by: .predict, ["run", "--input", "bad.csv", "-o", "out.csv"])
    try bench.refuse(
      65, naming: "review", by: .predict,
      ["run", "--input", "reviews.csv", "--text-column", "review", "-o", "out.csv"])
    try bench.refuse(
      64, naming: "--input", by: .predict, ["run", "text", "--input", "reviews.csv"])
    try bench.refuse(
      64, naming: "--explain", by: .predict, ["run", "--explain", "--input", "reviews.csv"])
  }

  private struct Summary: Decodable {
    struct Prediction: Decodable {
      struct Explained: Decodable {
        struct Word: Decodable {
          let word: String
          let change: Double
          let without: Double
        }
        let `class`: String
        let value: Double
        let words: [Word]
      }
      let label: String
      let probabilities: [String: Double]
      let explained: Explained?
    }
    let predictions: [Prediction]
  }

  private func predict(_ bench: Workbench, _ arguments: [String]) throws -> [Summary.Prediction] {
    let outcome = try bench.run(.predict, arguments + ["--json"])
    try #require(outcome.status == 0, "\(outcome.standardError)")
    return try JSONDecoder().decode(Summary.self, from: Data(outcome.standardOutput.utf8))
      .predictions
  }

  /// A word's share is the difference to the prediction of the text without it, for every head.
  @Test(arguments: ["run", "words"])
  func aWordCarriesWhatIsMissingWithoutIt(run: String) throws {
    let bench = try bench()
    let text = "The film was wonderful, but don't go"
    let found = try #require(try predict(bench, [run, "--explain", text]).first)
    let explained = try #require(found.explained)
    #expect(
      explained.words.map(\.word) == ["The", "film", "was", "wonderful", "but", "don't", "go"])
    #expect(explained.class == found.label)
    let without = try predict(
      bench, [run, "The film was, but don't go", "film was wonderful, but don't go"])
    for (word, prediction) in zip([explained.words[3], explained.words[0]], without) {
      let value = try #require(prediction.probabilities[explained.class])
      #expect(word.without == value && word.change == explained.value - value)
    }
    let other = try #require(
      try predict(bench, [run, "--explain", "--class", "negative", text]).first?.explained)
    #expect(other.class == "negative")
  }

  @Test func wordsOfAnyScript() throws {
    let bench = try bench()
    let words = try predict(bench, ["words", "--explain", "  l’été… 好い e\u{301}a 3.5 "])
      .first?.explained?.words.map(\.word)
    #expect(words == ["l’été", "好", "い", "e\u{301}a", "3", "5"])
    let none = try predict(bench, ["words", "--explain", "…"]).first?.explained
    #expect(none?.words.isEmpty == true)
  }

  @Test func anUnknownClassIsRefused() throws {
    let bench = try bench()
    try bench.refuse(
      64, naming: "--class", "negative", by: .predict,
      ["run", "--explain", "--class", "neutral", "text"])
  }

  /// On another machine: no index, other folders, the model under its name beside the run or given.
  @Test func aCopiedRunWorksElsewhere() throws {
    let here = try bench()
    let expected = try here.succeed(.predict, "run", "a great film", "--proba").standardOutput
    let there = try Workbench()
    for file in ["head.json", "head.safetensors", "run.json"] {
      try there.write(try here.data("run/\(file)"), to: "deep/er/moved/\(file)")
    }
    let found = try there.succeed(.predict, "deep/er/moved", "a great film", "--proba")
    #expect(found.standardOutput == expected)
    let other = try Workbench()
    for file in ["head.json", "head.safetensors", "run.json"] {
      try other.write(try here.data("run/\(file)"), to: "moved/\(file)")
    }
    try FileManager.default.moveItem(
      at: other.url(Workbench.model), to: other.url("renamed"))
    try other.refuse(66, naming: "--model", by: .predict, ["moved", "text"])
    let given = try other.succeed(
      .predict, "moved", "a great film", "--proba", "--model", "renamed")
    #expect(given.standardOutput == expected)
  }
}
