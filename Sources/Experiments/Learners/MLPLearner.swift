public import Contracts
public import Heads

/// A multilayer perceptron on rows of features.
public struct MLPLearner: Learner {
  private let features: any FeatureSource
  private let labels: Labels
  private let weights: [Double]?
  private let classCount: Int
  private let configuration: MLPClassifier.Configuration

  /// - Parameters:
  ///   - weights: how much each row counts; nil: all the same.
  ///   - configuration: its seed is not read: a fit brings its own.
  /// - Precondition: as many labels as rows.
  public init(
    features: any FeatureSource, labels: Labels, weights: [Double]?, classCount: Int,
    configuration: MLPClassifier.Configuration
  ) {
    precondition(labels.count == features.count)
    self.features = features
    self.labels = labels
    self.weights = weights
    self.classCount = classCount
    self.configuration = configuration
  }

  public var isSeeded: Bool { true }
  public var steps: Int { configuration.training.epochs }

  public func learn(_ fit: Fit) throws -> TrainedHead {
    var configuration = configuration
    configuration.training.seed = UInt64(fit.seed)
    var monitor = TrainingMonitor()
    monitor.epoch = { _ in fit.advance(1) }
    let head = try MLPClassifier.fit(
      features: SelectedRows(features, fit.rows), labels: labels.rows(at: fit.rows),
      classCount: classCount, sampleWeights: weights.map { all in fit.rows.map { all[$0] } },
      validation: fit.validation.isEmpty
        ? nil
        : (SelectedRows(features, fit.validation), labels.rows(at: fit.validation)),
      configuration: configuration, threads: fit.threads, monitor: monitor)
    return TrainedHead(
      head: head, history: head.summary.epochs.map(HistoryRecord.init),
      predict: { [features] rows, threads in
        try features.predict(head, rows, threads: threads)
      })
  }
}

extension HistoryRecord {
  /// An epoch of a network's training.
  init(_ epoch: TrainingEpoch) {
    self.init(step: epoch.epoch, loss: epoch.loss, learningRate: epoch.learningRate)
    validation["loss"] = epoch.validationLoss
    validation["accuracy"] = epoch.validationAccuracy
  }
}
