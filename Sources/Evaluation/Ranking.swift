/// Rows in the order of a score, and what that order is worth: ROC AUC and average precision.
///
/// Rows of equal scores stand together: no threshold parts them. Definitions and edge cases are
/// scikit-learn's `roc_auc_score` and `average_precision_score` (sklearn/metrics/_ranking.py).
///
/// - Complexity: O(n log n) to make, O(n) to ask.
public struct Ranking: Sendable {
  /// Rows of one score: those that are positive, and the others.
  private struct Tie {
    var positives = 0
    var negatives = 0
  }

  /// From the highest score down.
  private let ties: [Tie]
  public let positives: Int
  public let negatives: Int

  /// - Precondition: as many flags as scores, no score is NaN.
  public init(positives flags: some Collection<Bool>, scores: some Collection<Double>) {
    precondition(flags.count == scores.count)
    let rows = zip(scores, flags).sorted { $0.0 > $1.0 }
    var ties: [Tie] = []
    for (index, (score, isPositive)) in rows.enumerated() {
      precondition(!score.isNaN)
      if index == 0 || rows[index - 1].0 != score { ties.append(Tie()) }
      if isPositive {
        ties[ties.count - 1].positives += 1
      } else {
        ties[ties.count - 1].negatives += 1
      }
    }
    self.ties = ties
    positives = ties.reduce(0) { $0 + $1.positives }
    negatives = ties.reduce(0) { $0 + $1.negatives }
  }

  /// The area under the ROC curve: the share of the pairs of a positive and a negative row in which
  /// the positive one has the higher score; of equal scores, half.
  ///
  /// NaN where all rows are positive or none is.
  public var rocAUC: Double {
    guard positives > 0, negatives > 0 else { return .nan }
    // Counted in halves of pairs, in integers: the only rounding is the division's.
    var halves = 0
    var below = negatives
    for tie in ties {
      below -= tie.negatives
      halves += tie.positives * (2 * below + tie.negatives)
    }
    return Double(halves) / (2 * Double(positives) * Double(negatives))
  }

  /// The sum over thresholds of the precision there, each weighted by the rise of recall; no
  /// interpolation.
  ///
  /// 0 where no row is positive.
  public var averagePrecision: Double {
    guard positives > 0 else { return 0 }
    var hits = 0
    var above = 0
    let steps = ties.map { tie in
      hits += tie.positives
      above += tie.positives + tie.negatives
      return Double(tie.positives) / Double(positives) * (Double(hits) / Double(above))
    }
    return pairwiseSum(steps)
  }
}
