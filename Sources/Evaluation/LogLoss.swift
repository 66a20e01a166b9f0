import Glibc

/// The mean negative logarithm of the probability given to the true class (cross-entropy, nats).
///
/// Probabilities are clipped to machine epsilon from 0 and from 1, as scikit-learn does, so that
/// one certain mistake does not make the mean infinite. Rows with label -1 are left out; 0 when
/// none is left.
///
/// - Parameters:
///   - labels: [n], in -1..<classCount.
///   - probabilities: [n, classCount], row-major; each row sums to 1.
///   - classCount: The number of columns.
/// - Returns: The loss in nats a row.
/// - Precondition: the shapes agree and the labels are in range.
public func logLoss(
  labels: some Collection<Int>, probabilities: [Double], classCount: Int
) -> Double {
  precondition(probabilities.count == labels.count * classCount)
  var losses: [Double] = []
  for (row, label) in labels.enumerated() where label != -1 {
    precondition((0..<classCount).contains(label))
    let probability = probabilities[row * classCount + label]
    losses.append(-log(min(max(probability, .ulpOfOne), 1 - .ulpOfOne)))
  }
  return losses.isEmpty ? 0 : pairwiseSum(losses) / Double(losses.count)
}
