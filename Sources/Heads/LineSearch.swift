/// A line search for the strong Wolfe conditions.
///
/// Source: Nocedal & Wright, Numerical Optimization (2nd ed.), algorithms 3.5 and 3.6, with cubic
/// interpolation (3.59). Near the optimum, where rounding hides the decrease of the value, the
/// decrease is read from the slope instead: the approximate Wolfe conditions of Hager & Zhang
/// (2005), https://doi.org/10.1137/030601880, (2.3).
struct LineSearch {
  struct Trial {
    let length: Double
    let point: [Double]
    let value: Double
    let gradient: [Double]
    /// The derivative along the direction.
    let slope: Double
  }

  // The usual constants for quasi-Newton directions (ibid., section 3.1).
  private static let decrease = 1e-4
  private static let curvature = 0.9
  private static let maximumTrials = 30

  let origin: Trial
  let direction: [Double]
  /// This share of a value is taken for rounding. Hager & Zhang take 1e-6; where the function is
  /// convex, the slopes alone ensure progress.
  let rounding: Double

  /// - Precondition: `direction` descends.
  init(
    point: [Double], value: Double, gradient: [Double], direction: [Double], rounding: Double
  ) {
    let slope = dot(direction, gradient)
    precondition(slope < 0)
    origin = Trial(length: 0, point: point, value: value, gradient: gradient, slope: slope)
    self.direction = direction
    self.rounding = rounding
  }

  /// A step that fulfils the conditions, tried first at length 1; nil when none was found.
  func run(
    _ function: ([Double], inout [Double]) throws -> Double, evaluations: inout Int
  ) rethrows -> Trial? {
    var low = origin
    var high: Trial?
    var length = 1.0
    for _ in 0..<Self.maximumTrials {
      let trial = try trial(length, function)
      evaluations += 1
      if isAcceptable(trial) { return trial }
      // Algorithms 3.5 and 3.6 in one: `low` is the best point so far that decreases enough, and
      // once there is a `high` an acceptable point lies between the two.
      if !trial.value.isFinite || !decreasesEnough(trial) || trial.value >= low.value {
        high = trial
      } else {
        if trial.slope * ((high?.length ?? .infinity) - low.length) >= 0 { high = low }
        low = trial
      }
      guard let high else {
        length *= 2
        continue
      }
      length = Self.interpolate(low, high)
      if length == low.length || length == high.length { break }
    }
    return nil
  }

  private func trial(
    _ length: Double, _ function: ([Double], inout [Double]) throws -> Double
  ) rethrows -> Trial {
    var point = origin.point
    add(length, direction, to: &point)
    var gradient = [Double](repeating: 0, count: point.count)
    let value = try function(point, &gradient)
    return Trial(
      length: length, point: point, value: value, gradient: gradient,
      slope: dot(direction, gradient))
  }

  private func decreasesEnough(_ trial: Trial) -> Bool {
    trial.value <= origin.value + Self.decrease * trial.length * origin.slope
      || isApproximatelyWolfe(trial)
  }

  private func isAcceptable(_ trial: Trial) -> Bool {
    decreasesEnough(trial) && trial.slope.magnitude <= -Self.curvature * origin.slope
      || isApproximatelyWolfe(trial)
  }

  private func isApproximatelyWolfe(_ trial: Trial) -> Bool {
    trial.value <= origin.value + rounding * origin.value.magnitude
      && trial.slope <= (2 * Self.decrease - 1) * origin.slope
      && trial.slope >= Self.curvature * origin.slope
  }

  /// The minimizer of the cubic through both trials, kept a tenth away from either.
  private static func interpolate(_ a: Trial, _ b: Trial) -> Double {
    let span = b.length - a.length
    let d1 = a.slope + b.slope - 3 * (a.value - b.value) / (a.length - b.length)
    let root = d1 * d1 - a.slope * b.slope
    let d2 = (span < 0 ? -1 : 1) * max(root, 0).squareRoot()
    let share = 1 - (b.slope + d2 - d1) / (b.slope - a.slope + 2 * d2)
    guard root >= 0, share.isFinite else { return a.length + span / 2 }
    return a.length + span * min(max(share, 0.1), 0.9)
  }
}
