public import Contracts

/// ROC AUC and average precision of each class against the rest, and their averages.
///
/// A label of multi-label rows is such a class. Averages are scikit-learn's: macro is the plain
/// mean, NaN if a class' value is; weighted goes by the rows of each class, and a class without
/// rows counts for nothing there.
public struct RankingScores: Sendable {
  /// [classes]; NaN for a class that all rows have or none has.
  public let rocAUC: [Double]
  /// [classes]; 0 for a class that no row has.
  public let averagePrecision: [Double]
  /// [classes]: the rows of each class.
  public let supports: [Int]

  /// One class a row: `roc_auc_score(multi_class="ovr")`, and `average_precision_score` of the
  /// labels one-hot.
  ///
  /// - Parameters:
  ///   - labels: [n], in -1..<classCount; rows with -1 are left out.
  ///   - probabilities: [n, classCount], row-major.
  ///   - classCount: The number of columns.
  public init(labels: some Collection<Int>, probabilities: [Double], classCount: Int) {
    precondition(probabilities.count == labels.count * classCount)
    let rows = labels.enumerated().filter { $0.element != -1 }
    self.init(classCount: classCount) { label in
      Ranking(
        positives: rows.map { $0.element == label },
        scores: rows.map { probabilities[$0.offset * classCount + label] })
    }
  }

  /// Any number of labels a row; rows without known labels are left out.
  ///
  /// - Precondition: `probabilities` are [rows, labels], row-major.
  public init(labels: LabelSets, probabilities: [Double]) {
    let width = labels.labelCount
    precondition(probabilities.count == labels.rows * width)
    let rows = (0..<labels.rows).filter(labels.isLabelled)
    self.init(classCount: width) { label in
      Ranking(
        positives: rows.map { labels[$0, label] },
        scores: rows.map { probabilities[$0 * width + label] })
    }
  }

  private init(classCount: Int, ranking: (Int) -> Ranking) {
    let rankings = (0..<classCount).map(ranking)
    rocAUC = rankings.map(\.rocAUC)
    averagePrecision = rankings.map(\.averagePrecision)
    supports = rankings.map(\.positives)
  }

  public var rocAUCMacro: Double { macro(rocAUC) }
  public var rocAUCWeighted: Double { weighted(rocAUC) }
  public var averagePrecisionMacro: Double { macro(averagePrecision) }
  public var averagePrecisionWeighted: Double { weighted(averagePrecision) }

  private func macro(_ values: [Double]) -> Double { pairwiseSum(values) / Double(values.count) }

  // `_average_binary_score` in sklearn/metrics/_base.py: 0 where no class has a row.
  private func weighted(_ values: [Double]) -> Double {
    let total = supports.reduce(0, +)
    guard total > 0 else { return 0 }
    let terms = zip(values, supports).map { $1 == 0 ? 0 : $0 * Double($1) }
    return pairwiseSum(terms) / Double(total)
  }
}

extension Ranking {
  /// All decisions about multi-label rows in one ranking: `average="micro"`. Rows without known
  /// labels are left out.
  ///
  /// - Precondition: `probabilities` are [rows, labels], row-major.
  public init(labels: LabelSets, probabilities: [Double]) {
    precondition(probabilities.count == labels.values.count)
    let places = labels.values.indices.filter { labels.values[$0] != LabelSets.unknown }
    self.init(
      positives: places.map { labels.values[$0] == 1 }, scores: places.map { probabilities[$0] })
  }
}
