/// The mean squared distance of the probabilities from the truth, one-hot.
///
/// With two classes it is the square of the positive class' error, in 0...1; with more the sum over
/// classes, in 0...2: scikit-learn's `brier_score_loss` (scale_by_half="auto") since 1.7. Rows with
/// label -1 are left out; NaN when none is left.
///
/// - Parameters:
///   - labels: [n], in -1..<classCount.
///   - probabilities: [n, classCount], row-major.
///   - classCount: The number of columns.
/// - Returns: The score; less is better.
/// - Precondition: the shapes agree and the labels are in range.
public func brierScore(
  labels: some Collection<Int>, probabilities: [Double], classCount: Int
) -> Double {
  precondition(probabilities.count == labels.count * classCount)
  var distances: [Double] = []
  for (row, label) in labels.enumerated() where label != -1 {
    precondition((0..<classCount).contains(label))
    let errors = (0..<classCount).map {
      probabilities[row * classCount + $0] - ($0 == label ? 1 : 0)
    }
    distances.append(pairwiseSum(errors.map { $0 * $0 }))
  }
  let scale = classCount == 2 ? 0.5 : 1
  return scale * pairwiseSum(distances) / Double(distances.count)
}
