public import Heads

/// Ridge regression on rows of features.
public struct RidgeLearner: Learner {
  private let data: LabelledFeatures
  private let configuration: RidgeRegression.Configuration

  public init(_ data: LabelledFeatures, configuration: RidgeRegression.Configuration) {
    self.data = data
    self.configuration = configuration
  }

  /// It is computed in closed form.
  public var isSeeded: Bool { false }
  public var steps: Int { 1 }

  public func learn(_ fit: Fit) throws -> TrainedHead {
    try learn(fit, alpha: [configuration.alpha])[0]
  }

  /// Learns from the same rows with each of some penalties.
  public func learn(_ fit: Fit, alpha values: [Double]) throws -> [TrainedHead] {
    let heads = try RidgeRegression.path(
      try data.training(fit.rows), alpha: values, configuration: configuration,
      threads: fit.threads)
    fit.advance(values.count)
    return heads.map { head in
      TrainedHead(
        archive: { HeadArchive(head: head, classNames: [], features: $1).encode() },
        history: [HistoryRecord(step: 1, loss: head.summary.objective)],
        predict: { [data] rows, threads in
          try data.features.predict(head, rows, threads: threads)
        })
    }
  }
}
