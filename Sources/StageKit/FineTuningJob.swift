public import AtomicFiles
import Checkpoints
import Contracts
public import FineTuning
import Foundation
import Kernels
import Optimization
import Reporting

/// A fine-tuning as a stage runs it: progress, checkpoints, what it leaves in the run folder.
public final class FineTuningJob {
  private let console: Console
  private let model: SequenceClassifier
  private let located: LocatedModel
  private let data: FineTuningData
  private let tuner: FineTuner
  private let checkpoint: String
  private let identity: String
  /// Bytes that the whole process takes at most, said before it takes them.
  private let memory: Int
  /// What the parts before this process took; nil where a checkpoint does not say.
  private var earlier: FineTuner.Spent? = .init(seconds: 0, cpuSeconds: 0)
  private var started = (seconds: Machine.now, cpuSeconds: Machine.cpuSeconds)
  /// Whether what stands at `checkpoint` is this training's.
  private var hasCheckpoint = false
  /// What the training took, in all its parts; nil where a checkpoint did not say what one of them took.
  public private(set) var cost: TrainingCost?

  /// `output`: the run folder; the checkpoint stands beside it.
  /// `identity`: all that the results depend on.
  ///
  /// - Throws: ``StageError``, `CheckpointError`, `TrainingError`, `FrozenStatesError`.
  public init(
    _ options: FineTuningOptions, _ data: FineTuningData, _ located: LocatedModel, output: String,
    identity: String, threads: Int, console: Console
  ) throws {
    let objective = data.objective(
      balanced: options.classWeight == "balanced", smoothing: options.labelSmoothing)
    model = try SequenceClassifier(
      located.folder, outputs: data.outputs, objective: objective,
      dropout: options.dropout.map { .all($0) } ?? .init(), seed: options.seed,
      kernels: try .selected(), threads: threads)
    if let layers = options.freezeLayers {
      guard model.canFreeze(layers: layers) else {
        throw StageError.badOption(
          option: "--freeze-layers", value: "\(layers)",
          expected: layers < model.layerCount
            ? "0, as the layers of \(located.folder.name) share their weights"
            : "less than the \(model.layerCount) layers of \(located.folder.name)")
      }
      model.freeze(layers: layers)
    }
    let settings = options.configuration
    memory =
      FineTuningJob.ownMemory + data.memory
      + model.memoryEstimate(
        tokens: FineTuner.largestPass(settings, data.texts.texts, train: data.train),
        moments: settings.rule.update.momentsPerWeight, keepsBest: !data.validation.isEmpty)
    console.notice(
      "\(data.train.count) training rows, "
        + "\(FineTuner.steps(settings, rows: data.train.count)) steps; at most "
        + "\(memory >> 20) MiB of memory")
    if !model.initialized.isEmpty {
      console.notice("new, not in the checkpoint: \(model.initialized.joined(separator: ", "))")
    }
    var trimmed = output
    while trimmed.count > 1, trimmed.hasSuffix("/") { trimmed.removeLast() }
    checkpoint = trimmed + ".checkpoint"
    let folder = URL(fileURLWithPath: trimmed).deletingLastPathComponent().path
    tuner = try FineTuner(
      model, settings, data: data.texts, train: data.train,
      validation: data.validation, scratch: options.freezeLayers == nil ? nil : folder)
    self.console = console
    self.located = located
    self.data = data
    self.identity = identity
  }

  /// Goes on where an earlier run was interrupted, if it was.
  ///
  /// - Throws: `TrainingError`, `SafetensorsError`.
  public func resume() throws {
    guard FileManager.default.fileExists(atPath: checkpoint) else {
      return console.notice("there is no checkpoint to resume from: the training begins anew")
    }
    earlier = try tuner.resume(from: checkpoint, identity: identity)
    hasCheckpoint = true
    console.notice("resumed after step \(tuner.history.count) of \(tuner.steps)")
  }

  /// Trains, and takes the best weights.
  ///
  /// - Throws: `TrainingError`, and what writing throws; ``Interrupted`` after a signal, when a checkpoint was written.
  public func train() throws {
    started = (Machine.now, Machine.cpuSeconds)
    do {
      try fit()
    } catch let error as TrainingError {
      // Resumed, it would diverge at the same step again.
      if hasCheckpoint { finish() }
      throw error
    }
    cost = spent.map {
      TrainingCost(
        seconds: $0.seconds, cpuSeconds: $0.cpuSeconds, trainings: 1,
        parameters: model.trainedParameterCount)
    }
  }

  /// Until now, in all parts.
  private var spent: FineTuner.Spent? {
    earlier.map {
      .init(
        seconds: $0.seconds + Machine.now - started.seconds,
        cpuSeconds: $0.cpuSeconds + Machine.cpuSeconds - started.cpuSeconds)
    }
  }

  private func fit() throws {
    let progress = Progress(
      console, "training", total: tuner.steps - tuner.history.count, unit: "steps")
    var (tokens, started) = (0, Machine.now)
    Interruption.keepWork(saying: "the same command with --resume goes on from the checkpoint")
    defer { Interruption.keepNoWork() }
    let ended = try tuner.run(pause: { (try? Interruption.check()) == nil }) {
      try save()
    } event: { event in
      switch event {
      case .step(let entry, let count):
        tokens += count
        let rate = Double(tokens) / max(Machine.now - started, 1e-9)
        progress.advance(
          1,
          note: "loss \(entry.loss.rounded(4)), rate \(entry.learningRate.significant(3)), "
            + "\(Int(rate)) tokens/s")
      case .epoch(let entry, let isBest):
        progress.finish()
        console.notice(Self.line(entry, isBest: isBest))
        (tokens, started) = (0, Machine.now)
      }
    }
    progress.finish()
    if !ended {
      try save()
      try Interruption.check()
    }
    tuner.takeBest()
  }

