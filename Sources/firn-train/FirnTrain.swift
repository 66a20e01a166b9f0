import ArgumentParser
import AtomicFiles
import Contracts
import Digests
import Experiments
import FeatureStore
import Heads
import Kernels
import StageKit

@main
struct FirnTrain: Stage {
  static let configuration = CommandConfiguration(
    commandName: "firn-train",
    abstract: "Train a light head on cached features: a run folder.",
    discussion: """
      The head learns from the train rows; reports speak of the test rows, or of validation or \
      train where there are none. logistic, mlp and ridge learn from a features file's views; tfidf \
      from a tokens file's texts; rnn from a tokens file's ids, with an embedding of its own, or \
      from the hidden states of every token that firn-encode --token-features keeps.

      Comparisons add a csv to the run folder each: --seeds seeds.csv, --cv cv_results.csv, \
      --grid grid.csv, --train-sizes learning_curve.csv, --view all views.csv. Test rows decide \
      nothing in any of them.

      Examples:
        firn-train features.h5 --head logistic -o runs/logistic
        firn-train features.h5 --head logistic -o runs/c --grid --cv 5 --view all
        firn-train features.h5 --head mlp -o runs/mlp --hidden 256,64 \\
          --seeds 1,2,3
        firn-train tokens.h5 --head tfidf -o runs/tfidf \\
          --train-sizes 100,1000,5000
      """,
    version: Firn.version)

  @Argument(help: "A features file that firn-encode wrote, or a tokens file of firn-tokenize's.")
  var features: String

  @Option(help: "The head: logistic, mlp, rnn, tfidf or ridge.")
  var head = "logistic"

  @Option(name: [.short, .long], help: "The run folder to write.")
  var output: String

  @Option(
    help: ArgumentHelp(
      """
      The view to learn from, such as layers/6/mean; several joined by commas; all: every view is \
      ranked by the validation rows and the best is taken. (default: the file's first)
      """, valueName: "views"))
  var view: String?

  @OptionGroup(title: "Settings of the heads") var options: HeadOptions
  @OptionGroup(title: "Comparisons") var comparing: ComparisonOptions
  @OptionGroup(title: "Common options") var common: CommonOptions

  func execute(_ console: Console) throws {
    let clock = StageClock()
    let kind = try HeadKind(option: head)
    try options.check(for: kind)
    let comparisons = try ComparisonPlan(comparing, head: kind)
    let input = try TrainingInput(path: features)
    let columns = input.columns
    let all = 0..<columns.count
    let labels = try columns.rowLabels(all)
    let plan = try HeadPlan(kind: kind, options: options, input: input, labels: labels)
    let views = try plan.views(view)
    let inputs = input.description(digest: try SHA256Digest(ofFile: features).description)
    let settings = plan.settings.merging(comparisons.settings) { $1 }
      .merging(["view": .string(view ?? plan.name(of: views[0]))]) { $1 }
    if !common.force, RunManifest.isUpToDate(output, settings: settings, inputs: inputs) {
      console.notice("\(output) is up to date")
      return console.summary(["output": .string(output), "up_to_date": true])
    }

    try DoubleGemm.prepare()
    let splits = try columns.splits(all)
    let study = try TrainingStudy(
      plan, comparisons, input, labels: labels, splits: splits, threads: common.threadCount,
      console: console)
    let folder = try AtomicFolder(path: output, marker: "run.json")
    clock.phase("read")
    let outcome = try study.run(views: views)
    for warning in outcome.warnings { console.warning(warning) }
    clock.phase("fit")
    let results = RunResults(
      ids: try columns.ids(all), splits: splits, labels: labels, classNames: columns.classNames,
      predictions: try outcome.trained.predict(Array(all), common.threadCount),
      comparisons: outcome.metrics)
    clock.phase("predict")

    let archive = outcome.trained.archive(
      results.classNames, FeatureProvenance(input.provenance, view: plan.name(of: outcome.views)))
    try folder.write(archive.json, to: HeadArchive.jsonName)
    try folder.write(archive.safetensors, to: HeadArchive.safetensorsName)
    try results.write(to: folder)
    for (name, text) in outcome.files { try folder.write(text.utf8, to: name) }
    var manifest = RunManifest(
      stage: Self._commandName, settings: settings, inputs: inputs, seconds: clock.seconds,
      threads: common.threadCount, kernels: try KernelSet.selected().name,
      cost: outcome.cost, input: input)
    try manifest.note(results, of: columns)
    try folder.write(manifest.bytes, to: "run.json")
    try folder.commit()

    console.result("\(results.reportedSplit.name) split:\n\n" + results.report)
    if !outcome.text.isEmpty { console.result(outcome.text) }
    var summary = clock.json(output: output)
    summary["metrics"] = .object(results.metrics.mapValues { .real($0) })
    summary["view"] = .string(plan.name(of: outcome.views))
    console.summary(summary)
  }
}
