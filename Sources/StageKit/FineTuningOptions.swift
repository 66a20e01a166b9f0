public import ArgumentParser
public import FineTuning
import Optimization

/// The settings of a fine-tuning.
public struct FineTuningOptions: ParsableArguments {
  @Option(help: "How often every training row is seen.")
  public var epochs = 3

  @Option(help: "Texts of a batch.")
  public var batchSize = 16

  @Option(help: "Batches whose gradients make one step together.")
  public var accumulate = 1

  @Option(help: "The highest learning rate.")
  public var learningRate = 5e-5

  @Option(help: "onecycle (ktrain's), linear, cosine or constant.")
  public var schedule = "onecycle"

  @Option(help: "Steps from 0 to the highest rate; not for onecycle.")
  public var warmUpSteps = 0

  @Option(help: "adamw, adam or sgd.")
  public var optimizer = "adamw"

  @Option(help: "By what weights shrink; apart from the gradient for adamw.")
  public var weightDecay = 0.01

  @Flag(help: "Let biases and normalizations be without decay.")
  public var noBiasDecay = false

  @Option(help: "What the gradient's norm is clipped to; 0 for nothing.")
  public var clipNorm = 1.0

  @Option(help: "The probability of every dropout. (default: as the model's config.json says)")
  public var dropout: Double?

  @Option(help: "Freeze the embeddings and the first so many layers; they are computed once.")
  public var freezeLayers: Int?

  @Option(help: "none or balanced.")
  public var classWeight = "none"

  @Option(help: "The share of a label that is spread over all classes.")
  public var labelSmoothing = 0.0

  @Option(help: "End after so many epochs in a row that were no better on the validation rows.")
  public var patience: Int?

  @Option(help: "For the head, the order of the rows and the dropouts.")
  public var seed: UInt64 = 42

  @Flag(help: "Take the rows in the file's order.")
  public var noShuffle = false

  @Option(help: "End after so many steps, whatever the epochs.")
  public var maxSteps: Int?

  public init() {}

  public func validate() throws {
    func demand(_ holds: Bool, _ message: String) throws {
      guard holds else { throw ValidationError(message) }
    }
    try demand(epochs > 0 && batchSize > 0 && accumulate > 0, "Counts must be at least 1.")
    try demand(maxSteps ?? 1 > 0 && patience ?? 1 > 0, "Counts must be at least 1.")
    try demand(freezeLayers ?? 0 >= 0, "--freeze-layers must not be negative.")
    try demand(learningRate > 0 && learningRate.isFinite, "--learning-rate must be above 0.")
    try demand(weightDecay >= 0 && clipNorm >= 0, "--weight-decay and --clip-norm begin at 0.")
    try demand((0..<1).contains(dropout ?? 0), "--dropout must be from 0 to below 1.")
    try demand((0..<1).contains(labelSmoothing), "--label-smoothing must be from 0 to below 1.")
    try demand(
      Schedule.Shape(rawValue: schedule) != nil,
      "--schedule must be onecycle, linear, cosine or constant, not '\(schedule)'.")
    try demand(
      warmUpSteps >= 0 && (warmUpSteps == 0 || schedule != "onecycle"),
      "--warm-up-steps must not be negative, and onecycle has none.")
    try demand(
      ["adamw", "adam", "sgd"].contains(optimizer),
      "--optimizer must be adamw, adam or sgd, not '\(optimizer)'.")
    try demand(
      ["none", "balanced"].contains(classWeight),
      "--class-weight must be none or balanced, not '\(classWeight)'.")
  }

  /// What the training itself depends on.
  public var configuration: FineTuningSettings {
    var settings = FineTuningSettings()
    settings.epochs = epochs
    settings.batchSize = batchSize
    settings.accumulation = accumulate
    settings.learningRate = learningRate
    settings.shape = Schedule.Shape(rawValue: schedule) ?? .onecycle
    settings.warmUp = warmUpSteps
    settings.shuffles = !noShuffle
    settings.seed = seed
    settings.maximumSteps = maxSteps
    settings.patience = patience
    let update: UpdateRule =
      switch optimizer {
      case "adam": .adam()
      case "sgd": .sgd()
      default: .adamW()
      }
    settings.rule = TrainingRule(
      update: update, weightDecay: weightDecay, decaySparesBiases: noBiasDecay,
      maximumNorm: clipNorm == 0 ? nil : clipNorm)
    return settings
  }

  public var settings: [String: JSONValue] {
    func optional(_ value: Int?) -> JSONValue { value.map { .integer($0) } ?? .null }
    return [
      "epochs": .integer(epochs), "batch_size": .integer(batchSize),
      "accumulate": .integer(accumulate), "learning_rate": .real(learningRate),
      "schedule": .string(schedule), "warm_up_steps": .integer(warmUpSteps),
      "optimizer": .string(optimizer), "weight_decay": .real(weightDecay),
      "no_bias_decay": .bool(noBiasDecay), "clip_norm": .real(clipNorm),
      "dropout": dropout.map { .real($0) } ?? .null, "freeze_layers": optional(freezeLayers),
      "class_weight": .string(classWeight), "label_smoothing": .real(labelSmoothing),
      "patience": optional(patience), "seed": .integer(Int(truncatingIfNeeded: seed)),
      "no_shuffle": .bool(noShuffle), "max_steps": optional(maxSteps),
    ]
  }
}
