import Contracts
import Foundation
import Kernels
import Neighbours
import Testing

/// Rows and what scikit-learn says of their cosines, written by Tests/Oracles/neighbour_fixtures.py.
private struct Expected: Decodable {
  let rows: Int
  let width: Int
  let values: [Float]
  let queries: [Float]
  let limit: Int
  /// A list a query: row and cosine.
  let nearest: [[[Double]]]
  let threshold: Double
  /// First row, second row, cosine.
  let within: [[Double]]
  let left: Int
  let between: [[Double]]

  static func read() throws -> Expected {
    let url = try #require(
      Bundle.module.url(forResource: "Fixtures/neighbours", withExtension: "json"))
    return try JSONDecoder().decode(Expected.self, from: Data(contentsOf: url))
  }

  func rows(_ range: Range<Int>) -> UnitRows {
    UnitRows(
      Matrix(
        rows: range.count, columns: width,
        storage: Array(values[range.lowerBound * width..<range.upperBound * width])))
  }

  var all: UnitRows { rows(0..<rows) }

  var asked: UnitRows {
    UnitRows(Matrix(rows: queries.count / width, columns: width, storage: queries))
  }
}

/// Stored rows are rounded to float32: each of `width` products is off by at most an ulp of 1.
private func tolerance(_ width: Int) -> Double { Double(width) * Double(Float.ulpOfOne) }

@Suite struct CosineSearchTests {
  init() throws { try DoubleGemm.prepare() }

  @Test(arguments: [1, 2, 5])
  func nearestRowsAreScikitLearns(threads: Int) throws {
    let expected = try Expected.read()
    let search = CosineSearch(expected.asked, limit: expected.limit, threads: threads)
    search.add(expected.all)
    expect(search.neighbours, expected)
  }

  /// Rows that come in parts are found as if they came at once.
  @Test func partsAreOneWhole() throws {
    let expected = try Expected.read()
    let whole = CosineSearch(expected.asked, limit: expected.limit, threads: 2)
    whole.add(expected.all)
    let parts = CosineSearch(expected.asked, limit: expected.limit, threads: 2)
    for range in [900..<expected.rows, 0..<1, 1..<900] {
      parts.add(expected.rows(range), numberedFrom: range.lowerBound)
    }
    #expect(parts.neighbours == whole.neighbours)
  }

  /// A query has the same neighbours and cosines, to the bit, alone and among others.
  @Test func aQueryDoesNotDependOnOthers() throws {
    let expected = try Expected.read()
    let all = CosineSearch(expected.asked, limit: 4, threads: 2)
    all.add(expected.all)
    for query in 0..<expected.queries.count / expected.width {
      let own = expected.queries[query * expected.width..<(query + 1) * expected.width]
      let alone = CosineSearch(
        UnitRows(Matrix(rows: 1, columns: expected.width, storage: Array(own))), limit: 4,
        threads: 1)
      alone.add(expected.all)
      #expect(alone.neighbours[0] == all.neighbours[query])
    }
  }

  /// What is passed over by the products alone is not among the nearest: for any number asked for, the
  /// beginning of all of them.
  @Test(arguments: [1, 2, 7, 90, 1000, 1299, 1300])
  func aShortListIsTheBeginningOfALongOne(limit: Int) throws {
    let expected = try Expected.read()
    let search = CosineSearch(expected.asked, limit: limit, threads: 2)
    search.add(expected.all)
    let every = CosineSearch(expected.asked, limit: expected.rows + 1, threads: 2)
    every.add(expected.all)
    #expect(search.neighbours == every.neighbours.map { Array($0.prefix(limit)) })
  }

