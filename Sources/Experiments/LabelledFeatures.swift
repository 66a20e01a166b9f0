public import Contracts
public import Heads

/// Rows of features with their labels: what heads on an encoder's features learn from.
public struct LabelledFeatures: Sendable {
  public let features: any FeatureSource
  public let labels: Labels
  /// How much each row counts; nil: all the same.
  public let weights: [Double]?
  /// Of classes or labels; not read for numbers.
  public let classCount: Int

  /// - Precondition: as many labels, and weights, as rows.
  public init(
    features: any FeatureSource, labels: Labels, weights: [Double]? = nil, classCount: Int
  ) {
    precondition(labels.count == features.count)
    precondition(weights.map { $0.count == labels.count } ?? true)
    self.features = features
    self.labels = labels
    self.weights = weights
    self.classCount = classCount
  }

  /// How much each of some rows counts.
  func weights(_ rows: [Int]) -> [Double]? { weights.map { all in rows.map { all[$0] } } }

  /// Some rows as linear heads take them.
  func training(_ rows: [Int]) throws -> TrainingRows {
    TrainingRows(
      try TrainingRows.features(SelectedRows(features, rows)), labels.rows(at: rows),
      classCount: classCount, weights: weights(rows))
  }
}

extension FeatureSource {
  /// What a head says of some rows, which are read in blocks.
  func predict(_ head: some Head, _ rows: [Int], threads: Int) throws -> Predictions {
    let rowsPerBlock = 8192
    var numbers: [Double] = []
    for start in stride(from: 0, to: rows.count, by: rowsPerBlock) {
      let block = Array(rows[start..<min(start + rowsPerBlock, rows.count)])
      switch try head.predict(try SelectedRows(self, block).loaded(), threads: threads) {
      case .classes(let probabilities), .sets(let probabilities): numbers += probabilities.values
      case .numbers(let block): numbers += block
      }
    }
    if head.labelKind == .number { return .numbers(numbers) }
    let probabilities = ClassProbabilities(
      rows: rows.count, classCount: head.classCount, values: numbers)
    return head.labelKind == .multiLabel ? .sets(probabilities) : .classes(probabilities)
  }
}
