public import Contracts
import Experiments
import FeatureStore
import Heads

/// A head trained on a file, with the comparisons that were asked for.
public struct TrainingStudy: Sendable {
  private let plan: HeadPlan
  private let comparisons: ComparisonPlan
  private let input: TrainingInput
  private let rows: StudyRows
  private let study: Study
  private let scoring: Scoring

  /// - Throws: ``StageError`` where there is nothing to learn from; what reading the labels throws.
  public init(
    _ plan: HeadPlan, _ comparisons: ComparisonPlan, _ input: TrainingInput, labels: Labels,
    splits: [Split], threads: Int, console: Console
  ) throws {
    self.plan = plan
    self.comparisons = comparisons
    self.input = input
    rows = StudyRows(labels: labels, splits: splits)
    scoring = Scoring(criterion: labels.kind.criterion) { $0.metrics(for: $1) }
    study = Study(rows: rows, scoring: scoring, threads: threads) { name, steps in
      let progress = Progress(console, name, total: steps, unit: plan.kind.stepName)
      return Study.Phase(advance: progress.advance, finish: progress.finish)
    }
    try requireTrainingRows()
  }

  /// Trains and compares.
  ///
  /// `views`: choices of views, ranked where there are several.
  ///
  /// - Throws: `SplitError`, `HeadError`, ``StageError``, and what reading throws.
  public func run(views: [[FeatureKey]]) throws -> TrainingOutcome {
    let ranking = views.count > 1 ? try rank(views) : []
    let chosen = ranking.first?.index ?? 0
    let own = views[chosen]
    let learner = try searching(own)
    let seeds = comparisons.seeds
    let (trained, seconds, cpuSeconds) = try TrainingCost.measured {
      try study.train(learner, seeds: seeds)
    }
    return TrainingOutcome(
      criterion: scoring.criterion, views: own, ranking: ranking.map(\.candidate),
      seeds: trained, isSeeded: learner.isSeeded, asked: seeds,
      folds: try comparisons.folds.map {
        try study.crossValidate(learner, folds: $0, seeds: seeds)
      } ?? [],
      curve: comparisons.trainSizes.isEmpty
        ? []
        : try study.learningCurve(learner, sizes: comparisons.trainSizes, seeds: seeds),
      cost: TrainingCost(seconds: seconds, cpuSeconds: cpuSeconds, trainings: trained.count))
  }

  /// Every choice by validation, or by `--cv` where there are no validation rows; the best first.
  private func rank(
    _ views: [[FeatureKey]]
  ) throws -> [(index: Int, candidate: RankedCandidate)] {
    let folds = rows.validation.isEmpty ? comparisons.folds : nil
    guard !rows.validation.isEmpty || folds != nil else {
      throw StageError.noValidationRows(path: input.path)
    }
    let names = views.map { $0.map(\.description).joined(separator: ",") }
    let candidates = views.indices.map { index in
      Candidate(name: names[index]) { try searching(views[index]) }
    }
    let steps = plan.steps(grid: comparisons.grid)
    return try study.rank(candidates, steps: steps, folds: folds, seed: comparisons.seeds[0])
      .map { ranked in (names.firstIndex(of: ranked.name) ?? 0, ranked) }
  }

  /// The head on some views, with the search of a setting where it was asked for.
  private func searching(_ views: [FeatureKey]) throws -> any Learner {
    let source = try plan.source(views)
    guard let grid = comparisons.grid else { return plan.learner(source) }
    return GridSearch(
      name: grid.name, values: grid.values, folds: grid.folds, rows: rows, scoring: scoring
    ) { values, fit in
      try plan.path(source, over: values, fit)
    }
  }

  private func requireTrainingRows() throws(StageError) {
    guard !(rows.train + rows.validation + rows.test).isEmpty else {
      throw .noLabels(path: input.path)
    }
    guard let first = rows.train.first else { throw .noTrainingRows(path: input.path) }
    if let largest = comparisons.trainSizes.last, largest > rows.train.count {
      throw .tooFewTrainingRows(asked: largest, rows: rows.train.count, path: input.path)
    }
    // The head would refuse too, but knows neither the file nor the classes' names.
    guard case .classes(let classes) = rows.labels else { return }
    guard rows.train.contains(where: { classes[$0] != classes[first] }) else {
      throw .singleClass(path: input.path, name: input.columns.classNames[Int(classes[first])])
    }
  }
}

extension LabelKind {
  /// The metric that decides between views and between values of a setting: the one that scikit-learn's
  /// estimators give as their score.
  public var criterion: String {
    switch self {
    case .singleLabel: "accuracy"
    case .multiLabel: "subset_accuracy"
    case .number: "r2"
    }
  }
}
