import ArgumentParser
import AtomicFiles
import Checkpoints
import Contracts
import Digests
import FeatureStore
import FineTuning
import Kernels
import StageKit
import Tokenizers

@main
struct FirnFinetune: Stage {
  static let configuration = CommandConfiguration(
    commandName: "firn-finetune",
    abstract: "Train a whole encoder with a classifier: a run folder with a model.",
    discussion: """
      What the frozen encoder gives up: the same rows and split, every weight learning. The best epoch by \
      the validation rows is kept. The run's model/ is a folder for AutoModelForSequenceClassification, \
      firn-predict and firn-encode.

      Interrupted, it leaves RUN.checkpoint; the same command with --resume goes on and ends with the \
      bits that it would have had.

      Examples:
        firn-finetune tokens.h5 --model all-MiniLM-L6-v2 -o run --learning-rate 1e-4
        firn-finetune tokens.h5 --model all-MiniLM-L6-v2 -o top --freeze-layers 4
        firn-finetune tokens.h5 --model all-MiniLM-L6-v2 -o rates --lr-find
      """,
    version: Firn.version)

  @Argument(help: "A tokens file that firn-tokenize wrote.")
  var tokens: String

  @Option(help: "A model folder, or a hub id that is in the cache.")
  var model: String

  @Option(name: [.short, .long], help: "The run folder to write.")
  var output: String

  @OptionGroup(title: "Training") var options: FineTuningOptions

  @Flag(help: "Go on from the checkpoint that an interrupted run left.")
  var resume = false

  @Flag(help: "Raise the learning rate from step to step instead, and suggest one.")
  var lrFind = false

  @OptionGroup(title: "Common options") var common: CommonOptions

  func execute(_ console: Console) throws {
    let clock = StageClock()
    let file = try TokensFile(path: tokens)
    let located = try LocatedModel(model)
    let tokenizerSHA256 = try located.tokenizerSHA256(of: file)
    let inputs: [String: JSONValue] = [
      "tokens_sha256": .string(try SHA256Digest(ofFile: tokens).description),
      "model": .string(located.folder.name), "model_sha256": .string(try located.sha256()),
      "tokenizer_sha256": .string(tokenizerSHA256),
    ]
    let settings = options.settings.merging([
      "max_length": .integer(file.provenance.maxLength),
      "label_kind": .string(file.columns.labelKind.rawValue), "lr_find": .bool(lrFind),
      "prompt": .string(Prompt(config: file.provenance.config)?.text ?? ""),
    ]) { $1 }
    if !common.force, RunManifest.isUpToDate(output, settings: settings, inputs: inputs) {
      console.notice("\(output) is up to date")
      return console.summary(["output": .string(output), "up_to_date": true])
    }

    let folder = try AtomicFolder(path: output, marker: "run.json")
    let identity = JSONValue.object(["settings": .object(settings), "inputs": .object(inputs)]).text
    let job = try FineTuningJob(
      options, try FineTuningData(file), located, output: output, identity: identity,
      threads: common.threadCount, console: console)
    if resume { try job.resume() }
    clock.phase("load")
    var summary: [String: JSONValue] = [:]
    var results: RunResults?
    if lrFind {
      summary = try find(job, folder, console)
      clock.phase("fit")
    } else {
      try job.train()
      clock.phase("fit")
      let judged = try job.results()
      clock.phase("predict")
      try job.write(to: folder)
      try judged.write(to: folder)
      console.result("\(judged.reportedSplit.name) split:\n\n" + judged.report)
      summary = job.summary
      summary["metrics"] = .object(judged.metrics.mapValues { .real($0) })
      results = judged
    }
    var manifest = RunManifest(
      stage: Self._commandName, settings: settings, inputs: inputs, seconds: clock.seconds,
      threads: common.threadCount, kernels: try KernelSet.selected().name, cost: job.cost)
    if let results { try manifest.note(results, of: file.columns) }
    try folder.write(manifest.bytes, to: "run.json")
    try folder.commit()
    if !lrFind { job.finish() }
    console.summary(summary.merging(clock.json(output: output)) { $1 })
  }

  /// The range test: lr_find.csv, and what it suggests.
  private func find(
    _ job: FineTuningJob, _ folder: AtomicFolder, _ console: Console
  ) throws -> [String: JSONValue] {
    let (test, csv) = try job.findRate()
    try folder.write(csv.utf8, to: "lr_find.csv")
    guard let suggestion = test.suggestion else {
      console.result("the loss never fell: no rate to suggest")
      return [:]
    }
    console.result(
      "suggested --learning-rate: \(suggestion.valley.significant(2)) (steepest fall), "
        + "\(suggestion.tenthOfMinimum.significant(2)) (a tenth of the lowest loss's)")
    return [
      "valley": .real(suggestion.valley), "tenth_of_minimum": .real(suggestion.tenthOfMinimum),
    ]
  }
}
