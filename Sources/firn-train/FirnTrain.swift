import ArgumentParser
import AtomicFiles
import Contracts
import Digests
import FeatureStore
import Heads
import Kernels
import Reporting
import StageKit

@main
struct FirnTrain: Stage {
  static let configuration = CommandConfiguration(
    commandName: "firn-train",
    abstract: "Train a light head on cached features: a run folder.",
    discussion: """
      The head learns from the train rows; reports speak of the test rows, or of validation or \
      train where there are none.

      Examples:
        firn-train features.h5 --head logistic -o runs/logistic
        firn-train features.h5 --head logistic -o runs/c10 --C 10 --class-weight balanced
      """,
    version: Firn.version)

  @Argument(help: "A features file that firn-encode wrote.")
  var features: String

  @Option(help: "The head: logistic.")
  var head = "logistic"

  @Option(name: [.short, .long], help: "The run folder to write.")
  var output: String

  @Option(help: "The view to learn from, such as layers/6/mean. (default: the file's first)")
  var view: String?

  @OptionGroup var logistic: LogisticOptions

  @Option(help: "Recorded in run.json; the logistic head's optimum does not depend on it.")
  var seed: UInt32 = 42

  @OptionGroup var common: CommonOptions

  func execute(_ console: Console) throws {
    let clock = StageClock()
    guard head == "logistic" else {
      throw StageError.badOption(option: "--head", value: head, expected: "logistic")
    }
    try DoubleGemm.prepare()
    let file = try FeaturesFile(path: features)
    let key = try file.view(named: view)
    let inputs: [String: JSONValue] = [
      "features_sha256": .string(try SHA256Digest(ofFile: features).description),
      "model": .string(file.provenance.model),
      "model_sha256": .string(file.provenance.modelSHA256),
      "config_sha256": .string(file.provenance.configSHA256),
    ]
    let settings = logistic.settings.merging([
      "head": .string(head), "view": .string(key.description), "seed": .integer(Int(seed)),
    ]) { $1 }
    if !common.force, RunManifest.isUpToDate(output, settings: settings, inputs: inputs) {
      console.notice("\(output) is up to date")
      return console.summary(["output": .string(output), "up_to_date": true])
    }

    let all = 0..<file.count
    let labels = try file.columns.labels(all)
    let splits = try file.columns.splits(all)
    let train = all.filter { splits[$0] == .train && labels[$0] >= 0 }
    guard labels.contains(where: { $0 >= 0 }) else { throw StageError.noLabels(path: features) }
    try requireTwoClasses(train.map { labels[$0] }, of: file.columns.classNames)
    let folder = try AtomicFolder(path: output, marker: "run.json")
    let inputRows = try file.features(at: train, of: key)
    clock.phase("read")
    let model = try LogisticRegression.fit(
      features: inputRows, labels: train.map { Int(labels[$0]) },
      classCount: file.columns.classNames.count, configuration: logistic.configuration,
      threads: common.threadCount)
    clock.phase("fit")
    if !model.summary.converged {
      console.warning("the optimum was not reached: gradient \(model.summary.gradientNorm)")
    }
    let probabilities = try file.predict(model, view: key, threads: common.threadCount)
    let results = RunResults(
      ids: try file.columns.ids(all), splits: splits, labels: .classes(labels),
      classNames: file.columns.classNames, predictions: .classes(probabilities))
    clock.phase("predict")

    let archive = HeadArchive(
      head: model, classNames: results.classNames,
      features: FeatureProvenance(file.provenance, view: key)
    ).encode()
    try folder.write(archive.json, to: HeadArchive.jsonName)
    try folder.write(archive.safetensors, to: HeadArchive.safetensorsName)
    try results.write(to: folder)
    let validation = results.metrics["validation.accuracy"].map { "\($0)" } ?? ""
    try folder.write(
      ("step,loss,learning_rate,validation_accuracy\n"
        + CSV.record(["\(model.summary.iterations)", "\(model.summary.objective)", "", validation]))
        .utf8,
      to: "history.csv")
    let manifest = RunManifest(
      stage: Self._commandName, settings: settings, inputs: inputs, seconds: clock.seconds,
      threads: common.threadCount, kernels: try KernelSet.selected().name)
    try folder.write(manifest.bytes, to: "run.json")
    try folder.commit()
    console.result("\(results.reportedSplit.name) split:\n\n" + results.report)
    var summary = clock.json(output: output)
    summary["metrics"] = .object(results.metrics.mapValues { .real($0) })
    console.summary(summary)
  }

  /// The head would refuse too, but knows neither the file nor the classes' names.
  private func requireTwoClasses(_ labels: [Int32], of classNames: [String]) throws(StageError) {
    guard let first = labels.first else { throw .noTrainingRows(path: features) }
    guard labels.contains(where: { $0 != first }) else {
      throw .singleClass(path: features, name: classNames[Int(first)])
    }
  }
}