  private func save() throws {
    try tuner.save(to: checkpoint, identity: identity, spent: spent)
    hasCheckpoint = true
  }

  /// The range test, and its curve as csv.
  ///
  /// - Throws: what the steps throw.
  public func findRate() throws -> (test: RangeTest, csv: String) {
    // From 1e-7 to 10 in one epoch, at least 100 and at most 1000 steps.
    let steps = min(max(tuner.steps, 100), 1000)
    let progress = Progress(console, "range test", total: steps, unit: "steps")
    let test = try tuner.findRates(
      factor: pow(1e8, 1 / Double(steps)), steps: steps, pause: { false }
    ) { progress.advance(1, note: "rate \($0.learningRate.significant(3))") }
    progress.finish()
    var csv = CSV.record(["step", "learning_rate", "loss", "smoothed"])
    for (step, point) in test.points.enumerated() {
      csv += CSV.record(
        ["\(step + 1)", "\(point.learningRate)", "\(point.loss)", "\(point.smoothed)"])
    }
    return (test, csv)
  }

  /// Every row's predictions.
  ///
  /// - Throws: `TrainingError.diverged` where the last step, which no loss was taken after, left weights that give no
  ///   numbers.
  public func results() throws(TrainingError) -> RunResults {
    let progress = Progress(console, "predicting", total: data.ids.count, unit: "texts")
    let logits = tuner.logits(Array(data.ids.indices)) { progress.advance($0) }
    progress.finish()
    if let last = tuner.history.last, !logits.allSatisfy(\.isFinite) {
      throw .diverged(
        step: last.step, learningRate: last.learningRate, loss: .nan,
        gradientNorm: last.gradientNorm)
    }
    return RunResults(
      ids: data.ids, splits: data.splits, labels: data.labels, classNames: data.classNames,
      predictions: data.predictions(logits))
  }

  /// Writes `model/` and history.csv.
  ///
  /// - Throws: `AtomicFileError`, `SafetensorsError`, `CheckpointError`.
  public func write(to folder: AtomicFolder) throws {
    try folder.addFolder("model")
    let names = data.labels.kind == .number ? [] : data.classNames
    try folder.write(try model.config(located.folder, classNames: names), to: "model/config.json")
    for name in SequenceClassifier.tokenizerFiles where located.folder.has(name) {
      try folder.write(
        [UInt8](try Data(contentsOf: URL(fileURLWithPath: located.folder.file(name)))),
        to: "model/" + name)
    }
    let weights = "/model/model.safetensors"
    _ = FileManager.default.createFile(atPath: folder.temporaryPath + weights, contents: nil)
    try model.writeWeights(to: folder.temporaryPath + weights, reportedAs: folder.path + weights)
    try folder.write(history.utf8, to: "history.csv")
  }

  /// Takes the checkpoint away: the run is complete.
  public func finish() { try? FileManager.default.removeItem(atPath: checkpoint) }

  /// What the process takes beside the training: the program itself and its libraries.
  private static var ownMemory: Int { 48 << 20 }

  /// What the summary says of the training.
  public var summary: [String: JSONValue] {
    let seconds = tuner.stepTime / .seconds(1)
    return [
      "memory_estimate_bytes": .integer(memory), "step_seconds": .real(seconds),
      "product_flop": .integer(tuner.productFLOP),
      "gflop_per_second": .real(Double(tuner.productFLOP) / max(seconds, 1e-9) / 1e9),
      "steps": .integer(tuner.history.count), "train_rows": .integer(data.train.count),
      "best_epoch": tuner.bestEpoch.map { .integer($0) } ?? .null,
      "last_loss": tuner.history.last.map { .real($0.loss) } ?? .null,
    ]
  }

  private var history: String {
    func text(_ value: Double?) -> String { value.map { "\($0)" } ?? "" }
    var csv = CSV.record([
      "step", "epoch", "loss", "learning_rate", "gradient_norm", "validation_loss",
      "validation_accuracy",
    ])
    for entry in tuner.history {
      csv += CSV.record([
        "\(entry.step)", "\(entry.epoch)", "\(entry.loss)", "\(entry.learningRate)",
        "\(entry.gradientNorm)", text(entry.validationLoss), text(entry.validationAccuracy),
      ])
    }
    return csv
  }

  private static func line(_ entry: HistoryEntry, isBest: Bool) -> String {
    var parts = ["epoch \(entry.epoch), step \(entry.step): loss \(entry.loss.rounded(4))"]
    if let loss = entry.validationLoss { parts.append("validation loss \(loss.rounded(4))") }
    if let accuracy = entry.validationAccuracy { parts.append("accuracy \(accuracy.rounded(4))") }
    if isBest, entry.validationLoss != nil { parts.append("the best so far") }
    return parts.joined(separator: ", ")
  }
}

extension Double {
  fileprivate func rounded(_ places: Int) -> String { String(format: "%.\(places)f", self) }
  package func significant(_ digits: Int) -> String { String(format: "%.\(digits)g", self) }
}
