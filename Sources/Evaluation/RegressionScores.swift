/// How near predicted numbers are to the true ones.
///
/// Rows whose target is NaN have none and are left out. Definitions and edge cases are
/// scikit-learn's (`r2_score`, `mean_absolute_error`, `root_mean_squared_error`) and SciPy's
/// (`pearsonr`, `spearmanr`); what they warn of or refuse is NaN.
public struct RegressionScores: Sendable, Equatable {
  /// The rows that have a target.
  public let rows: Int
  /// 1 - residual sum of squares / total sum of squares.
  ///
  /// NaN with fewer than two rows. Where all targets are equal: 1 if all predictions are right, else
  /// 0.
  public let r2: Double
  /// The mean distance; NaN without rows.
  public let meanAbsoluteError: Double
  /// The root of the mean squared distance; NaN without rows.
  public let rootMeanSquaredError: Double
  /// The correlation of the numbers, in -1...1; NaN with fewer than two rows, or where all targets
  /// or all predictions are equal.
  public let pearson: Double
  /// The correlation of the ranks, those of equal numbers averaged; NaN where Pearson's is.
  public let spearman: Double

  /// - Parameters:
  ///   - targets: [n], finite, or NaN where a row has none.
  ///   - predictions: [n], finite.
  /// - Complexity: O(n log n).
  public init(targets: [Double], predictions: [Double]) {
    precondition(targets.count == predictions.count)
    let labelled = targets.indices.filter { !targets[$0].isNaN }
    let targets = labelled.map { targets[$0] }
    let predictions = labelled.map { predictions[$0] }
    rows = targets.count
    let errors = zip(targets, predictions).map { $0 - $1 }
    let squares = pairwiseSum(errors.map { $0 * $0 })
    meanAbsoluteError = pairwiseSum(errors.map(abs)) / Double(rows)
    rootMeanSquaredError = (squares / Double(rows)).squareRoot()
    let deviations = pairwiseSum(centred(targets).map { $0 * $0 })
    r2 =
      if rows < 2 {
        .nan
      } else if deviations == 0 {
        squares == 0 ? 1 : 0
      } else {
        1 - squares / deviations
      }
    pearson = correlation(targets, predictions)
    spearman = correlation(averageRanks(targets), averageRanks(predictions))
  }
}

/// Pearson's correlation; NaN with fewer than two values, or where one side is constant.
private func correlation(_ x: [Double], _ y: [Double]) -> Double {
  guard x.count > 1, !isConstant(x), !isConstant(y) else { return .nan }
  let product = zip(normalized(centred(x)), normalized(centred(y))).map { $0 * $1 }
  return min(max(pairwiseSum(product), -1), 1)
}

private func isConstant(_ values: [Double]) -> Bool { values.allSatisfy { $0 == values[0] } }

private func centred(_ values: [Double]) -> [Double] {
  let mean = pairwiseSum(values) / Double(values.count)
  return values.map { $0 - mean }
}

/// The values at length 1; scaled by the largest first, so that no square overflows or vanishes.
private func normalized(_ values: [Double]) -> [Double] {
  let scale = values.lazy.map(abs).max() ?? 1
  let scaled = values.map { $0 / scale }
  let length = pairwiseSum(scaled.map { $0 * $0 }).squareRoot()
  return scaled.map { $0 / length }
}

/// The rank of each value from 1, the mean of their ranks for equal ones.
private func averageRanks(_ values: [Double]) -> [Double] {
  let order = values.indices.sorted { values[$0] < values[$1] }
  var ranks = [Double](repeating: 0, count: values.count)
  var start = 0
  while start < order.count {
    var end = start + 1
    while end < order.count, values[order[end]] == values[order[start]] { end += 1 }
    for place in start..<end { ranks[order[place]] = Double(start + 1 + end) / 2 }
    start = end
  }
  return ranks
}
