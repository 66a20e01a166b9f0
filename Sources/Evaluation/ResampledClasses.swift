import Glibc

/// The scores of predicted classes on resamples of their rows; definitions are ``ConfusionMatrix``'s,
/// ``Ranking``'s, ``logLoss(labels:probabilities:classCount:)``'s and so on.
public struct ResampledClasses: ResampledScores {
  public let names: [String]
  private let classCount: Int
  /// [rows]: label * classCount + prediction.
  private let cells: [Int32]
  private let losses: [Double]
  private let distances: [Double]
  private let rankings: [ResampledRanking]
  /// [rows]: the probability of the predicted class, and the bin that it falls in.
  private let confidences: [Double]
  private let bins: [UInt8]

  /// More classes are not ranked where there are many rows: the work is rows times classes a resample.
  private static let mostRanked = (classes: 10, numbers: 1 << 18)
  /// Of ``expectedCalibrationError(labels:probabilities:classCount:bins:)``.
  private static let binCount = 15

  /// - Parameters:
  ///   - labels: [n], in 0..<classCount.
  ///   - probabilities: [n, classCount], row-major; of equal ones the first is predicted.
  ///   - classCount: The number of columns.
  /// - Precondition: the shapes agree; every row has a label.
  public init(labels: [Int], probabilities: [Double], classCount: Int) {
    precondition(probabilities.count == labels.count * classCount)
    self.classCount = classCount
    var cells: [Int32] = []
    var (losses, distances): ([Double], [Double]) = ([], [])
    var (confidences, bins): ([Double], [UInt8]) = ([], [])
    for (row, label) in labels.enumerated() {
      let own = probabilities[row * classCount..<(row + 1) * classCount]
      let predicted = own.indices.reduce(own.startIndex) { own[$1] > own[$0] ? $1 : $0 }
      cells.append(Int32(label * classCount + predicted - own.startIndex))
      confidences.append(own[predicted])
      bins.append(UInt8(CalibrationCurve.bin(own[predicted], of: Self.binCount)))
      losses.append(-log(min(max(own[own.startIndex + label], .ulpOfOne), 1 - .ulpOfOne)))
      let errors = own.indices.map { own[$0] - ($0 - own.startIndex == label ? 1 : 0) }
      distances.append(errors.reduce(0) { $0 + $1 * $1 } * (classCount == 2 ? 0.5 : 1))
    }
    self.cells = cells
    self.losses = losses
    self.distances = distances
    self.confidences = confidences
    self.bins = bins
    let isRanked =
      classCount <= Self.mostRanked.classes || probabilities.count <= Self.mostRanked.numbers
    let ranked = classCount == 2 ? 1..<2 : 0..<(isRanked ? classCount : 0)
    rankings = ranked.map { index in
      ResampledRanking(
        positives: labels.map { $0 == index },
        scores: labels.indices.map { probabilities[$0 * classCount + index] })
    }
    names =
      [
        "accuracy", "f1_macro", "balanced_accuracy", "log_loss", "brier",
        "expected_calibration_error",
      ]
      + (rankings.isEmpty ? [] : [classCount == 2 ? "roc_auc" : "roc_auc_ovr_macro"])
  }

  public func values(_ counts: UnsafeBufferPointer<UInt32>) -> [Double] {
    var confusion = [Int](repeating: 0, count: classCount * classCount)
    var (loss, distance, total) = (0.0, 0.0, 0)
    // In each bin: confidence less hits.
    var gaps = [Double](repeating: 0, count: Self.binCount)
    for row in cells.indices where counts[row] > 0 {
      let count = counts[row]
      confusion[Int(cells[row])] += Int(count)
      loss += Double(count) * losses[row]
      distance += Double(count) * distances[row]
      let isRight = Int(cells[row]) % (classCount + 1) == 0
      gaps[Int(bins[row])] += Double(count) * (confidences[row] - (isRight ? 1 : 0))
      total += Int(count)
    }
    var (hits, f1, recalls, seen) = (0, 0.0, 0.0, 0)
    for index in 0..<classCount {
      let own = confusion[index * classCount + index]
      let support = confusion[index * classCount..<(index + 1) * classCount].reduce(0, +)
      let predicted = (0..<classCount).reduce(0) { $0 + confusion[$1 * classCount + index] }
      hits += own
      f1 += quotient(Double(2 * own), Double(support + predicted))
      if support > 0 {
        recalls += Double(own) / Double(support)
        seen += 1
      }
    }
    let rows = Double(total)
    let areas = rankings.map { $0.rocAUC(counts) }
    return [
      Double(hits) / rows, f1 / Double(classCount), recalls / Double(seen), loss / rows,
      distance / rows, gaps.reduce(0) { $0 + abs($1) } / rows,
    ] + (areas.isEmpty ? [] : [areas.reduce(0, +) / Double(areas.count)])
  }
}

/// The order of rows by a score, sorted once for all resamples.
struct ResampledRanking: Sendable {
  private let order: [Int32]
  private let isPositive: [Bool]
  /// Whether the row at this place has the score of the one before.
  private let isTied: [Bool]

  init(positives: [Bool], scores: [Double]) {
    let order = scores.indices.sorted { scores[$0] < scores[$1] }
    self.order = order.map { Int32($0) }
    isPositive = order.map { positives[$0] }
    isTied = order.indices.map { $0 > 0 && scores[order[$0]] == scores[order[$0 - 1]] }
  }

  /// The share of pairs that stand in the right order; NaN where one side is empty.
  func rocAUC(_ counts: UnsafeBufferPointer<UInt32>) -> Double {
    // In halves of pairs, as Ranking counts them; below: negatives of lower scores.
    var (halves, below, positives) = (0, 0, 0)
    var (tiedPositives, tiedNegatives) = (0, 0)
    for place in order.indices {
      if !isTied[place] {
        halves += tiedPositives * (2 * below + tiedNegatives)
        below += tiedNegatives
        positives += tiedPositives
        (tiedPositives, tiedNegatives) = (0, 0)
      }
      let count = Int(counts[Int(order[place])])
      if isPositive[place] { tiedPositives += count } else { tiedNegatives += count }
    }
    halves += tiedPositives * (2 * below + tiedNegatives)
    positives += tiedPositives
    let negatives = below + tiedNegatives
    guard positives > 0, negatives > 0 else { return .nan }
    return Double(halves) / (2 * Double(positives) * Double(negatives))
  }
}
