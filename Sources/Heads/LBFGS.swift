/// Limited-memory BFGS with a preconditioner as the initial inverse Hessian.
///
/// Source: Nocedal & Wright, Numerical Optimization (2nd ed.), algorithms 7.4 (two-loop recursion)
/// and 7.5; the initial inverse Hessian is γP⁻¹ with γ = s·y / y·P⁻¹y, which is their (7.20) in the
/// metric of P.
struct LBFGS {
  /// Pairs of steps and gradient changes that are remembered, at most.
  ///
  /// A pair costs little beside a pass over the rows, and few pairs can mean very many passes: on
  /// 90 rows of five nearly separable classes 10 pairs did not converge in 1000 iterations, 20 did
  /// in 174 and 40 in 98.
  private static let maximumHistory = 40
  // 2^24 numbers are 128 MB for all pairs together; many classes of many features get fewer pairs.
  private static let historySize = 1 << 24

  /// Stop when no element of the gradient is larger.
  var tolerance: Double
  /// Or when none is larger than this share of the first gradient's largest.
  var relativeTolerance = 0.0
  var maximumIterations: Int
  /// The share of a value that may be rounding.
  var rounding: Double

  struct Result {
    var point: [Double]
    var value: Double
    /// The largest magnitude in the gradient at `point`.
    var gradientNorm: Double
    /// The same at the start.
    var firstGradientNorm: Double
    var iterations: Int
    var evaluations: Int
  }

  /// What is known of the curvature: pairs of a step and the gradient's change over it.
  ///
  /// It may be handed on to a function of like curvature: the same over more rows, or with another
  /// penalty.
  struct Memory {
    fileprivate var pairs: [Pair] = []

    init() {}

    /// The memory of the function with `change`, a multiple of the step, added to the gradient.
    mutating func add(_ change: ([Double]) -> [Double]) {
      pairs = pairs.compactMap {
        Pair(step: $0.step, change: zip($0.change, change($0.step)).map(+))
      }
    }
  }

  fileprivate struct Pair {
    let step: [Double]
    let change: [Double]
    /// 1 / (step · change)
    let rho: Double

    /// Nil where the curvature along the step is not positive.
    init?(step: [Double], change: [Double]) {
      let curvature = dot(step, change)
      guard curvature > 0 else { return nil }
      self.step = step
      self.change = change
      rho = 1 / curvature
    }
  }

  /// Minimizes `function`, which returns its value and writes its gradient, from `start`.
  ///
  /// Ends early where rounding lets no step along the search direction be better.
  ///
  /// - Parameters:
  ///   - start: The first point.
  ///   - memory: What is known of the curvature before and after.
  ///   - precondition: Replaces a vector v by P⁻¹v; P is symmetric and positive definite.
  ///   - function: What is minimized: (point, gradient) to value.
  /// - Returns: The best point found.
  /// - Throws: what `function` throws.
  func minimize(
    from start: [Double], memory: inout Memory, precondition: (inout [Double]) -> Void,
    _ function: ([Double], inout [Double]) throws -> Double
  ) rethrows -> Result {
    var gradient = [Double](repeating: 0, count: start.count)
    var point = start
    var value = try function(point, &gradient)
    var evaluations = 1
    var iterations = 0
    let history = max(5, min(Self.maximumHistory, Self.historySize / (2 * max(start.count, 1))))
    let first = maximumMagnitude(gradient)
    let goal = max(tolerance, relativeTolerance * first)

    while maximumMagnitude(gradient) > goal, iterations < maximumIterations {
      var direction = Self.direction(gradient, memory.pairs, precondition)
      if dot(direction, gradient) >= 0 {
        // Rounding spoilt the memory: begin anew from the preconditioned gradient.
        memory.pairs = []
        direction = Self.direction(gradient, [], precondition)
      }
      let search = LineSearch(
        point: point, value: value, gradient: gradient, direction: direction, rounding: rounding)
      guard let next = try search.run(function, evaluations: &evaluations) else {
        if memory.pairs.isEmpty { break }
        memory.pairs = []
        continue
      }
      let step = zip(next.point, point).map { $0 - $1 }
      let change = zip(next.gradient, gradient).map { $0 - $1 }
      if let pair = Pair(step: step, change: change) {
        if memory.pairs.count >= history { memory.pairs.removeFirst() }
        memory.pairs.append(pair)
      }
      (point, value, gradient) = (next.point, next.value, next.gradient)
      iterations += 1
    }
    return Result(
      point: point, value: value, gradientNorm: maximumMagnitude(gradient),
      firstGradientNorm: first,
      iterations: iterations, evaluations: evaluations)
  }

  /// -H · gradient, H being the inverse Hessian that `pairs` describe.
  private static func direction(
    _ gradient: [Double], _ pairs: [Pair], _ precondition: (inout [Double]) -> Void
  ) -> [Double] {
    var direction = gradient.map { -$0 }
    var alphas: [Double] = []
    for pair in pairs.reversed() {
      let alpha = pair.rho * dot(pair.step, direction)
      add(-alpha, pair.change, to: &direction)
      alphas.append(alpha)
    }
    precondition(&direction)
    if let last = pairs.last {
      var scaled = last.change
      precondition(&scaled)
      let gamma = 1 / (last.rho * dot(last.change, scaled))
      for i in direction.indices { direction[i] *= gamma }
    }
    for (pair, alpha) in zip(pairs, alphas.reversed()) {
      add(alpha - pair.rho * dot(pair.change, direction), pair.step, to: &direction)
    }
    return direction
  }
}

// MARK: - Vectors

/// In eight chains, so that no addition waits for the one before.
func dot(_ a: [Double], _ b: [Double]) -> Double {
  precondition(a.count == b.count)
  return a.withUnsafeBytes { a in
    b.withUnsafeBytes { b in
      var sums = SIMD8<Double>.zero
      let size = MemoryLayout<SIMD8<Double>>.size
      let whole = a.count / size * size
      for at in stride(from: 0, to: whole, by: size) {
        sums +=
          a.loadUnaligned(fromByteOffset: at, as: SIMD8<Double>.self)
          * b.loadUnaligned(fromByteOffset: at, as: SIMD8<Double>.self)
      }
      var sum = sums.sum()
      for at in stride(from: whole, to: a.count, by: MemoryLayout<Double>.size) {
        sum +=
          a.load(fromByteOffset: at, as: Double.self) * b.load(fromByteOffset: at, as: Double.self)
      }
      return sum
    }
  }
}

func add(_ factor: Double, _ a: [Double], to b: inout [Double]) {
  for i in b.indices { b[i] += factor * a[i] }
}

func maximumMagnitude(_ a: [Double]) -> Double {
  a.reduce(0) { max($0, $1.magnitude) }
}
