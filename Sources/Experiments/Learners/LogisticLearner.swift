public import Heads

/// Logistic regression on rows of features.
public struct LogisticLearner: Learner {
  private let data: LabelledFeatures
  private let configuration: LogisticRegression.Configuration

  public init(_ data: LabelledFeatures, configuration: LogisticRegression.Configuration) {
    self.data = data
    self.configuration = configuration
  }

  /// A convex objective has one optimum.
  public var isSeeded: Bool { false }
  public var steps: Int { 1 }

  public func learn(_ fit: Fit) throws -> TrainedHead {
    try learn(fit, c: [configuration.c])[0]
  }

  /// Learns from the same rows with each of some values of C, each from where the one before ended.
  public func learn(_ fit: Fit, c values: [Double]) throws -> [TrainedHead] {
    let heads = try LogisticRegression.path(
      try data.training(fit.rows), c: values, configuration: configuration, threads: fit.threads)
    fit.advance(values.count)
    return heads.map { head in
      TrainedHead(
        archive: { HeadArchive(head: head, classNames: $0, features: $1).encode() },
        history: [HistoryRecord(head.summary)], warning: head.summary.warning,
        predict: { [data] rows, threads in
          try data.features.predict(head, rows, threads: threads)
        })
    }
  }
}

extension HistoryRecord {
  /// The end of a training that has no steps to speak of.
  init(_ summary: LogisticRegression.Summary) {
    self.init(step: summary.iterations, loss: summary.objective)
  }
}

extension LogisticRegression.Summary {
  var warning: String? {
    converged ? nil : "the optimum was not reached: gradient \(gradientNorm)"
  }
}
