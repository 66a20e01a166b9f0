/// The Hessian of the logistic objective at zero, inverted: what L-BFGS starts from.
///
/// At zero all probabilities are equal and the Hessian is, for each output alike, h · XᵀSX + λI with
/// X the features (and the ones of the intercept), S the rows' weights and h = 1/4 for a sigmoid,
/// 1/k for a softmax over k (Böhning 1992, https://doi.org/10.1007/BF00048682). Features of
/// encoders have a few directions of large variance; without this the number of iterations grows
/// with the root of their condition number (100,000 × 384, ten classes, variances falling as 1/rank:
/// a gradient of 1e-6 after 20 iterations where scikit-learn's L-BFGS takes 125).
struct CurvaturePreconditioner: Sendable {
  // XᵀX of a sample is enough of an estimate: with 32 rows a column its eigenvalues are within some
  // 40 % of those of all rows, and L-BFGS makes up for the rest.
  private static let rowsPerColumn = 32
  private static let minimumRows = 4096
  // Beyond this width factoring costs more than it saves, and only the diagonal is used.
  private static let maximumColumns = 2049

  private enum Inverse {
    case full(CholeskyFactor)
    case diagonal([Double])
  }

  private let outputs: Int
  private let columns: Int
  private let inverse: Inverse

  /// How many rows, at most, are looked at.
  static func sampleRows(columns: Int) -> Int { max(minimumRows, rowsPerColumn * columns) }

  /// That of `problem`, of which every row is looked at.
  ///
  /// - Throws: what the rows' medium throws.
  init(_ problem: DenseLogisticProblem) throws {
    outputs = problem.targets.outputs
    columns = problem.columns
    let useFull = columns <= Self.maximumColumns
    var curvature = try Self.curvature(problem, full: useFull)
    let step = useFull ? columns + 1 : 1
    let diagonal = stride(from: 0, to: curvature.count, by: step)
    // Where columns depend on each other and λ is tiny, this keeps the factor in existence.
    let floor = 1e-10 * diagonal.reduce(0) { max($0, curvature[$1]) }
    let penalty = Self.mean(problem.targets.penalties)
    for (column, index) in diagonal.enumerated() {
      curvature[index] += (column < columns - 1 ? penalty : 0) + floor
    }
    if useFull, let factor = CholeskyFactor(curvature, size: columns) {
      inverse = .full(factor)
    } else {
      inverse = .diagonal(diagonal.map { 1 / max(curvature[$0], .leastNormalMagnitude) })
    }
  }

  /// That of a curvature of which the diagonal [columns] is known, without the penalties.
  init(diagonal: [Double], penalties: [Double]) {
    outputs = penalties.count
    columns = diagonal.count
    let penalty = Self.mean(penalties)
    let floor = 1e-10 * diagonal.reduce(0, max)
    inverse = .diagonal(diagonal.map { 1 / max($0 + penalty + floor, .leastNormalMagnitude) })
  }

  private static func mean(_ values: [Double]) -> Double {
    values.reduce(0, +) / Double(values.count)
  }

  /// Replaces a vector of parameters by the inverse Hessian times it.
  func apply(_ vector: inout [Double]) {
    vector.withUnsafeMutableBufferPointer { vector in
      guard let vector = vector.baseAddress else { return }
      switch inverse {
      case .full(let factor): factor.solve(vector, count: outputs)
      case .diagonal(let diagonal):
        for output in 0..<outputs {
          for c in 0..<columns { vector[output * columns + c] *= diagonal[c] }
        }
      }
    }
  }

  /// h · XᵀSX over all rows of `problem`: its lower triangle [columns, columns], or its diagonal.
  private static func curvature(_ problem: DenseLogisticProblem, full: Bool) throws -> [Double] {
    let (blocks, columns) = (problem.blocks, problem.columns)
    let weight = (0..<blocks.rowCount).reduce(0.0) { $0 + problem.targets.weight(ofRow: $1) }
    let share = problem.targets.curvature / weight
    func scale(_ row: Int, _ values: UnsafeMutablePointer<Double>) {
      let root = problem.targets.weight(ofRow: row).squareRoot()
      for c in 0..<columns { values[c] *= root }
    }
    if full {
      return try GramMatrix.lowerTriangle(blocks, threads: problem.threads, scale)
        .map { $0 * share }
    }
    var squares = [Double](repeating: 0, count: columns)
    try GramMatrix.forEachChunk(blocks, threads: problem.threads, scale) { x, rows in
      for i in 0..<rows {
        for c in 0..<columns { squares[c] += x[i * columns + c] * x[i * columns + c] }
      }
    }
    return squares.map { $0 * share }
  }
}
