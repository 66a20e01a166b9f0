import ArgumentParser
import Contracts
import StageKit

@main
struct FirnPredict: Stage {
  static let configuration = CommandConfiguration(
    commandName: "firn-predict",
    abstract: "Predict the class of texts with a trained run.",
    discussion: """
      Prints one class a text; of a run on label sets the labels, on numbers the number. The model \
      that the run names is found by its digest; another is refused. A tfidf run needs none.

      Examples:
        firn-predict runs/logistic "A wonderful little production."
        cat reviews.txt | firn-predict runs/logistic - --proba
      """,
    version: Firn.version)

  @Argument(help: "The run folder.")
  var run: String

  @Argument(help: "Texts, or - to read one text a line from standard input.")
  var texts: [String] = []

  @Flag(help: "Print the classes' probabilities too.")
  var proba = false

  @Option(help: "The model's folder, where it is not found by itself.")
  var model: String?

  @OptionGroup var common: CommonOptions

  func execute(_ console: Console) throws {
    guard !texts.isEmpty else { throw StageError.noText }
    let predictor = try Predictor(run: run, model: model, threads: common.threadCount)
    var predictions: [JSONValue] = []
    var source = TextArguments(texts)
    try predictor.predict {
      try source.next(limit: 1024)
    } write: { block in
      for prediction in block {
        if console.json {
          predictions.append(prediction.json)
        } else {
          console.result(proba ? prediction.textWithProbabilities : prediction.label)
        }
      }
    }
    console.summary([
      "run": .string(run), "model": predictor.modelName.map { .string($0) } ?? .null,
      "classes": .strings(predictor.classNames), "predictions": .array(predictions),
    ])
  }
}
