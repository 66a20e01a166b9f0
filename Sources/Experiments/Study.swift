import Contracts
import Heads

/// Trainings on one data set that are to be compared: the same rows, the same judge.
///
/// Each comparison stands in a file of its own. Their trainings run side by side on the threads, and
/// have the same results for any number of them.
public struct Study: Sendable {
  /// What is told of a comparison's progress.
  public struct Phase: Sendable {
    let advance: @Sendable (Int) -> Void
    let finish: @Sendable () -> Void

    public init(
      advance: @escaping @Sendable (Int) -> Void, finish: @escaping @Sendable () -> Void
    ) {
      self.advance = advance
      self.finish = finish
    }

    /// Tells nobody.
    public static var silent: Phase { Phase(advance: { _ in }, finish: {}) }
  }

  public let rows: StudyRows
  public let scoring: Scoring
  public let threads: Int
  /// Called at the beginning of a comparison with its name and the number of its steps.
  private let begin: @Sendable (_ name: String, _ steps: Int) -> Phase

  public init(
    rows: StudyRows, scoring: Scoring, threads: Int,
    begin: @escaping @Sendable (_ name: String, _ steps: Int) -> Phase = { _, _ in .silent }
  ) {
    self.rows = rows
    self.scoring = scoring
    self.threads = threads
    self.begin = begin
  }

  /// Runs trainings side by side and reports on them.
  func run<Value: Sendable>(
    _ name: String, _ count: Int, steps: Int,
    _ body: @escaping @Sendable (_ job: Int, _ threads: Int, _ phase: Phase) throws -> Value
  ) throws -> [Value] {
    let phase = begin(name, steps)
    defer { phase.finish() }
    return try Jobs.run(count, threads: threads) { try body($0, $1, phase) }
  }

  /// All metrics of a head on some rows.
  func scores(_ trained: TrainedHead, _ rows: [Int], threads: Int) throws -> [String: Double] {
    scoring.metrics(try trained.predict(rows, threads), self.rows.labels.rows(at: rows))
  }

  /// The metrics of a head on every split that has labelled rows, as `test.accuracy`.
  func scores(
    _ trained: TrainedHead, on splits: [Split], threads: Int
  ) throws -> [String: Double] {
    var all: [String: Double] = [:]
    for split in splits where !rows[split].isEmpty {
      for (name, value) in try scores(trained, rows[split], threads: threads) {
        all["\(split.name).\(name)"] = value
      }
    }
    return all
  }
}

extension Learner {
  /// Learns, and reports as many steps as were announced: training may end early.
  func learn(_ fit: Fit, _ phase: Study.Phase) throws -> TrainedHead {
    let reported = StepCount()
    var fit = fit
    fit.advance = { count in
      reported.add(count)
      phase.advance(count)
    }
    let trained = try learn(fit)
    phase.advance(max(0, steps - reported.total))
    return trained
  }
}
