import Contracts
public import Heads

/// Logistic regression on rows of features.
public struct LogisticLearner: Learner {
  private let features: any FeatureSource
  private let labels: [Int32]
  private let classCount: Int
  private let configuration: LogisticRegression.Configuration

  /// - Precondition: as many labels as rows.
  public init(
    features: any FeatureSource, labels: [Int32], classCount: Int,
    configuration: LogisticRegression.Configuration
  ) {
    precondition(labels.count == features.count)
    self.features = features
    self.labels = labels
    self.classCount = classCount
    self.configuration = configuration
  }

  /// A convex objective has one optimum.
  public var isSeeded: Bool { false }
  public var steps: Int { 1 }

  public func learn(_ fit: Fit) throws -> TrainedHead {
    let head = try LogisticRegression.fit(
      features: try SelectedRows(features, fit.rows).loaded(),
      labels: fit.rows.map { Int(labels[$0]) }, classCount: classCount,
      configuration: configuration, threads: fit.threads)
    let summary = head.summary
    return TrainedHead(
      head: head,
      history: [HistoryRecord(step: summary.iterations, loss: summary.objective)],
      warning: summary.converged
        ? nil : "the optimum was not reached: gradient \(summary.gradientNorm)",
      predict: { [features] rows, threads in
        .classes(try features.predict(head, rows, threads: threads))
      })
  }
}

extension FeatureSource {
  /// A head's probabilities for some rows, which are read in blocks.
  func predict(_ head: some Head, _ rows: [Int], threads: Int) throws -> ClassProbabilities {
    let rowsPerBlock = 8192
    var values: [Double] = []
    for start in stride(from: 0, to: rows.count, by: rowsPerBlock) {
      let block = Array(rows[start..<min(start + rowsPerBlock, rows.count)])
      values += try head.predictProbabilities(
        try SelectedRows(self, block).loaded(), threads: threads
      ).values
    }
    return ClassProbabilities(rows: rows.count, classCount: head.classCount, values: values)
  }
}
