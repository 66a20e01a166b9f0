/// The expected calibration error of Guo et al. 2017 (https://arxiv.org/abs/1706.04599, equation 3).
///
/// Rows are put by the probability of the predicted class, the largest, into bins of equal width
/// (m - 1)/bins < p <= m/bins. The error is the mean over rows of the distance, in each bin, between
/// the mean of that probability and the share of right predictions. Rows with label -1 are left
/// out; NaN when none is left.
///
/// - Parameters:
///   - labels: [n], in -1..<classCount.
///   - probabilities: [n, classCount], row-major, in 0...1; of equal ones the first is predicted.
///   - classCount: The number of columns.
///   - bins: 15 in the paper.
/// - Returns: The error, in 0...1.
/// - Precondition: the shapes agree.
public func expectedCalibrationError(
  labels: some Collection<Int>, probabilities: [Double], classCount: Int, bins: Int = 15
) -> Double {
  precondition(probabilities.count == labels.count * classCount && bins > 0)
  var confidences = [[Double]](repeating: [], count: bins)
  var hits = [Int](repeating: 0, count: bins)
  var rows = 0
  for (row, label) in labels.enumerated() where label != -1 {
    let own = probabilities[row * classCount..<(row + 1) * classCount]
    let confidence = own.max() ?? 0
    let predicted = (own.firstIndex(of: confidence) ?? own.startIndex) - own.startIndex
    let bin = CalibrationCurve.bin(confidence, of: bins)
    confidences[bin].append(confidence)
    if predicted == label { hits[bin] += 1 }
    rows += 1
  }
  let gaps = zip(confidences, hits).map { abs(pairwiseSum($0) - Double($1)) }
  return pairwiseSum(gaps) / Double(rows)
}
