import Contracts
import Heads

/// A learner that tries values of one setting by cross-validation on the rows it is given, and learns
/// from all of them with the best.
///
/// It is a learner like any other: inside a cross-validation or a learning curve it searches anew for
/// each fold and each size, so that no row it is judged by had a say.
public struct GridSearch: Learner {
  /// The setting's name.
  public let name: String
  /// The values, in the order in which they are preferred where scores are equal.
  public let values: [Double]
  public let folds: Int
  private let rows: StudyRows
  private let scoring: Scoring
  private let path: @Sendable ([Double], Fit) throws -> [TrainedHead]

  /// `path`: learns from the same rows with each of the values.
  ///
  /// - Precondition: there is a value, and there are at least two folds.
  public init(
    name: String, values: [Double], folds: Int, rows: StudyRows, scoring: Scoring,
    path: @escaping @Sendable ([Double], Fit) throws -> [TrainedHead]
  ) {
    precondition(!values.isEmpty && folds > 1)
    self.name = name
    self.values = values
    self.folds = folds
    self.rows = rows
    self.scoring = scoring
    self.path = path
  }

  /// The folds are drawn by it.
  public var isSeeded: Bool { true }

  public var steps: Int { values.count * folds + 1 }

  public func learn(_ fit: Fit) throws -> TrainedHead {
    let parts = try rows.folds(folds, of: fit.rows, seed: fit.seed)
    let scores = try Jobs.run(parts.count, threads: fit.threads) { fold, threads in
      var own = fit
      own.rows = parts[fold].learn
      own.threads = threads
      let labels = rows.labels.rows(at: parts[fold].held)
      return try path(values, own).map { trained in
        let predictions = try trained.predict(parts[fold].held, threads)
        return scoring.metrics(predictions, labels)[scoring.criterion] ?? -.infinity
      }
    }
    let points = values.indices.map { index in
      SearchResult.Point(value: values[index], score: Spread(scores.map { $0[index] }))
    }
    let result = SearchResult(setting: name, points: points)
    var trained = try path([result.best.value], fit)[0]
    trained.search = result
    return trained
  }
}

/// What a search tried, and what it took.
public struct SearchResult: Sendable {
  /// One value that was tried.
  public struct Point: Sendable {
    public let value: Double
    /// The criterion over the folds.
    public let score: Spread
  }

  public let setting: String
  /// In the order of the values; not empty.
  public let points: [Point]
  /// The point with the highest mean, the first of equal ones.
  public let best: Point

  /// - Precondition: there is a point.
  init(setting: String, points: [Point]) {
    self.setting = setting
    self.points = points
    best = points.dropFirst().reduce(points[0]) { $1.score.mean > $0.score.mean ? $1 : $0 }
  }
}
