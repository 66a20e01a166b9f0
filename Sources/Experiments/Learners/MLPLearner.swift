import Contracts
public import Heads

/// A multilayer perceptron on rows of features.
public struct MLPLearner: Learner {
  private let data: LabelledFeatures
  private let configuration: MLPClassifier.Configuration

  /// `configuration`: its seed is not read: a fit brings its own.
  public init(_ data: LabelledFeatures, configuration: MLPClassifier.Configuration) {
    self.data = data
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
      features: SelectedRows(data.features, fit.rows), labels: data.labels.rows(at: fit.rows),
      classCount: data.classCount, sampleWeights: data.weights(fit.rows),
      validation: fit.validation.isEmpty
        ? nil
        : (SelectedRows(data.features, fit.validation), data.labels.rows(at: fit.validation)),
      configuration: configuration, threads: fit.threads, monitor: monitor)
    return TrainedHead(
      archive: { HeadArchive(head: head, classNames: $0, features: $1).encode() },
      history: head.summary.epochs.map(HistoryRecord.init),
      predict: { [data] rows, threads in
        try data.features.predict(head, rows, threads: threads)
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
