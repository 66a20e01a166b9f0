import Foundation
import Testing

/// firn-bench on the tiny model.
@Suite struct BenchTests {
  @Test func everyBitIsCompared() throws {
    let bench = try Workbench()
    try bench.prepare(through: .tokenize)
    let outcome = try bench.run(
      .bench, ["--check-bits", "tokens.h5", "--model", Workbench.model, "--json"])
    let ways = try #require(try outcome.json()["ways"] as? [[String: Any]])
    #expect(outcome.status == 0 && ways.count == 8)
    for way in ways {
      #expect(way["rows"] as? Int == Reviews.count && way["differing"] as? Int == 0)
    }
  }

  @Test func aWorkloadIsMadeAndRun() throws {
    let bench = try Workbench()
    try bench.write(Reviews.csv, to: "reviews.csv")
    try bench.write(
      """
      {"name": "made", "max_length": 16,
       "made": {"from": "reviews.csv", "rows": 40, "shortest": 1, "longest": 9, "seed": 1}}
      """, to: "made.json")
    let written = try bench.run(.bench, ["--write-workload", "made.json", "-o", "made.csv"])
    #expect(written.status == 0)
    let lines = try bench.text("made.csv").split(separator: "\n")
    #expect(lines.count == 41 && lines[0] == "id,text,label")
    let outcome = try bench.run(
      .bench,
      ["made.json", "--model", Workbench.model, "--rounds", "1", "--no-kernels", "--work", "w"]
        + ["--json"])
    let stages = try #require(try outcome.json()["stages"] as? [[String: Any]])
    #expect(
      stages.map { $0["stage"] as? String } == [
        "firn-tokenize", "firn-encode int8", "firn-encode float32", "firn-train logistic",
      ])
    for stage in stages { #expect(try #require(stage["texts_per_second"] as? Double) > 0) }
  }

  @Test(
    arguments: [
      (["none.json"], Int32(66), "none.json"), (["broken.json"], 65, "broken.json"),
      (["--rows", "0", "--check-bits", "t.h5"], 64, "--rows"),
      (["--write-workload", "made.json"], 64, "-o"),
    ])
  func wrongUse(arguments: [String], status: Int32, naming: String) throws {
    let bench = try Workbench()
    try bench.write("{\"name\": \"broken\"}", to: "broken.json")
    let before = try bench.snapshot()
    let outcome = try bench.run(.bench, arguments)
    #expect(outcome.status == status && outcome.standardError.contains(naming))
    #expect(try bench.snapshot() == before)
  }
}
