public import Contracts

/// How predicted label sets agree with the true ones, by label and by row.
///
/// Definitions are scikit-learn's for label indicator matrices, with `zero_division=0`. Rows whose
/// labels are not known are left out; what is a mean over rows is 0 without rows.
public struct MultiLabelScores: Sendable {
  /// The decisions about one label.
  public struct Counts: Sendable, Equatable {
    public var trueNegatives = 0
    public var falsePositives = 0
    public var falseNegatives = 0
    public var truePositives = 0

    var scores: ClassScores {
      ClassScores(
        hits: truePositives, support: truePositives + falseNegatives,
        predicted: truePositives + falsePositives)
    }
  }

  /// [labels].
  public let counts: [Counts]
  /// The number of labelled rows.
  public let rows: Int
  /// The share of rows whose set is predicted whole: `accuracy_score`.
  public let subsetAccuracy: Double
  /// The scores averaged over rows: precision, recall and F1 of each row's set, 0 for two empty
  /// ones.
  public let samplesAverage: ClassScores

  /// - Precondition: the shapes agree, and every row is predicted.
  public init(labels: LabelSets, predictions: LabelSets) {
    precondition(labels.rows == predictions.rows && labels.labelCount == predictions.labelCount)
    var counts = [Counts](repeating: Counts(), count: labels.labelCount)
    var rows: [ClassScores] = []
    var exact = 0
    for row in 0..<labels.rows where labels.isLabelled(row) {
      var own = Counts()
      for label in counts.indices {
        switch (labels[row, label], predictions[row, label]) {
        case (false, false): counts[label].trueNegatives += 1
        case (false, true):
          counts[label].falsePositives += 1
          own.falsePositives += 1
        case (true, false):
          counts[label].falseNegatives += 1
          own.falseNegatives += 1
        case (true, true):
          counts[label].truePositives += 1
          own.truePositives += 1
        }
      }
      rows.append(own.scores)
      if own.falsePositives + own.falseNegatives == 0 { exact += 1 }
    }
    self.counts = counts
    self.rows = rows.count
    subsetAccuracy = quotient(Double(exact), Double(rows.count))
    samplesAverage = ClassScores.macroAverage(rows)
  }

  /// The share of wrong decisions among all about a row and a label.
  public var hammingLoss: Double {
    let wrong = counts.reduce(0) { $0 + $1.falsePositives + $1.falseNegatives }
    return quotient(Double(wrong), Double(rows * counts.count))
  }

  /// The scores of each label: [labels].
  public var labelScores: [ClassScores] { counts.map(\.scores) }

  /// The scores over all decisions together.
  public var microAverage: ClassScores {
    counts.reduce(into: Counts()) {
      $0.truePositives += $1.truePositives
      $0.falsePositives += $1.falsePositives
      $0.falseNegatives += $1.falseNegatives
    }.scores
  }

  /// The mean over labels, each with the same weight.
  public var macroAverage: ClassScores { ClassScores.macroAverage(labelScores) }

  /// The mean over labels, each weighted by its support; 0 where no row has a label.
  public var weightedAverage: ClassScores { ClassScores.weightedAverage(labelScores) }
}
