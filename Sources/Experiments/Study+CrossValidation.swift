/// One fold of a cross-validation.
public struct FoldOutcome: Sendable {
  public let seed: UInt32
  /// From 0.
  public let fold: Int
  /// How many rows were learned from.
  public let learned: Int
  /// How many rows were held out and judged.
  public let held: Int
  /// The metrics of the rows held out, by name.
  public let scores: [String: Double]
  /// The value that a search of settings took; nil where there was none.
  public let chosen: Double?
}

extension Study {
  /// Cross-validates on the train rows: each fold is judged by a head that did not see it.
  ///
  /// Validation rows only decide when training ends, and test rows take no part.
  ///
  /// - Parameters:
  ///   - learner: what is trained for each fold.
  ///   - count: how many folds; see ``StudyRows``.
  ///   - seeds: each makes other folds, and is the training's seed.
  /// - Returns: folds of the first seed, then of the next.
  /// - Throws: `SplitError`, and what learning and predicting throw.
  public func crossValidate(
    _ learner: any Learner, folds count: Int, seeds: [UInt32]
  ) throws -> [FoldOutcome] {
    let folds = try seeds.flatMap { seed in
      try rows.folds(count, of: rows.train, seed: seed).enumerated().map {
        (seed: seed, fold: $0.offset, learn: $0.element.learn, held: $0.element.held)
      }
    }
    return try run("cross-validating", folds.count, steps: folds.count * learner.steps) {
      job, threads, phase in
      let fold = folds[job]
      let trained = try learner.learn(
        Fit(rows: fold.learn, validation: rows.validation, seed: fold.seed, threads: threads),
        phase)
      return FoldOutcome(
        seed: fold.seed, fold: fold.fold, learned: fold.learn.count, held: fold.held.count,
        scores: try scores(trained, fold.held, threads: threads), chosen: trained.search?.best.value
      )
    }
  }
}
