public import Contracts

extension LogisticRegression {
  /// Trains on `features` [n, width] and `labels` [n], to the optimum of a convex objective.
  ///
  /// The objective is that of scikit-learn's LogisticRegression (L2 penalty, intercept unpenalized);
  /// the optimizer is L-BFGS on a preconditioned problem, in float64. The result has the same bits
  /// for any number of threads.
  ///
  /// - Parameters:
  ///   - features: One row a text.
  ///   - labels: Class indices in 0..<classCount: leave out rows without a label before.
  ///   - classCount: The number of known classes; some may have no rows.
  ///   - configuration: The penalty, weights and limits.
  ///   - threads: How many threads work at a time.
  /// - Returns: The head; `summary.converged` says whether the tolerance was reached.
  /// - Throws: `noTrainingRows`, `singleClass`, `nonFiniteFeature`, `badHyperparameter`.
  /// - Precondition: As many labels as rows, each in range; explicit weights one a class.
  public static func fit(
    features: Matrix, labels: [Int], classCount: Int, configuration: Configuration = .init(),
    threads: Int = 1
  ) throws(HeadError) -> LogisticRegression {
    precondition(labels.count == features.rows)
    try check(configuration)
    guard features.rows > 0 else { throw .noTrainingRows }
    try features.checkFinite()

    var counts = [Int](repeating: 0, count: classCount)
    for label in labels { counts[label] += 1 }
    let trained = counts.indices.filter { counts[$0] > 0 }
    guard trained.count > 1 else { throw .singleClass(trained[0]) }

    let standardization =
      configuration.standardize ? Standardization(fitting: features, threads: threads) : nil
    let objective = Self.objective(
      features: features, labels: labels, counts: counts, trained: trained,
      standardization: standardization, configuration: configuration, threads: threads)
    let preconditioner = CurvaturePreconditioner(objective)
    let result = LBFGS(
      tolerance: configuration.tolerance, maximumIterations: configuration.maximumIterations
    ).minimize(
      from: [Double](repeating: 0, count: objective.parameterCount),
      precondition: { preconditioner.apply(&$0) },
      { objective.evaluate($0, gradient: &$1) })

    let width = features.columns
    let outputs = 0..<objective.outputs
    return LogisticRegression(
      width: width, classCount: classCount, trainedClasses: trained,
      coefficients: outputs.flatMap { result.point[$0 * (width + 1)..<$0 * (width + 1) + width] },
      intercepts: outputs.map { result.point[$0 * (width + 1) + width] },
      standardization: standardization, configuration: configuration,
      summary: Summary(
        rows: features.rows, iterations: result.iterations, evaluations: result.evaluations,
        objective: result.value, gradientNorm: result.gradientNorm,
        converged: result.gradientNorm <= configuration.tolerance))
  }

  /// The objective over the classes that have rows.
  private static func objective(
    features: Matrix, labels: [Int], counts: [Int], trained: [Int],
    standardization: Standardization?, configuration: Configuration, threads: Int
  ) -> LogisticObjective {
    var position = [Int](repeating: 0, count: counts.count)
    for (index, label) in trained.enumerated() { position[label] = index }
    let weights = trained.map { label -> Double in
      switch configuration.classWeight {
      case .none: 1
      case .balanced: Double(labels.count) / Double(trained.count * counts[label])
      case .explicit(let weights): weights[label]
      }
    }
    let sum = zip(weights, trained).reduce(0) { $0 + $1.0 * Double(counts[$1.1]) }
    return LogisticObjective(
      blocks: RowBlocks(features: features, standardization: standardization),
      targets: labels.map { position[$0] }, outputs: trained.count == 2 ? 1 : trained.count,
      weights: weights.map { $0 / sum }, penalty: 1 / (configuration.c * sum), threads: threads)
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
