import Corpora
import StageKit
import Testing

@Suite struct FoldsTests {
  struct FoldCase: Decodable {
    let n: Int
    let k: Int
    let seed: UInt32
    let labels: String?
    /// nil where scikit-learn refuses.
    let folds: String?
  }

  @Test func foldsAreScikitLearns() throws {
    let cases = try Fixture.load("folds.json", as: [FoldCase].self)
    #expect(cases.count == 234)
    for (index, expected) in cases.enumerated() {
      let labels = expected.labels?.utf8.map { Int32($0) - 48 }
      let found =
        if let labels {
          try? Folds.stratified(expected.k, labels: labels, seed: expected.seed)
        } else {
          try? Folds.plain(expected.k, rows: expected.n, seed: expected.seed)
        }
      #expect(
        found.map { $0.map(String.init).joined() } == expected.folds, "case \(index): \(expected)")
    }
  }

  @Test(arguments: [-1, 0, 1, 5]) func foldsThatCannotBeAreRefused(count: Int) {
    #expect(throws: SplitError.foldsOutOfRange(folds: count, rows: 4)) {
      try Folds.plain(count, rows: 4, seed: 0)
    }
    #expect(throws: SplitError.foldsOutOfRange(folds: count, rows: 4)) {
      try Folds.stratified(count, labels: [0, 1, 0, 1], seed: 0)
    }
    let complaint = SplitError.foldsOutOfRange(folds: count, rows: 4).complaint
    #expect(complaint.what == "\(count) folds cannot be made of 4 rows")
  }

  @Test func aClassForEveryFoldIsNeeded() {
    #expect(throws: SplitError.foldsBeyondClasses(folds: 3, largest: 2)) {
      try Folds.stratified(3, labels: [0, 1, 0, 1], seed: 0)
    }
  }

  // MARK: - Nested subsets

  /// Eight, two and one of every eleven rows.
  private let labels = (0..<1100).map { row -> Int32 in row % 11 == 0 ? 2 : row % 11 < 3 ? 1 : 0 }

  @Test func everyPrefixKeepsTheShares() {
    let order = NestedSubsets.order(labels: labels, seed: 3)
    #expect(order.sorted() == Array(labels.indices))
    for size in [11, 50, 100, 101, 500, 1100] {
      let prefix = order.prefix(size).map { labels[$0] }
      for label in Set(labels) {
        let expected = Double(size * labels.count { $0 == label }) / Double(labels.count)
        // Half a row off at both the class's own step and the prefix's end.
        #expect(abs(Double(prefix.count { $0 == label }) - expected) <= 1, "\(size), \(label)")
      }
    }
  }

  @Test func anotherSeedDrawsOtherRows() {
    let first = NestedSubsets.order(labels: labels, seed: 1)
    #expect(first == NestedSubsets.order(labels: labels, seed: 1))
    #expect(Set(first.prefix(100)) != Set(NestedSubsets.order(labels: labels, seed: 2).prefix(100)))
    #expect(NestedSubsets.order(rows: 9, seed: 1).sorted() == Array(0..<9))
  }
}
