import Foundation
import Testing

/// firn-train's comparisons on the sixty reviews: 38 train rows, 10 for validation, 12 for test.
@Suite struct ComparisonTests {
  private func bench(through last: StageName = .encode) throws -> Workbench {
    let bench = try Workbench()
    try bench.prepare(through: last)
    return bench
  }

  /// A csv's records by column name; no field is quoted here.
  private func table(_ bench: Workbench, _ path: String) throws -> [[String: String]] {
    let lines = try bench.text(path).split(separator: "\n").map {
      $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }
    return lines.dropFirst().map { Dictionary(uniqueKeysWithValues: zip(lines[0], $0)) }
  }

  private func metrics(_ bench: Workbench, _ run: String) throws -> [String: Double] {
    let values = try JSONSerialization.jsonObject(with: try bench.data("\(run)/metrics.json"))
    return (values as? [String: Any] ?? [:]).compactMapValues { $0 as? Double }
  }

  // MARK: - Views

  @Test func allViewsAreRankedByValidation() throws {
    let bench = try bench()
    let outcome = try bench.succeed(
      .train, "features.h5", "-o", "run", "--view", "all", "--json")
    let views = try table(bench, "run/views.csv")
    #expect(views.map { $0["rank"] } == ["1", "2", "3", "4"])
    #expect(
      Set(views.compactMap { $0["view"] })
        == ["layers/0/cls", "layers/0/mean", "layers/2/cls", "layers/2/mean"])
    let scores = views.compactMap { $0["accuracy"].flatMap(Double.init) }
    #expect(scores == scores.sorted(by: >))
    // The best is trained: the same head as when it is named.
    let best = try #require(views[0]["view"])
    #expect(try outcome.json()["view"] as? String == best)
    try bench.succeed(.train, "features.h5", "-o", "alone", "--view", best)
    #expect(
      try bench.data("run/head.safetensors") == bench.data("alone/head.safetensors"))
    let validation = try metrics(bench, "alone")["validation.accuracy"]
    #expect(validation == scores[0])
  }

  @Test func viewsAreRankedByFoldsWhereNothingIsForValidation() throws {
    let bench = try Workbench()
    try bench.write(Reviews.csv, to: "reviews.csv")
    try bench.succeed(
      .tokenize, "reviews.csv", "--model", Workbench.model, "-o", "tokens.h5", "--test-size", "0.2")
    try bench.succeed(
      .encode, "tokens.h5", "--model", Workbench.model, "-o", "features.h5", "--layers", "all")
    try bench.refuse(
      65, naming: "--validation-size", "--cv", "features.h5", by: .train,
      ["features.h5", "-o", "run", "--view", "all"])
    try bench.succeed(.train, "features.h5", "-o", "run", "--view", "all", "--cv", "3")
    let views = try table(bench, "run/views.csv")
    #expect(views.count == 3)
    // The same folds: the best view's mean is that of its cross-validation.
    let best = try #require(views[0]["accuracy"].flatMap(Double.init))
    #expect(try metrics(bench, "run")["cv.accuracy_mean"] == best)
  }

  @Test func joinedViewsPredictAsInTheRun() throws {
    let bench = try bench()
    try bench.succeed(
      .train, "features.h5", "-o", "run", "--view", "layers/2/mean,layers/0/cls")
    let head = try JSONSerialization.jsonObject(with: try bench.data("run/head.json"))
    #expect((head as? [String: Any])?["width"] as? Int == 2 * 24)
    let records = try table(bench, "run/predictions.csv")
    let outcome = try bench.run(.predict, ["run", "--proba"] + Reviews.texts)
    let lines = outcome.standardOutput.split(separator: "\n").map { $0.split(separator: "\t") }
    try #require(lines.count == records.count, "\(outcome.standardError)")
    for (line, record) in zip(lines, records) {
      #expect(line[0] == record["predicted"] ?? "")
      let probability = record["probability_negative"].flatMap(Double.init) ?? .nan
      #expect(line[1] == "negative=" + String(format: "%.6f", probability))
    }
  }

  // MARK: - Folds, sizes, searches

  @Test func crossValidationHoldsEveryTrainRowOutOnce() throws {
    let bench = try bench()
    let outcome = try bench.succeed(.train, "features.h5", "-o", "run", "--cv", "4")
    let folds = try table(bench, "run/cv_results.csv")
    #expect(folds.map { $0["fold"] } == ["0", "1", "2", "3"])
    let held = folds.compactMap { $0["held_rows"].flatMap(Int.init) }
    #expect(held.reduce(0, +) == 38)
    for (fold, held) in zip(folds, held) { #expect(fold["train_rows"] == "\(38 - held)") }
    let scores = folds.compactMap { $0["accuracy"].flatMap(Double.init) }
    let mean = scores.reduce(0, +) / 4
    let found = try metrics(bench, "run")
    // Another order of the sum: its last bit.
    #expect(abs(try #require(found["cv.accuracy_mean"]) - mean) < 1e-15)
    #expect(found["cv.accuracy_sd"] != nil)
    #expect(outcome.standardOutput.contains("4 folds of the train rows: accuracy "))
    // The run's own model is that of a run without it.
    try bench.succeed(.train, "features.h5", "-o", "plain")
    #expect(try bench.data("run/head.safetensors") == bench.data("plain/head.safetensors"))
    #expect(try metrics(bench, "plain")["test.accuracy"] == found["test.accuracy"])
  }

  @Test func aLearningCurveEndsWhereTheRunIs() throws {
    let bench = try bench()
    let outcome = try bench.succeed(
      .train, "features.h5", "-o", "run", "--train-sizes", "38,10,20", "--seeds", "1,2")
    let curve = try table(bench, "run/learning_curve.csv")
    #expect(curve.map { $0["train_rows"] } == ["10", "10", "20", "20", "38", "38"])
    #expect(curve.map { $0["seed"] } == ["1", "2", "1", "2", "1", "2"])
    let found = try metrics(bench, "run")
    for point in curve.suffix(2) {
      #expect(point["test.accuracy"].flatMap(Double.init) == found["test.accuracy"])
    }
    // Nothing in the head is random: no spread over seeds is claimed.
    #expect(found["test.accuracy_sd"] == nil)
    #expect(outcome.standardOutput.contains("nothing in this head is random"))
    try bench.refuse(
      65, naming: "39 of 38", "features.h5", by: .train,
      ["features.h5", "-o", "other", "--train-sizes", "10,39"])
  }

  @Test func aSearchTrainsTheBestAgain() throws {
    let bench = try bench()
    try bench.succeed(.train, "features.h5", "-o", "run", "--grid", "0.001,1,100", "--cv", "3")
    let grid = try table(bench, "run/grid.csv")
    #expect(grid.map { $0["C"].flatMap(Double.init) } == [0.001, 1, 100])
    let chosen = try #require(grid.first { $0["chosen"] == "1" }?["C"])
    let means = grid.compactMap { $0["accuracy_mean"].flatMap(Double.init) }
    let best = try #require(means.max())
    #expect(grid.first { $0["accuracy_mean"].flatMap(Double.init) == best }?["C"] == chosen)
    try bench.succeed(.train, "features.h5", "-o", "alone", "--C", chosen)
    let same = try bench.data("run/head.safetensors") == bench.data("alone/head.safetensors")
    #expect(same)
    // Each fold searched on its own rows and says what it took.
    #expect(try table(bench, "run/cv_results.csv").allSatisfy { $0["C"]?.isEmpty == false })
  }

  @Test func aGridOfItsOwnHasAValueADecade() throws {
    let bench = try bench()
    try bench.succeed(.train, "features.h5", "-o", "run", "--grid")
    #expect(
      try table(bench, "run/grid.csv").map { $0["C"].flatMap(Double.init) }
        == [0.001, 0.01, 0.1, 1, 10, 100])
  }

  @Test func comparisonsDoNotDependOnThreads() throws {
    let bench = try bench()
    for threads in ["1", "3"] {
      try bench.succeed(
        .train, "features.h5", "-o", "run\(threads)", "--view", "all", "--grid", "0.1,10", "--cv",
        "3", "--seeds", "4,5", "--train-sizes", "12,30", "--threads", threads)
    }
    for file in [
      "views.csv", "grid.csv", "cv_results.csv", "seeds.csv", "learning_curve.csv",
      "metrics.json", "predictions.csv", "head.json", "head.safetensors",
    ] {
      #expect(try bench.data("run1/\(file)") == bench.data("run3/\(file)"), "\(file)")
    }
  }

  @Test func aSecondRunDoesNothing() throws {
    let bench = try bench()
    let arguments = ["features.h5", "-o", "run", "--cv", "3", "--view", "all"]
    let first = try bench.run(.train, arguments)
    #expect(first.status == 0, "\(first.standardError)")
    #expect(try bench.run(.train, arguments).standardError.contains("run is up to date"))
    let other = try bench.run(.train, arguments + ["--seeds", "1,2"])
    #expect(!other.standardError.contains("up to date"))
  }

  // MARK: - Refusals

  @Test(arguments: [
    (["--hidden", "32"], "--hidden"), (["--cell", "gru"], "--cell"), (["--alpha", "1"], "--alpha"),
    (["--bidirectional"], "--bidirectional"), (["--epochs", "3"], "--epochs"),
    (["--seeds", "1,x"], "--seeds"), (["--seeds", ""], "--seeds"), (["--cv", "1"], "--cv"),
    (["--grid", "1,-1"], "--grid"), (["--train-sizes", "0"], "--train-sizes"),
    (["--seed", "1", "--seeds", "1,2"], "--seeds"), (["--class-weight", "some"], "--class-weight"),
    (["--head", "forest"], "--head"), (["--head", "mlp", "--C", "1"], "--C"),
    (["--head", "mlp", "--grid"], "--grid"), (["--head", "mlp", "--layers", "2"], "--layers"),
  ])
  func anOptionThatMeansNothingIsRefused(options: [String], named: String) throws {
    let bench = try bench()
    try bench.refuse(64, naming: named, by: .train, ["features.h5", "-o", "run"] + options)
  }

  @Test func tooManyFoldsAreRefused() throws {
    let bench = try bench()
    try bench.refuse(
      64, naming: "39 folds", by: .train, ["features.h5", "-o", "run", "--cv", "39"])
    try bench.refuse(
      65, naming: "30 folds", by: .train, ["features.h5", "-o", "run", "--cv", "30"])
  }

  @Test func tokensAreNoFeatures() throws {
    let bench = try bench()
    try bench.refuse(
      65, naming: "tokens.h5", "firn-encode", by: .train, ["tokens.h5", "-o", "run"])
  }
}
