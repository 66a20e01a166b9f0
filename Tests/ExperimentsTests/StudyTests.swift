import Contracts
import Corpora
import Experiments
import Heads
import Synchronization
import Testing

@Suite struct StudyTests {
  let data = MadeData()

  @Test func eachSeedTrainsOnAllTrainRows() throws {
    let recorder = Recorder(data.learner())
    let outcomes = try data.study(threads: 2).train(recorder, seeds: [3, 1, 2])
    #expect(outcomes.map(\.seed) == [3, 1, 2])
    #expect(Set(recorder.fits.map(\.seed)) == [1, 2, 3])
    for fit in recorder.fits {
      #expect(fit.rows == Array(0..<90))
      #expect(fit.validation == Array(90..<120))
    }
    #expect(
      Set(outcomes[0].scores.keys)
        == Set(
          ["train", "validation", "test"].flatMap { ["\($0).accuracy", "\($0).sum_of_squares"] }))
  }

  @Test func withoutChanceOneTrainingStandsForAllSeeds() throws {
    let recorder = Recorder(data.learner(), isSeeded: false)
    let outcomes = try data.study(threads: 2).train(recorder, seeds: [3, 1, 2])
    #expect(outcomes.map(\.seed) == [3])
    #expect(recorder.fits.count == 1)
  }

  @Test func everyRowIsHeldOutOnce() throws {
    let recorder = Recorder(data.learner())
    let outcomes = try data.study(threads: 3).crossValidate(recorder, folds: 4, seeds: [5])
    #expect(outcomes.map(\.fold) == [0, 1, 2, 3])
    let folds = try Folds.stratified(4, labels: Array(data.classes.prefix(90)), seed: 5)
    for fold in 0..<4 {
      let learned = (0..<90).filter { folds[$0] != fold }
      #expect(recorder.fits.contains { $0.rows == learned }, "fold \(fold)")
      #expect(outcomes[fold].learned == learned.count)
      #expect(outcomes[fold].held == 90 - learned.count)
    }
    #expect(recorder.fits.allSatisfy { $0.rows.allSatisfy { $0 < 90 } })
  }

  @Test func aFoldIsJudgedOnItsHeldRows() throws {
    let outcomes = try data.study(threads: 1).crossValidate(data.learner(), folds: 3, seeds: [0])
    let folds = try Folds.stratified(3, labels: Array(data.classes.prefix(90)), seed: 0)
    for outcome in outcomes {
      let learned = (0..<90).filter { folds[$0] != outcome.fold }
      let held = (0..<90).filter { folds[$0] == outcome.fold }
      let head = try LogisticRegression.fit(
        features: data.features.rows(at: learned), labels: learned.map { Int(data.classes[$0]) },
        classCount: 3)
      let predicted = try head.predictProbabilities(data.features.rows(at: held)).classes
      let hits = zip(predicted, held).count { $0 == Int(data.classes[$1]) }
      #expect(outcome.scores["accuracy"] == Double(hits) / Double(held.count))
    }
  }

  @Test func curvesAreNested() throws {
    let recorder = Recorder(data.learner())
    let outcomes = try data.study(threads: 2)
      .learningCurve(recorder, sizes: [9, 30, 90], seeds: [1, 2])
    #expect(outcomes.map(\.size) == [9, 9, 30, 30, 90, 90])
    #expect(outcomes.map(\.seed) == [1, 2, 1, 2, 1, 2])
    for seed: UInt32 in [1, 2] {
      let sets = recorder.fits.filter { $0.seed == seed }.map { Set($0.rows) }
        .sorted { $0.count < $1.count }
      #expect(sets.map(\.count) == [9, 30, 90])
      #expect(sets[0].isSubset(of: sets[1]) && sets[1].isSubset(of: sets[2]))
      // Stratified: the classes are equally many.
      for label: Int32 in 0..<3 { #expect(sets[0].count { data.classes[$0] == label } == 3) }
    }
    // All rows are the same rows whatever the seed.
    #expect(outcomes[4].scores == outcomes[5].scores)
    #expect(outcomes[0].scores["train.accuracy"] == nil)
  }

  @Test func rankingIsByValidation() throws {
    let learners = [("weak", 1e-6), ("strong", 10.0), ("strong again", 10.0)]
    let candidates = learners.map { name, c in
      Candidate(name: name) { [data] in data.learner(c: c) }
    }
    let ranked = try data.study(threads: 2).rank(candidates, steps: 1, folds: nil, seed: 1)
    #expect(ranked.map(\.name) == ["strong", "strong again", "weak"])
    let direct = try data.study(threads: 1).train(data.learner(c: 10), seeds: [1])
    #expect(ranked[0].scores["accuracy"] == direct[0].scores["validation.accuracy"])

    let folded = try data.study(threads: 2).rank(candidates, steps: 1, folds: 3, seed: 1)
    let folds = try data.study(threads: 1).crossValidate(data.learner(c: 10), folds: 3, seeds: [1])
    #expect(folded[0].scores["accuracy"] == Spread(folds.map { $0.scores["accuracy"] ?? 0 }).mean)
  }

  @Test func theFirstFailureIsThrown() throws {
    let candidates = (0..<6).map { index in
      Candidate(name: "\(index)") { [data] in
        data.learner(c: index == 2 || index == 4 ? -Double(index) : 1)
      }
    }
    #expect(throws: HeadError.badHyperparameter(name: "C", value: "-2.0")) {
      try data.study(threads: 1).rank(candidates, steps: 1, folds: nil, seed: 1)
    }
  }

  /// All bits, in every comparison.
  @Test(arguments: [2, 5]) func resultsDoNotDependOnThreads(threads: Int) throws {
    func results(_ threads: Int) throws -> [[String: Double]] {
      let study = try data.study(threads: threads)
      let search = data.search(values: [0.01, 1, 100])
      return try study.train(search, seeds: [1, 2]).map(\.scores)
        + study.crossValidate(data.learner(), folds: 5, seeds: [1]).map(\.scores)
        + study.learningCurve(data.learner(), sizes: [20, 70], seeds: [1, 2]).map(\.scores)
        + study.rank(
          [Candidate(name: "a") { [data] in data.learner() }], steps: 1, folds: 2, seed: 1
        ).map(\.scores)
    }
    #expect(try results(threads) == results(1))
  }

  @Test func everyStepIsReported() throws {
    let told = Mutex<[(name: String, steps: Int, done: Int, finished: Bool)]>([])
    let study = Study(rows: data.rows, scoring: MadeData.accuracy, threads: 2) { name, steps in
      told.withLock { $0.append((name, steps, 0, false)) }
      return Study.Phase {
        count in
        told.withLock { $0[$0.count - 1].done += count }
      } finish: {
        told.withLock { $0[$0.count - 1].finished = true }
      }
    }
    _ = try study.train(Recorder(data.learner()), seeds: [1, 2])
    _ = try study.crossValidate(Recorder(data.learner()), folds: 3, seeds: [1])
    _ = try study.train(data.search(values: [1, 2]), seeds: [1])
    let phases = told.withLock { $0 }
    #expect(phases.map(\.steps) == [8, 12, 7])
    for phase in phases { #expect(phase.done == phase.steps && phase.finished, "\(phase)") }
  }

  @Test func spreadIsTheSamples() {
    #expect(Spread([3]).deviation == nil)
    let spread = Spread([1, 2, 4])
    #expect(spread.mean == 7.0 / 3)
    // Σ(x - 7/3)² = 14/3 over n - 1 = 2.
    #expect(abs((spread.deviation ?? 0) - (7.0 / 3).squareRoot()) <= 1e-15)
    #expect(Spread.each([["a": 1, "b": 2], ["a": 3]]) == ["a": Spread([1, 3])])
  }
}
