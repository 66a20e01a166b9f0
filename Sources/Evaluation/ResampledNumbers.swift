/// The scores of predicted numbers on resamples of their rows; definitions are ``RegressionScores``'.
public struct ResampledNumbers: ResampledScores {
  public let names = ["r2", "mae", "rmse"]
  /// From the mean of all targets: large ones would lose their squares' differences.
  private let targets: [Double]
  private let errors: [Double]

  /// - Precondition: the shapes agree, every row has a target.
  public init(targets: [Double], predictions: [Double]) {
    precondition(targets.count == predictions.count)
    let mean = pairwiseSum(targets) / Double(targets.count)
    self.targets = targets.map { $0 - mean }
    errors = zip(targets, predictions).map { $0 - $1 }
  }

  public func values(_ counts: UnsafeBufferPointer<UInt32>) -> [Double] {
    var (rows, sum, squares, distance, residual) = (0.0, 0.0, 0.0, 0.0, 0.0)
    for row in targets.indices where counts[row] > 0 {
      let count = Double(counts[row])
      rows += count
      sum += count * targets[row]
      squares += count * targets[row] * targets[row]
      distance += count * abs(errors[row])
      residual += count * errors[row] * errors[row]
    }
    let deviations = squares - sum * sum / rows
    // Equal targets leave a rounding of their squares.
    let r2 =
      if rows < 2 {
        Double.nan
      } else if deviations <= squares * 1e-12 {
        residual == 0 ? 1.0 : 0
      } else {
        1 - residual / deviations
      }
    return [r2, distance / rows, (residual / rows).squareRoot()]
  }
}
