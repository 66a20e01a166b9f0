public import Optimization

/// How a network learns: what the perceptron and the recurrent classifier share.
public struct NetworkTraining: Sendable, Equatable, Codable {
  public enum Method: String, Sendable, Codable, CaseIterable {
    case adamW = "adamw"
    case adam
    /// Gradient descent with momentum 0.9.
    case sgd
  }

  public var method = Method.adamW
  public var learningRate = 1e-3
  /// Of weights, not of biases nor of embeddings.
  public var weightDecay = 0.01
  public var schedule = Schedule.Shape.constant
  public var batchSize = 32
  public var epochs = 50
  /// Epochs without a better validation loss after which training ends; the best epoch's weights are
  /// kept. Without validation rows all epochs run and the last one's are.
  public var patience = 5
  /// Gradients are scaled down to this norm; nil: never.
  public var maximumGradientNorm: Double?
  public var classWeight = ClassWeight.none
  /// Of initial weights, order of rows and dropout.
  public var seed: UInt64 = 42
  /// Whether rows come in a new order each epoch.
  public var shuffle = true

  public init() {}

  enum CodingKeys: String, CodingKey {
    case method, schedule, epochs, patience, seed, shuffle
    case learningRate = "learning_rate"
    case weightDecay = "weight_decay"
    case batchSize = "batch_size"
    case maximumGradientNorm = "max_grad_norm"
    case classWeight = "class_weight"
  }

  var rule: UpdateRule {
    switch method {
    case .adamW: .adamW()
    case .adam: .adam()
    case .sgd: .sgd()
    }
  }

  /// - Throws: `badHyperparameter`.
  func check() throws(HeadError) {
    func need(_ isGood: Bool, _ name: CodingKeys, _ value: Any) throws(HeadError) {
      if !isGood { throw .badHyperparameter(name: name.rawValue, value: "\(value)") }
    }
    try need(learningRate > 0 && learningRate.isFinite, .learningRate, learningRate)
    try need(weightDecay >= 0 && weightDecay.isFinite, .weightDecay, weightDecay)
    try need(batchSize > 0, .batchSize, batchSize)
    try need(epochs > 0, .epochs, epochs)
    try need(patience > 0, .patience, patience)
    if let norm = maximumGradientNorm { try need(norm > 0, .maximumGradientNorm, norm) }
  }
}

/// One row of history.csv.
public struct TrainingEpoch: Sendable, Equatable, Codable {
  /// From 1.
  public let epoch: Int
  /// The mean over the epoch's rows, dropout included.
  public let loss: Double
  /// That of the epoch's last step.
  public let learningRate: Double
  /// Nil without validation rows.
  public let validationLoss: Double?
  /// Of all labels of a row at once for sets of labels; nil without validation rows and for numbers.
  public let validationAccuracy: Double?

  public init(
    epoch: Int, loss: Double, learningRate: Double, validationLoss: Double? = nil,
    validationAccuracy: Double? = nil
  ) {
    self.epoch = epoch
    self.loss = loss
    self.learningRate = learningRate
    self.validationLoss = validationLoss
    self.validationAccuracy = validationAccuracy
  }

  enum CodingKeys: String, CodingKey {
    case epoch, loss
    case learningRate = "learning_rate"
    case validationLoss = "validation_loss"
    case validationAccuracy = "validation_accuracy"
  }
}

/// Who watches a training and may end it.
public struct TrainingMonitor: Sendable {
  /// Called after each step with its number from 1, the number of all steps, and its mean loss.
  public var step: @Sendable (_ step: Int, _ steps: Int, _ loss: Double) -> Void = { _, _, _ in }
  /// Called after each epoch.
  public var epoch: @Sendable (TrainingEpoch) -> Void = { _ in }
  /// Asked before each step.
  public var isCancelled: @Sendable () -> Bool = { false }

  public init() {}
}

/// Watches the validation loss over the epochs and keeps the best parameters.
struct EarlyStopping {
  let patience: Int
  private var best = Double.infinity
  private var waited = 0
  private(set) var bestEpoch = 0
  private(set) var parameters: [Float] = []

  init(patience: Int) { self.patience = patience }

  /// Whether training is to go on.
  mutating func observe(
    _ loss: Double, epoch: Int, _ current: UnsafeBufferPointer<Float>
  ) -> Bool {
    if loss < best {
      best = loss
      waited = 0
      bestEpoch = epoch
      parameters = Array(current)
    } else {
      waited += 1
    }
    return waited < patience
  }
}
