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
    // Numbers alone sort several times as fast as pairs of a number and a flag.
    var sides: (positive: [Double], negative: [Double]) = ([], [])
    for (score, isPositive) in zip(scores, flags) {
      precondition(!score.isNaN)
      if isPositive { sides.positive.append(score) } else { sides.negative.append(score) }
    }
    sides.positive.sort()
    sides.negative.sort()
    positives = sides.positive.count
    negatives = sides.negative.count
    ties = Self.merge(sides.positive, sides.negative)
  }

  /// The ties of both sides, each ascending.
  private static func merge(_ positive: [Double], _ negative: [Double]) -> [Tie] {
    var ties: [Tie] = []
    var (p, n) = (positive.count, negative.count)
    while p > 0 || n > 0 {
      let score = max(
        p > 0 ? positive[p - 1] : -.infinity, n > 0 ? negative[n - 1] : -.infinity)
      var tie = Tie()
      while p > 0, positive[p - 1] == score {
        tie.positives += 1
        p -= 1
      }
      while n > 0, negative[n - 1] == score {
        tie.negatives += 1
        n -= 1
      }
      ties.append(tie)
    }
    return ties
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
