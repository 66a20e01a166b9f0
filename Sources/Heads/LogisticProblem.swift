/// The precision of a pass over the rows. Sums over rows are float64 in both.
enum PassPrecision {
  /// Products in float32: where the optimum is still far.
  case single
  /// Products in float64: what the result is held to.
  case double
}

/// The function that logistic regression minimizes, over rows of any kind.
///
/// Parameters are [outputs, columns], row-major: coefficients and, last in each row, the intercept.
protocol LogisticProblem: Sendable {
  var targets: LogisticTargets { get set }
  /// Features and the one of the intercept.
  var columns: Int { get }
  /// Whether passes in float32 cost less.
  var gainsBySinglePrecision: Bool { get }

  /// The mean weighted loss at `parameters`, without the penalty; writes its gradient.
  ///
  /// - Throws: what the rows' medium throws.
  func loss(
    _ parameters: [Double], gradient: inout [Double], precision: PassPrecision
  ) throws -> Double

  /// The same over fewer rows in memory; nil where it would not pay.
  ///
  /// - Throws: what the rows' medium throws.
  func sampled() throws -> (any LogisticProblem)?

  /// - Throws: what the rows' medium throws.
  func preconditioner() throws -> CurvaturePreconditioner
}

extension LogisticProblem {
  var parameterCount: Int { targets.outputs * columns }

  /// The problem with penalties of strength 1/C, where they were of strength 1.
  func with(c: Double) -> any LogisticProblem {
    var copy = self
    copy.targets.penalties = targets.penalties.map { $0 / c }
    return copy
  }

  /// The objective at `parameters`; writes its gradient.
  func evaluate(
    _ parameters: [Double], gradient: inout [Double], precision: PassPrecision
  ) throws -> Double {
    var value = try loss(parameters, gradient: &gradient, precision: precision)
    for output in 0..<targets.outputs {
      let penalty = targets.penalties[output]
      var squares = 0.0
      for i in output * columns..<(output + 1) * columns - 1 {
        squares += parameters[i] * parameters[i]
        gradient[i] += penalty * parameters[i]
      }
      value += penalty / 2 * squares
    }
    return value
  }
}

/// The way to the optimum: few rows first, then all in float32, last all in float64.
struct LogisticOptimizer {
  var tolerance: Double
  var maximumIterations: Int

  // A mean gradient in float32 is off by some 1e-7 of what its terms amount to, and the first
  // gradient is a share of that: above this share of it float32 knows the way.
  private static let singleShare = 3e-5
  // The optimum of a sample is off by more than this share of the first gradient anyhow.
  private static let sampleShare = 1e-3
  // What rounding may do to a value: scores of some hundreds lose five digits of the sixteen.
  private static let doubleRounding = 1e-10
  private static let singleRounding = 1e-7

  /// Minimizes the problem's objective from `start`, which may come with what is known of the
  /// curvature there.
  ///
  /// - Throws: what the rows' medium throws.
  func minimize(
    _ problem: any LogisticProblem, from start: [Double]?, memory: inout LBFGS.Memory
  ) throws -> LBFGS.Result {
    let zero = [Double](repeating: 0, count: problem.parameterCount)
    var point = start ?? zero
    let sample = start == nil ? try problem.sampled() : nil
    let preconditioner = try (sample ?? problem).preconditioner()
    var iterations = 0
    var evaluations = 0

    func run(
      _ problem: any LogisticProblem, _ precision: PassPrecision, share: Double, tolerance: Double
    ) throws -> LBFGS.Result {
      let optimizer = LBFGS(
        tolerance: tolerance, relativeTolerance: share,
        maximumIterations: maximumIterations - iterations,
        rounding: precision == .single ? Self.singleRounding : Self.doubleRounding)
      let result = try optimizer.minimize(
        from: point, memory: &memory, precondition: { preconditioner.apply(&$0) }
      ) { try problem.evaluate($0, gradient: &$1, precision: precision) }
      point = result.point
      return result
    }

    // Where float32 sees that far, float64 has nothing left to do but look.
    var goal = tolerance / 2
    var share = Self.singleShare
    if let sample {
      let precision = sample.gainsBySinglePrecision ? PassPrecision.single : .double
      let result = try run(sample, precision, share: Self.sampleShare, tolerance: goal)
      goal = max(goal, Self.singleShare * result.firstGradientNorm)
      share = 0
    }
    if problem.gainsBySinglePrecision {
      let result = try run(problem, .single, share: share, tolerance: goal)
      iterations += result.iterations
      evaluations += result.evaluations
    }
    var result = try run(problem, .double, share: 0, tolerance: tolerance)
    result.iterations += iterations
    result.evaluations += evaluations
    return result
  }
}
