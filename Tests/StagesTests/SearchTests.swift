import Foundation
import Testing

/// firn-search on the features of the sixty reviews.
@Suite struct SearchTests {
  private struct Summary: Decodable {
    struct Row: Decodable {
      let id: String
      let row: Int
      let split: String
      let label: String
      let text: String?
      let cosine: Double?
    }
    struct Query: Decodable {
      let text: String
      let neighbours: [Row]
    }
    struct Pair: Decodable {
      let cosine: Double
      let rows: [Row]
    }
    let queries: [Query]?
    let near_duplicates: [Pair]?
    let found: Int
  }

  private func bench() throws -> Workbench {
    let bench = try Workbench()
    try bench.prepare(through: .encode)
    return bench
  }

  private func search(_ bench: Workbench, _ arguments: String...) throws -> Summary {
    let outcome = try bench.run(.search, ["features.h5", "--json"] + arguments)
    try #require(outcome.status == 0, "\(outcome.standardError)")
    return try JSONDecoder().decode(Summary.self, from: Data(outcome.standardOutput.utf8))
  }

  /// A row's own text finds the row, at cosine 1: it is encoded as the file was.
  @Test func aRowsTextFindsTheRow() throws {
    let bench = try bench()
    let asked = [7, 0, 59].map { Reviews.texts[$0] }
    let queries = try #require(
      try search(bench, asked[0], asked[1], asked[2], "--texts", "tokens.h5", "--top", "3").queries)
    try #require(queries.map(\.text) == asked)
    for query in queries {
      #expect(query.neighbours.count == 3)
      let first = try #require(query.neighbours.first)
      #expect(first.text == query.text && first.cosine == 1)
      #expect(first.label == Reviews.labels[first.row] && first.id == "r\(first.row)")
      let cosines = query.neighbours.compactMap(\.cosine)
      #expect(cosines == cosines.sorted(by: >))
    }
  }

  @Test func splitsBoundTheSearch() throws {
    let bench = try bench()
    let all = try #require(try search(bench, "a great film", "--top", "60").queries?.first)
    #expect(Set(all.neighbours.map(\.row)) == Set(0..<60))
    for split in ["train", "validation", "test"] {
      let some = try #require(
        try search(bench, "a great film", "--top", "60", "--split", split).queries?.first)
      #expect(some.neighbours.map(\.row) == all.neighbours.filter { $0.split == split }.map(\.row))
    }
  }

  @Test func pairsOfTwoSplitsArePartOfAllPairs() throws {
    let bench = try bench()
    let all = try #require(try search(bench, "--near-duplicates", "0.99").near_duplicates)
    #expect(!all.isEmpty)
    #expect(all.allSatisfy { $0.cosine >= 0.99 && $0.rows[0].row < $0.rows[1].row })
    let leaks = try #require(
      try search(bench, "--near-duplicates", "0.99", "--between", "test,train").near_duplicates)
    func key(_ pair: Summary.Pair) -> Set<Int> { Set(pair.rows.map(\.row)) }
    #expect(leaks.allSatisfy { $0.rows.map(\.split) == ["test", "train"] })
    #expect(
      Set(leaks.map(key))
        == Set(all.filter { Set($0.rows.map(\.split)) == ["test", "train"] }.map(key)))
  }

  @Test func csvIsQuotedAndWhole() throws {
    let bench = try bench()
    try bench.succeed(
      .search, "features.h5", "good, \"not\" bad", "--top", "1", "--texts", "tokens.h5", "-o",
      "found.csv")
    let text = try bench.text("found.csv")
    #expect(text.hasPrefix("query,rank,cosine,id,split,label,text\n\"good, \"\"not\"\" bad\",1,"))
    try bench.succeed(
      .search, "features.h5", "--near-duplicates", "1", "--between", "test,train", "-o", "same.csv")
    let pairs = try bench.text("same.csv").split(separator: "\n")
    #expect(pairs.first == "cosine,id,split,label,other_id,other_split,other_label")
    #expect(pairs.dropFirst().allSatisfy { $0.hasPrefix("1.0,") && $0.contains(",test,") })
  }

  @Test func linesOfStandardInputAreQueries() throws {
    let bench = try bench()
    let outcome = try bench.succeed(
      .search, "features.h5", "-", "--top", "2", input: Data("a great film\n\nboring\n".utf8))
    let blocks = outcome.standardOutput.components(separatedBy: "\n\n")
    #expect(outcome.standardOutput.contains("cosine  id "))
    #expect(blocks.last?.hasPrefix("boring\ncosine") == true)
  }

  @Test func whatMakesNoSenseIsRefused() throws {
    let bench = try bench()
    try bench.refuse(64, naming: "--near-duplicates", by: .search, ["features.h5"])
    try bench.refuse(
      64, naming: "--near-duplicates", by: .search,
      ["features.h5", "text", "--near-duplicates", "0.9"])
    for cosine in ["1.5", "-1.01", "nan"] {
      try bench.refuse(
        64, naming: "--near-duplicates", cosine, by: .search,
        ["features.h5", "--near-duplicates=\(cosine)"])
    }
    try bench.refuse(
      64, naming: "--between", "training", by: .search,
      ["features.h5", "--near-duplicates", "0.9", "--between", "training,test"])
    try bench.refuse(
      65, naming: "layers/9/mean", by: .search, ["features.h5", "x", "--view", "layers/9/mean"])
    try bench.succeed(
      .tokenize, "reviews.csv", "--model", Workbench.model, "-o", "other.h5", "--text-column", "id")
    try bench.refuse(
      65, naming: "other.h5", "is another", by: .search,
      ["features.h5", "x", "--texts", "other.h5"])
  }
}
