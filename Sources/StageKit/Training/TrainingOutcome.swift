public import Contracts
public import Experiments

/// What a training and its comparisons came to.
public struct TrainingOutcome: Sendable {
  /// The metric that stands first.
  public let criterion: String
  /// The views learned from; empty where the head takes none.
  public let views: [FeatureKey]
  /// The best first; empty where nothing was ranked.
  public let ranking: [RankedCandidate]
  /// One a training; the first is the one that is kept.
  public let seeds: [SeedOutcome]
  /// Whether the seed changes the head.
  public let isSeeded: Bool
  /// All seeds that were asked for.
  public let asked: [UInt32]
  public let folds: [FoldOutcome]
  public let curve: [CurveOutcome]
  /// Of the trainings alone, one a seed, with the search of a setting where there was one.
  public let cost: TrainingCost

  /// The training that is kept: the first seed's, which nothing but its place in the list chose.
  public var trained: TrainedHead { seeds[0].trained }

  /// Where a training is less than was asked for, each once.
  public var warnings: [String] {
    var warnings: [String] = []
    for warning in seeds.compactMap(\.trained.warning) where !warnings.contains(warning) {
      warnings.append(warning)
    }
    return warnings
  }

  /// What the comparisons add to metrics.json: `test.accuracy_mean` and `_sd` over the seeds,
  /// `cv.accuracy_mean` and `_sd` over the folds.
  ///
  /// Where nothing depends on the seed there is no spread over seeds, and none is claimed.
  public var metrics: [String: Double] {
    var metrics: [String: Double] = [:]
    func add(_ spreads: [String: Spread], as prefix: String) {
      for (name, spread) in spreads where !name.hasSuffix("rows") {
        metrics["\(prefix)\(name)_mean"] = spread.mean
        metrics["\(prefix)\(name)_sd"] = spread.deviation
      }
    }
    if seeds.count > 1 { add(Spread.each(seeds.map(\.scores)), as: "") }
    if !folds.isEmpty { add(Spread.each(folds.map(\.scores)), as: "cv.") }
    return metrics
  }
}
