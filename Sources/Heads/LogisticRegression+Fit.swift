public import Contracts
import Kernels

extension LogisticRegression {
  /// Trains on `features` [n, width] and `labels` [n], to the optimum of a convex objective.
  ///
  /// As ``fit(_:configuration:start:threads:)``, for rows in memory with one class each.
  ///
  /// - Throws: `noTrainingRows`, `singleClass`, `nonFiniteFeature`, `badHyperparameter`.
  /// - Precondition: As many labels as rows, each in range; explicit weights one a class.
  public static func fit(
    features: Matrix, labels: [Int], classCount: Int, configuration: Configuration = .init(),
    threads: Int = 1
  ) throws(HeadError) -> LogisticRegression {
    let rows = TrainingRows(
      .dense(features), .classes(labels.map { Int32($0) }), classCount: classCount)
    return try inMemory { try fit(rows, configuration: configuration, threads: threads) }
  }

  /// Trains on `rows`, to the optimum of a convex objective.
  ///
  /// The objective is that of scikit-learn's LogisticRegression (L2 penalty, intercept unpenalized);
  /// the optimizer is L-BFGS on a preconditioned problem. It begins on a sample of the rows and in
  /// float32 where that saves time, and ends in float64 on all of them. The result has the same bits
  /// for any number of threads, and streamed as in memory.
  ///
  /// - Parameters:
  ///   - rows: Features, with classes or sets of labels.
  ///   - configuration: The penalty, weights and limits.
  ///   - start: A head to begin with: of like rows, or with another C.
  ///   - threads: How many threads work at a time.
  /// - Returns: The head; `summary.converged` says whether the tolerance was reached.
  /// - Throws: `noTrainingRows`, `singleClass`, `constantLabels`, `nonFiniteFeature`,
  ///   `badHyperparameter`, and what a stream's medium throws.
  /// - Precondition: Labels are no numbers; explicit weights one a class; `start` has the same
  ///   width and trained classes.
  public static func fit(
    _ rows: TrainingRows, configuration: Configuration = .init(),
    start: LogisticRegression? = nil, threads: Int = 1
  ) throws -> LogisticRegression {
    try path(
      rows, c: [configuration.c], configuration: configuration, start: start, threads: threads)[
        0]
  }

  /// Trains with each C of `c` in turn, each from where that before ended: [c].
  ///
  /// In ascending or descending order the steps are short, and what L-BFGS knows of the curvature
  /// is handed on. Each head is that of a fit of its own, within the tolerance.
  ///
  /// - Throws: as ``fit(_:configuration:start:threads:)``.
  /// - Precondition: as ``fit(_:configuration:start:threads:)``.
  public static func path(
    _ rows: TrainingRows, c values: [Double], configuration: Configuration = .init(),
    start: LogisticRegression? = nil, threads: Int = 1
  ) throws -> [LogisticRegression] {
    for c in values {
      var configuration = configuration
      configuration.c = c
      try check(configuration)
    }
    try rows.check()
    let kernels = try KernelSet.forHeads()
    let plan = try OutputPlan(rows, configuration.classWeight)
    let standardization: Standardization?
    let problem: any LogisticProblem
    switch rows.features {
    case .sparse(let matrix):
      guard !configuration.standardize else {
        // A shifted sparse matrix is dense.
        throw HeadError.badHyperparameter(name: "standardize", value: "true on sparse features")
      }
      guard let entry = matrix.values.firstIndex(where: { !$0.isFinite }) else {
        standardization = nil
        problem = SparseLogisticProblem(
          matrix: matrix, targets: plan.targets, threads: threads, kernels: kernels)
        break
      }
      throw HeadError.nonFiniteFeature(
        row: (0..<matrix.rows).first { matrix.entries(ofRow: $0).contains(entry) } ?? 0,
        column: Int(matrix.columnIndices[entry]))
    case .dense, .streamed:
      let raw = RowBlocks(rows.features.blockRows, standardization: nil)
      try raw.checkFinite(threads: threads)
      standardization =
        configuration.standardize ? try Standardization(fitting: raw, threads: threads) : nil
      problem = DenseLogisticProblem(
        blocks: RowBlocks(raw.rows, standardization: standardization), targets: plan.targets,
        threads: threads, kernels: kernels)
    }
    if let start {
      precondition(start.width == rows.width && start.trainedClasses == plan.trained)
    }
    return try solve(
      problem, plan, c: values, configuration: configuration, standardization: standardization,
      rows: rows, start: start?.joined)
  }

  private static func solve(
    _ problem: any LogisticProblem, _ plan: OutputPlan, c values: [Double],
    configuration: Configuration, standardization: Standardization?, rows: TrainingRows,
    start: [Double]?
  ) throws -> [LogisticRegression] {
    var memory = LBFGS.Memory()
    var point = start
    var last: Double?
    let (width, columns) = (rows.width, problem.columns)
    return try values.map { c in
      if let last {
        memory.add { step in
          step.indices.map { i in
            (i + 1) % columns == 0
              ? 0 : (1 / c - 1 / last) * plan.targets.penalties[i / columns] * step[i]
          }
        }
      }
      last = c
      let optimizer = LogisticOptimizer(
        tolerance: configuration.tolerance, maximumIterations: configuration.maximumIterations)
      let result = try optimizer.minimize(problem.with(c: c), from: point, memory: &memory)
      point = result.point
      var configuration = configuration
      configuration.c = c
      let outputs = 0..<plan.targets.outputs
      return LogisticRegression(
        width: width, classCount: rows.classCount, labelKind: rows.labels.kind,
        trainedClasses: plan.trained, constantLabels: plan.constant,
        coefficients: outputs.flatMap { result.point[$0 * columns..<$0 * columns + width] },
        intercepts: outputs.map { result.point[$0 * columns + width] },
        standardization: standardization, configuration: configuration,
        summary: Summary(
          rows: rows.count, iterations: result.iterations, evaluations: result.evaluations,
          objective: result.value, gradientNorm: result.gradientNorm,
          converged: result.gradientNorm <= configuration.tolerance))
    }
  }

  private static func check(_ configuration: Configuration) throws(HeadError) {
    func positive(_ name: String, _ value: Double) throws(HeadError) {
      guard value > 0, value.isFinite else {
        throw .badHyperparameter(name: name, value: "\(value)")
      }
    }
    try positive("C", configuration.c)
    try positive("tolerance", configuration.tolerance)
    try positive("max_iterations", Double(configuration.maximumIterations))
    if case .explicit(let weights) = configuration.classWeight {
      for weight in weights { try positive("class_weight", weight) }
    }
  }
}

extension TrainingRows.Features {
  /// - Precondition: the features are not sparse.
  var blockRows: RowBlocks.Rows {
    switch self {
    case .dense(let matrix, let indices): .memory(matrix, at: indices)
    case .streamed(let source): .stream(source)
    case .sparse: preconditionFailure("sparse rows have no blocks")
    }
  }
}
