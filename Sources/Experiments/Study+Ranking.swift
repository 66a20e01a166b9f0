/// A candidate of a ranking: a learner that is made when its turn comes, and its features read then.
public struct Candidate: Sendable {
  public let name: String
  public let make: @Sendable () throws -> any Learner

  public init(name: String, make: @escaping @Sendable () throws -> any Learner) {
    self.name = name
    self.make = make
  }
}

/// A candidate with what it was judged by.
public struct RankedCandidate: Sendable {
  public let name: String
  /// The metrics of the validation rows; means over the folds where there was a cross-validation.
  public let scores: [String: Double]
}

extension Study {
  /// Ranks candidates by the validation rows, or by the folds of a cross-validation on train. Test
  /// rows take no part.
  ///
  /// - Parameters:
  ///   - candidates: what is ranked.
  ///   - steps: of one candidate's training.
  ///   - count: how many folds; nil ranks by the validation rows.
  ///   - seed: of the folds and of the trainings.
  /// - Returns: the best first; of equal ones the one with the lower log loss, then the earlier.
  /// - Throws: `SplitError`, and what making, learning and predicting throw.
  /// - Precondition: there are validation rows, or folds.
  public func rank(
    _ candidates: [Candidate], steps: Int, folds count: Int?, seed: UInt32
  ) throws -> [RankedCandidate] {
    let parts =
      try count.map { try rows.folds($0, of: rows.train, seed: seed) }
      ?? [(learn: rows.train, held: rows.validation)]
    precondition(parts.allSatisfy { !$0.held.isEmpty })
    let total = candidates.count * parts.count * steps
    let ranked = try run("ranking", candidates.count, steps: total) { job, threads, phase in
      let learner = try candidates[job].make()
      let scores = try parts.map { part in
        let fit = Fit(rows: part.learn, validation: rows.validation, seed: seed, threads: threads)
        let trained = try learner.learn(fit, phase)
        return try self.scores(trained, part.held, threads: threads)
      }
      return RankedCandidate(
        name: candidates[job].name, scores: Spread.each(scores).mapValues(\.mean))
    }
    return ranked.enumerated().sorted { first, second in
      let (a, b) = (key(first.element), key(second.element))
      return a == b ? first.offset < second.offset : a < b
    }.map(\.element)
  }

  /// Ascending from the best.
  private func key(_ candidate: RankedCandidate) -> (Double, Double) {
    (-(candidate.scores[scoring.criterion] ?? -.infinity), candidate.scores["log_loss"] ?? 0)
  }
}
