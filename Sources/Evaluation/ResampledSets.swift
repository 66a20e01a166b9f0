public import Contracts

/// The scores of predicted label sets on resamples of their rows; definitions are ``MultiLabelScores``'.
public struct ResampledSets: ResampledScores {
  public let names = ["subset_accuracy", "f1_micro", "f1_macro", "hamming_loss"]
  private let labelCount: Int
  private let isExact: [Bool]
  /// Where each row's decisions begin in `decisions`: [rows + 1].
  private let offsets: [Int]
  /// Those that are not true negatives: label * 4, and 1 for one that is there, 2 for one predicted.
  private let decisions: [Int32]

  /// - Precondition: the shapes agree, and every row is labelled and predicted.
  public init(labels: LabelSets, predictions: LabelSets) {
    precondition(labels.rows == predictions.rows && labels.labelCount == predictions.labelCount)
    labelCount = labels.labelCount
    var (isExact, offsets, decisions): ([Bool], [Int], [Int32]) = ([], [0], [])
    for row in 0..<labels.rows {
      var exact = true
      for label in 0..<labelCount {
        let (own, predicted) = (labels[row, label], predictions[row, label])
        if own || predicted {
          decisions.append(Int32(label * 4 + (own ? 1 : 0) + (predicted ? 2 : 0)))
        }
        if own != predicted { exact = false }
      }
      isExact.append(exact)
      offsets.append(decisions.count)
    }
    self.isExact = isExact
    self.offsets = offsets
    self.decisions = decisions
  }

  public func values(_ counts: UnsafeBufferPointer<UInt32>) -> [Double] {
    // By label: predicted wrongly or not at all, and rightly.
    var kinds = [Int](repeating: 0, count: labelCount * 4)
    var (exact, total) = (0, 0)
    for row in isExact.indices where counts[row] > 0 {
      let count = Int(counts[row])
      total += count
      if isExact[row] { exact += count }
      for place in offsets[row]..<offsets[row + 1] { kinds[Int(decisions[place])] += count }
    }
    var (hits, misses, f1) = (0, 0, 0.0)
    for label in 0..<labelCount {
      let (right, wrong) = (kinds[label * 4 + 3], kinds[label * 4 + 1] + kinds[label * 4 + 2])
      hits += right
      misses += wrong
      f1 += quotient(Double(2 * right), Double(2 * right + wrong))
    }
    return [
      Double(exact) / Double(total), quotient(Double(2 * hits), Double(2 * hits + misses)),
      f1 / Double(labelCount), Double(misses) / Double(total * labelCount),
    ]
  }
}
