import Foundation
import Testing

/// Every head from the sixty reviews to predictions.
@Suite struct AllHeadsTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    let input: String
    let arguments: [String]

    var testDescription: String { name }
  }

  private static let short = ["--epochs", "3", "--batch-size", "8", "--seeds", "1,2"]

  static let heads = [
    Case(name: "logistic", input: "features.h5", arguments: ["--head", "logistic"]),
    Case(
      name: "mlp", input: "features.h5", arguments: ["--head", "mlp", "--hidden", "16,8"] + short),
    Case(
      name: "mlp on two views", input: "features.h5",
      arguments: ["--head", "mlp", "--view", "layers/0/mean,layers/2/cls"] + short),
    Case(name: "tfidf", input: "tokens.h5", arguments: ["--head", "tfidf"]),
    Case(
      name: "rnn on ids", input: "tokens.h5",
      arguments: ["--head", "rnn", "--hidden", "8", "--embedding", "6"] + short),
    Case(
      name: "rnn on token features", input: "vectors.h5",
      arguments: ["--head", "rnn", "--cell", "lstm", "--hidden", "8", "--no-bidirectional"] + short),
  ]

  private func bench() throws -> Workbench {
    let bench = try Workbench()
    try bench.prepare(through: .encode)
    try bench.succeed(
      .encode, "tokens.h5", "--model", Workbench.model, "-o", "vectors.h5", "--token-features")
    return bench
  }

  /// A text alone or among others, cached or read anew, gets what it got in the run.
  @Test(arguments: heads) func textsArePredictedAsInTheRun(head: Case) throws {
    let bench = try bench()
    let outcome = try bench.run(.train, [head.input, "-o", "run"] + head.arguments)
    try #require(outcome.status == 0, "\(outcome.standardError)")
    #expect(outcome.standardOutput.hasPrefix("test split:\n\n"))
    let records = try bench.text("run/predictions.csv").split(separator: "\n").dropFirst()
      .map { $0.split(separator: ",").map(String.init) }
    let predicted = try bench.run(.predict, ["run", "--proba"] + Reviews.texts)
    let lines = predicted.standardOutput.split(separator: "\n").map { $0.split(separator: "\t") }
    try #require(lines.count == records.count, "\(predicted.standardError)")
    for (line, record) in zip(lines, records) {
      #expect(line[0] == record[3])
      let probability = String(format: "%.6f", Double(record[4]) ?? .nan)
      #expect(line[1] == "negative=" + probability)
    }
    let alone = try bench.run(.predict, ["run", "--proba", Reviews.texts[7]])
    #expect(alone.standardOutput == predicted.standardOutput.split(separator: "\n")[7] + "\n")
  }

  @Test(arguments: heads) func bytesDoNotDependOnThreads(head: Case) throws {
    let bench = try bench()
    for threads in ["1", "3"] {
      let outcome = try bench.run(
        .train, [head.input, "-o", "run\(threads)", "--threads", threads] + head.arguments)
      try #require(outcome.status == 0, "\(outcome.standardError)")
    }
    for file in ["head.json", "head.safetensors", "predictions.csv", "metrics.json", "history.csv"]
    {
      #expect(try bench.data("run1/\(file)") == bench.data("run3/\(file)"), "\(file)")
    }
  }

  /// What is random is spread over the seeds, and the first seed's model is kept.
  @Test func seedsSpread() throws {
    let bench = try bench()
    let arguments = ["features.h5", "--head", "mlp", "--epochs", "2", "--hidden", "4"]
    for (output, seeds) in [("a", ["--seeds", "5,6,7"]), ("b", ["--seed", "5"])] {
      let outcome = try bench.run(.train, arguments + ["-o", output] + seeds)
      try #require(outcome.status == 0, "\(outcome.standardError)")
    }
    #expect(try bench.data("a/head.safetensors") == bench.data("b/head.safetensors"))
    let metrics = try JSONSerialization.jsonObject(with: try bench.data("a/metrics.json"))
    let values = (metrics as? [String: Any] ?? [:]).compactMapValues { $0 as? Double }
    let losses = try bench.text("a/seeds.csv").split(separator: "\n").map {
      $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }
    let column = try #require(losses[0].firstIndex(of: "test.log_loss"))
    let numbers = losses.dropFirst().compactMap { Double($0[column]) }
    #expect(Set(numbers).count == 3)
    let mean = numbers.reduce(0, +) / 3
    let squares = numbers.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    // Three terms of some rounding each.
    #expect(abs((values["test.log_loss_mean"] ?? 0) - mean) <= 1e-14)
    #expect(abs((values["test.log_loss_sd"] ?? 0) - (squares / 2).squareRoot()) <= 1e-14)
    let history = try bench.text("a/history.csv").split(separator: "\n")
    #expect(history.count == 3)
    #expect(history[0] == "step,loss,learning_rate,validation_accuracy,validation_loss")
  }

  @Test(arguments: [
    ("features.h5", "tfidf", "texts"), ("features.h5", "rnn", "--token-features"),
    ("tokens.h5", "mlp", "firn-encode"), ("tokens.h5", "logistic", "firn-encode"),
  ])
  func aFileThatTheHeadCannotReadIsRefused(file: String, head: String, named: String) throws {
    let bench = try bench()
    try bench.refuse(65, naming: named, file, by: .train, [file, "-o", "run", "--head", head])
  }

  @Test func wordsNeedNoModel() throws {
    let bench = try bench()
    try bench.succeed(.train, "tokens.h5", "-o", "run", "--head", "tfidf", "--grid", "1,10")
    try bench.remove(Workbench.model)
    let outcome = try bench.run(.predict, ["run", "a wonderful film", "an awful film"])
    #expect(outcome.standardOutput == "positive\nnegative\n", "\(outcome.standardError)")
  }

  // MARK: - Other kinds of labels

  @Test func numbersArePredicted() throws {
    let bench = try Workbench()
    let rows = Reviews.texts.enumerated().map { row, text in
      "\"\(text.replacingOccurrences(of: "\"", with: "\"\""))\",\(row % 2 == 0 ? 4.5 : 1.25)\n"
    }
    try bench.write("text,stars\n" + rows.joined(), to: "a.csv")
    try bench.succeed(
      .tokenize, "a.csv", "--model", Workbench.model, "-o", "tokens.h5", "--label-column", "stars",
      "--label-type", "number", "--test-size", "0.2")
    try bench.succeed(.encode, "tokens.h5", "--model", Workbench.model, "-o", "features.h5")
    for head in ["ridge", "mlp"] {
      let extra = head == "ridge" ? ["--grid", "--cv", "3"] : ["--epochs", "2"]
      let outcome = try bench.run(
        .train, ["features.h5", "-o", head, "--head", head] + extra)
      try #require(outcome.status == 0, "\(outcome.standardError)")
      let first = try bench.text("\(head)/predictions.csv").split(separator: "\n")[1]
      let value = try #require(first.split(separator: ",").last)
      let predicted = try bench.run(.predict, [head, Reviews.texts[0]])
      #expect(predicted.standardOutput == value + "\n", "\(predicted.standardError)")
    }
    try bench.refuse(
      65, naming: "number labels", "ridge", by: .train,
      ["features.h5", "-o", "run", "--head", "logistic"])
  }

  @Test func labelSetsArePredicted() throws {
    let bench = try Workbench()
    let rows = Reviews.texts.enumerated().map { row, text in
      let names = [row % 2 == 0 ? "good" : "bad"] + (row % 5 == 0 ? ["film"] : [])
      return
        "\"\(text.replacingOccurrences(of: "\"", with: "\"\""))\",\(names.joined(separator: ";"))\n"
    }
    try bench.write("text,tags\n" + rows.joined(), to: "a.csv")
    try bench.succeed(
      .tokenize, "a.csv", "--model", Workbench.model, "-o", "tokens.h5", "--label-column", "tags",
      "--label-delimiter", ";", "--test-size", "0.2")
    try bench.succeed(.encode, "tokens.h5", "--model", Workbench.model, "-o", "features.h5")
    for (head, file, extra) in [
      ("logistic", "features.h5", ["--cv", "3"]), ("mlp", "features.h5", ["--epochs", "2"]),
      ("tfidf", "tokens.h5", ["--C", "100"]), ("rnn", "tokens.h5", ["--epochs", "2"]),
    ] {
      let outcome = try bench.run(.train, [file, "-o", head, "--head", head] + extra)
      try #require(outcome.status == 0, "\(outcome.standardError)")
      let first = try bench.text("\(head)/predictions.csv").split(separator: "\n")[1]
      let record = first.split(separator: ",", omittingEmptySubsequences: false)
      let predicted = try bench.run(.predict, [head, Reviews.texts[0]])
      #expect(predicted.standardOutput == record[3] + "\n", "\(head) \(predicted.standardError)")
    }
  }
}
