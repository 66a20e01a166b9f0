/// How often what was said with a probability came true: a reliability diagram's points.
///
/// Bins are of equal width, (m - 1)/bins < p <= m/bins; bins without a row have no point.
/// Scikit-learn's `calibration_curve(strategy="uniform")`.
public struct CalibrationCurve: Sendable, Equatable {
  public struct Point: Sendable, Equatable {
    /// The mean of the probabilities in the bin.
    public let predicted: Double
    /// The share of the bin's rows that came true.
    public let observed: Double
    public let rows: Int
  }

  /// In ascending order of the bins.
  public let points: [Point]

  /// - Parameters:
  ///   - probabilities: [n], in 0...1.
  ///   - outcomes: [n]: whether it came true.
  ///   - bins: How many, at least one.
  /// - Precondition: the shapes agree.
  public init(probabilities: [Double], outcomes: [Bool], bins: Int = 10) {
    precondition(probabilities.count == outcomes.count && bins > 0)
    var members = [[Double]](repeating: [], count: bins)
    var hits = [Int](repeating: 0, count: bins)
    for (probability, outcome) in zip(probabilities, outcomes) {
      let bin = Self.bin(probability, of: bins)
      members[bin].append(probability)
      if outcome { hits[bin] += 1 }
    }
    points = zip(members, hits).filter { !$0.0.isEmpty }.map { members, hits in
      let count = Double(members.count)
      return Point(
        predicted: pairwiseSum(members) / count, observed: Double(hits) / count,
        rows: members.count)
    }
  }

  /// The bin of a probability; bounds are the quotients, as the product can be off by a rounding.
  static func bin(_ probability: Double, of bins: Int) -> Int {
    var bin = min(max(Int((probability * Double(bins)).rounded(.up)) - 1, 0), bins - 1)
    if bin > 0, probability <= Double(bin) / Double(bins) { bin -= 1 }
    if bin < bins - 1, probability > Double(bin + 1) / Double(bins) { bin += 1 }
    return bin
  }
}
