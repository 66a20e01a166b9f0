import Experiments
import Heads
import Testing

extension MadeData {
  func search(values: [Double]) -> GridSearch {
    GridSearch(name: "C", values: values, folds: 3, rows: rows, scoring: Self.accuracy) {
      values, fit in
      try values.map { try learner(c: $0).learn(fit) }
    }
  }
}

@Suite struct GridSearchTests {
  let data = MadeData()

  @Test func theBestIsLearnedFromAllRows() throws {
    let outcome = try data.study(threads: 2).train(data.search(values: [1e-6, 1]), seeds: [4])[0]
    let search = try #require(outcome.trained.search)
    #expect(search.best.value == 1)
    #expect(search.points.map(\.value) == [1e-6, 1])
    let direct = try data.study(threads: 1).train(data.learner(c: 1), seeds: [4])[0]
    #expect(outcome.scores == direct.scores)
    // A point's score is that of a cross-validation with the same folds.
    let folds = try data.study(threads: 1).crossValidate(data.learner(c: 1), folds: 3, seeds: [4])
    #expect(search.points[1].score == Spread(folds.map { $0.scores["accuracy"] ?? 0 }))
  }

  @Test func ofEqualValuesTheFirstIsTaken() throws {
    let outcome = try data.study(threads: 1).train(data.search(values: [1, 1, 1]), seeds: [1])[0]
    let search = try #require(outcome.trained.search)
    #expect(Set(search.points.map(\.score.mean)).count == 1)
    #expect(search.best.value == 1)
  }

  /// Inside a fold, the search sees that fold's rows only.
  @Test func aNestedSearchSeesOnlyItsOwnRows() throws {
    let recorder = Recorder(data.learner())
    let search = GridSearch(
      name: "C", values: [1, 2], folds: 2, rows: data.rows, scoring: MadeData.accuracy
    ) { values, fit in try values.map { _ in try recorder.learn(fit) } }
    let outer = try data.study(threads: 2).crossValidate(search, folds: 3, seeds: [9])
    #expect(outer.map(\.chosen) == [1, 1, 1])
    // Three outer folds, each with two inner folds of two values and one refit.
    #expect(recorder.fits.count == 3 * (2 * 2 + 1))
    #expect(recorder.fits.count { $0.rows.count == 60 } == 3)
    #expect(recorder.fits.count { $0.rows.count == 30 } == 12)
  }
}
