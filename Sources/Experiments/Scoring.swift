public import Contracts
public import Heads

/// How predictions are judged.
public struct Scoring: Sendable {
  /// The metric that decides between candidates; more is better.
  public let criterion: String
  /// All metrics of predictions for rows with these labels, by name.
  public let metrics: @Sendable (Predictions, Labels) -> [String: Double]

  public init(
    criterion: String, metrics: @escaping @Sendable (Predictions, Labels) -> [String: Double]
  ) {
    self.criterion = criterion
    self.metrics = metrics
  }
}

/// The mean of some scores, and how far they lie from it.
public struct Spread: Sendable, Equatable {
  public let mean: Double
  /// The standard deviation of the sample, with n - 1 in the denominator; nil for one score.
  public let deviation: Double?

  /// - Precondition: there is a score.
  public init(_ scores: [Double]) {
    precondition(!scores.isEmpty)
    let count = Double(scores.count)
    let mean = scores.reduce(0, +) / count
    self.mean = mean
    deviation =
      scores.count == 1
      ? nil : (scores.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / (count - 1)).squareRoot()
  }

  /// The spread of every metric that all of `scores` have.
  public static func each(_ scores: [[String: Double]]) -> [String: Spread] {
    guard let first = scores.first else { return [:] }
    var spreads: [String: Spread] = [:]
    for name in first.keys {
      let values = scores.compactMap { $0[name] }
      if values.count == scores.count { spreads[name] = Spread(values) }
    }
    return spreads
  }
}
