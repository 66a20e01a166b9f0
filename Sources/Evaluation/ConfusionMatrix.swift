/// How often each class was predicted as which: the counts that most metrics follow from.
///
/// Metrics stand in `ConfusionMatrix+….swift` where they follow from the counts, and in a file of
/// their own where they need scores (``logLoss(labels:probabilities:classCount:)``). Definitions
/// and edge cases are scikit-learn's with `labels=range(k)` and `zero_division=0`.
public struct ConfusionMatrix: Sendable, Equatable {
  public let classCount: Int
  /// [classCount, classCount], row-major: row = true class, column = predicted class.
  public private(set) var counts: [Int]

  /// A matrix without rows counted yet.
  ///
  /// - Precondition: `classCount` is positive.
  public init(classCount: Int) {
    precondition(classCount > 0)
    self.classCount = classCount
    counts = [Int](repeating: 0, count: classCount * classCount)
  }

  /// Counts `predictions` against `labels`, row by row.
  ///
  /// A row with label -1 has no label and is left out.
  ///
  /// - Precondition: as many labels as predictions; labels in -1..<classCount, predictions in
  ///   0..<classCount.
  public init(
    labels: some Collection<Int>, predictions: some Collection<Int>, classCount: Int
  ) {
    precondition(labels.count == predictions.count)
    self.init(classCount: classCount)
    for (label, prediction) in zip(labels, predictions) {
      record(label: label, prediction: prediction)
    }
  }

  /// Counts one row; label -1 counts for nothing.
  ///
  /// - Precondition: as ``init(labels:predictions:classCount:)``.
  public mutating func record(label: Int, prediction: Int) {
    guard label != -1 else { return }
    precondition((0..<classCount).contains(label) && (0..<classCount).contains(prediction))
    counts[label * classCount + prediction] += 1
  }

  /// How many rows of class `label` were predicted as `prediction`.
  public subscript(label label: Int, prediction prediction: Int) -> Int {
    counts[label * classCount + prediction]
  }

  /// The number of labelled rows.
  public var total: Int { counts.reduce(0, +) }

  /// The number of rows whose prediction is their label.
  public var correct: Int {
    (0..<classCount).reduce(0) { $0 + self[label: $1, prediction: $1] }
  }

  /// How many rows there are of each class: [classCount].
  public var supports: [Int] {
    (0..<classCount).map { label in
      (0..<classCount).reduce(0) { $0 + self[label: label, prediction: $1] }
    }
  }

  /// How often each class was predicted: [classCount].
  public var predictedCounts: [Int] {
    (0..<classCount).map { prediction in
      (0..<classCount).reduce(0) { $0 + self[label: $1, prediction: prediction] }
    }
  }
}
