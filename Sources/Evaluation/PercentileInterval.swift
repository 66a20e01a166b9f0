/// The middle of a distribution: from one percentile to another.
public struct PercentileInterval: Sendable, Equatable {
  public let lower: Double
  public let upper: Double

  public init(lower: Double, upper: Double) {
    self.lower = lower
    self.upper = upper
  }

  /// The middle `confidence` of the values, as SciPy's `bootstrap(method="percentile")` takes it: NumPy's
  /// percentiles, linear between two values.
  ///
  /// A resample in which the score is not defined (NaN) is left out; nil where none is left.
  public init?(_ values: [Double], confidence: Double = 0.95) {
    let sorted = values.filter { !$0.isNaN }.sorted()
    guard !sorted.isEmpty else { return nil }
    let tail = (1 - confidence) / 2
    lower = Self.quantile(sorted, tail)
    upper = Self.quantile(sorted, 1 - tail)
  }

  public func contains(_ value: Double) -> Bool { lower <= value && value <= upper }

  /// NumPy's `quantile`: at (n - 1)q of the ascending values, linear in between.
  static func quantile(_ sorted: [Double], _ q: Double) -> Double {
    let place = q * Double(sorted.count - 1)
    let below = min(Int(place), sorted.count - 1)
    let above = min(below + 1, sorted.count - 1)
    let fraction = place - Double(below)
    let distance = sorted[above] - sorted[below]
    // As NumPy's _lerp: from the nearer end.
    return fraction < 0.5
      ? sorted[below] + distance * fraction : sorted[above] - distance * (1 - fraction)
  }
}
