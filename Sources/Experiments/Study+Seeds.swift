import Contracts

/// One training on all train rows.
public struct SeedOutcome: Sendable {
  public let seed: UInt32
  public let trained: TrainedHead
  /// `test.accuracy` and so on, for every split with labelled rows.
  public let scores: [String: Double]
}

extension Study {
  /// Trains on all train rows once a seed.
  ///
  /// Where nothing depends on the seed, the first stands for all: the others would give the same.
  ///
  /// - Returns: one outcome a training, in the order of the seeds.
  /// - Throws: what learning and predicting throw.
  /// - Precondition: there is a seed.
  public func train(_ learner: any Learner, seeds: [UInt32]) throws -> [SeedOutcome] {
    precondition(!seeds.isEmpty)
    let seeds = learner.isSeeded ? seeds : Array(seeds.prefix(1))
    return try run("training", seeds.count, steps: seeds.count * learner.steps) {
      job, threads, phase in
      let fit = Fit(
        rows: rows.train, validation: rows.validation, seed: seeds[job], threads: threads)
      let trained = try learner.learn(fit, phase)
      return SeedOutcome(
        seed: seeds[job], trained: trained,
        scores: try scores(trained, on: Split.allCases, threads: threads))
    }
  }
}