  @Test func fewerRowsThanAskedForAreAllOfThem() throws {
    let expected = try Expected.read()
    let search = CosineSearch(expected.asked, limit: 50, threads: 2)
    search.add(expected.rows(0..<7))
    for list in search.neighbours { #expect(Set(list.map(\.row)) == Set(0..<7)) }
  }

  @Test func theMinimumIsKept() throws {
    let expected = try Expected.read()
    let search = CosineSearch(expected.asked, limit: 1000, minimum: 0.8, threads: 2)
    search.add(expected.all)
    let every = CosineSearch(expected.asked, limit: expected.rows, threads: 2)
    every.add(expected.all)
    #expect(search.neighbours == every.neighbours.map { $0.filter { $0.cosine >= 0.8 } })
    #expect(search.neighbours.contains { !$0.isEmpty })
  }

  /// Equal rows: cosine 1 exactly, the lowest row first. A row of zeros and one that is not finite.
  @Test func edges() throws {
    let rows = UnitRows(
      Matrix(rows: 4, columns: 3, storage: [3, 4, 0, 3, 4, 0, 0, 0, 0, .nan, 1, 1]))
    let search = CosineSearch(rows, limit: 4, threads: 1)
    search.add(rows)
    let found = search.neighbours
    #expect(found[1].map(\.row) == [0, 1, 2])
    #expect(found[1].map(\.cosine) == [1, 1, 0])
    #expect(found[2].map(\.cosine) == [0, 0, 0])
    #expect(found[3].isEmpty)
  }

  private func expect(_ found: [[Neighbour]], _ expected: Expected) {
    #expect(found.count == expected.nearest.count)
    for (found, expected) in zip(found, expected.nearest) {
      #expect(found.map(\.row) == expected.map { Int($0[0]) })
      for (neighbour, pair) in zip(found, expected) {
        #expect(abs(neighbour.cosine - pair[1]) <= tolerance(11))
      }
    }
  }
}

@Suite struct NearDuplicatesTests {
  init() throws { try DoubleGemm.prepare() }

  @Test(arguments: [1, 2, 5])
  func pairsWithinAreScikitLearns(threads: Int) throws {
    let expected = try Expected.read()
    var found: [RowPair] = []
    NearDuplicates(threshold: expected.threshold, threads: threads)
      .forEach(within: expected.all) { found += $0 }
    expect(found, expected.within)
  }

  @Test func pairsBetweenAreScikitLearns() throws {
    let expected = try Expected.read()
    var found: [RowPair] = []
    NearDuplicates(threshold: expected.threshold, threads: 2).forEach(
      between: expected.rows(0..<expected.left),
      and: expected.rows(expected.left..<expected.rows)
    ) { found += $0 }
    expect(found, expected.between)
  }

  @Test func rowsAreNumberedFromWhereTheyBegin() throws {
    let expected = try Expected.read()
    let finder = NearDuplicates(threshold: expected.threshold, threads: 2)
    var whole: [RowPair] = []
    finder.forEach(within: expected.all) { whole += $0 }
    var parts: [RowPair] = []
    let (low, high) = (expected.rows(0..<600), expected.rows(600..<expected.rows))
    finder.forEach(within: low) { parts += $0 }
    finder.forEach(between: low, and: high, rightFrom: 600) { parts += $0 }
    finder.forEach(within: high, numberedFrom: 600) { parts += $0 }
    #expect(sorted(parts) == sorted(whole))
  }

  /// At 1 only rows of equal direction are left, whatever rounding does to their products.
  @Test func equalRowsAreFoundAtOne() throws {
    let expected = try Expected.read()
    var found: [RowPair] = []
    NearDuplicates(threshold: 1, threads: 1).forEach(within: expected.all) { found += $0 }
    #expect(
      Set(found.map { [$0.first, $0.second] }) == [[3, 700], [3, 1299], [700, 1299]])
    #expect(found.allSatisfy { $0.cosine == 1 })
  }

  private func expect(_ found: [RowPair], _ expected: [[Double]]) {
    let found = sorted(found)
    #expect(found.map { [$0.first, $0.second] } == expected.map { [Int($0[0]), Int($0[1])] })
    for (pair, expected) in zip(found, expected) {
      #expect(abs(pair.cosine - expected[2]) <= tolerance(11))
    }
  }

  private func sorted(_ pairs: [RowPair]) -> [RowPair] {
    pairs.sorted { ($0.first, $0.second) < ($1.first, $1.second) }
  }
}
