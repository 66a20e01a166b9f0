import ArgumentParser
import Contracts
import StageKit

@main
struct FirnPredict: Stage {
  static let configuration = CommandConfiguration(
    commandName: "firn-predict",
    abstract: "Predict the class of texts, or of a table's rows, with a trained run.",
    discussion: """
      Prints one class a text; of a run on label sets the labels, on numbers the number. --input \
      predicts a whole table into a csv: id, predicted, a probability a class. --explain leaves each \
      word out in turn and shows what that changes. The model that the run names is found by its \
      digest; another is refused. A tfidf run needs none, a fine-tuned one has its own.

      Examples:
        firn-predict runs/logistic "A wonderful little production."
        cat reviews.txt | firn-predict runs/logistic - --proba
        firn-predict runs/logistic --input new.csv --text-column review \\
          -o predictions.csv
        firn-predict runs/logistic --explain "A wonderful little production."
      """,
    version: Firn.version)

  @Argument(help: "The run folder.")
  var run: String

  @Argument(help: "Texts, or - to read one text a line from standard input.")
  var texts: [String] = []

  @Flag(help: "Print the classes' probabilities too.")
  var proba = false

  @Flag(help: "Show which words carried each prediction.")
  var explain = false

  @Option(
    name: .customLong("class"),
    help: "The class whose probability --explain is about. (default: the most probable)")
  var target: String?

  @OptionGroup var table: PredictionOptions

  @Option(help: "The model's folder, where it is not found by itself.")
  var model: String?

  @OptionGroup var common: CommonOptions

  func validate() throws {
    if target != nil, !explain { throw ValidationError("--class goes with --explain.") }
  }

  func execute(_ console: Console) throws {
    for (isGiven, option) in [(!texts.isEmpty, "TEXT"), (explain, "--explain")]
    where isGiven && table.input != nil {
      throw StageError.optionsExclude(option, "--input")
    }
    guard table.input != nil || !texts.isEmpty else { throw StageError.noText }
    let clock = StageClock()
    let predictor = try Predictor(run: run, model: model, threads: common.threadCount)
    clock.phase("load")
    if let input = table.input { return try predict(input, predictor, clock, console) }
    var predictions: [JSONValue] = []
    func show(_ json: JSONValue, _ text: String) {
      if console.json { predictions.append(json) } else { console.result(text) }
    }
    var source = TextArguments(texts)
    var cut = 0
    if explain {
      while let block = try source.next(limit: 1) {
        for text in block {
          let explanation = try Explanation(text, by: predictor, target: target)
          show(explanation.json, explanation.text())
        }
      }
    } else {
      try predictor.predict {
        try source.next(limit: 1024)
      } write: { block in
        cut += block.count(where: \.truncated)
        for prediction in block {
          show(prediction.json, proba ? prediction.textWithProbabilities : prediction.label)
        }
      }
    }
    console.noticeTruncated(cut)
    console.summary([
      "run": .string(run), "model": predictor.modelName.map { .string($0) } ?? .null,
      "classes": .strings(predictor.classNames), "predictions": .array(predictions),
    ])
  }

  private func predict(
    _ input: String, _ predictor: Predictor, _ clock: StageClock, _ console: Console
  ) throws {
    let output = table.output ?? "-"
    try OutputPath.check(output, apartFrom: [input], isStream: true)
    let done = try TablePrediction(predictor, of: input, table, output: output, console)
    clock.phase("predict")
    let seconds = clock.seconds["predict"] ?? 0
    let rate = Int((Double(done.rows) / max(seconds, 1e-9)).rounded())
    console.notice("\(done.rows) rows predicted (\(rate) rows/s)")
    console.noticeTruncated(done.truncated)
    guard output != "-" else { return }
    console.summary(
      clock.json(output: output).merging([
        "run": .string(run), "rows": .integer(done.rows), "truncated": .integer(done.truncated),
        "predict_seconds": .real((seconds * 1000).rounded() / 1000),
        "classes": .strings(predictor.classNames),
      ]) { $1 })
  }
}
