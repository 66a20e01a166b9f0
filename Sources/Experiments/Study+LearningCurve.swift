import Contracts

/// One point of a learning curve.
public struct CurveOutcome: Sendable {
  /// How many train rows were learned from.
  public let size: Int
  public let seed: UInt32
  /// `test.accuracy` and so on, for validation and test.
  public let scores: [String: Double]
}

extension Study {
  /// Trains on growing parts of the train rows, each part within the next.
  ///
  /// - Parameters:
  ///   - learner: what is trained for each size.
  ///   - sizes: numbers of train rows.
  ///   - seeds: each draws other rows, and is the training's seed.
  /// - Returns: the seeds of the first size, then of the next.
  /// - Throws: what learning and predicting throw.
  /// - Precondition: no size is beyond the number of train rows.
  public func learningCurve(
    _ learner: any Learner, sizes: [Int], seeds: [UInt32]
  ) throws -> [CurveOutcome] {
    let orders = seeds.map { rows.nestedTrainRows(seed: $0) }
    let points = sizes.flatMap { size in seeds.indices.map { (size: size, seed: $0) } }
    return try run("learning curve", points.count, steps: points.count * learner.steps) {
      job, threads, phase in
      let (size, seed) = points[job]
      // In the order of the file, in which reading is fastest; subsets are sets.
      let fit = Fit(
        rows: orders[seed].prefix(size).sorted(), validation: rows.validation, seed: seeds[seed],
        threads: threads)
      let trained = try learner.learn(fit, phase)
      return CurveOutcome(
        size: size, seed: seeds[seed],
        scores: try scores(trained, on: [.validation, .test], threads: threads))
    }
  }
}
