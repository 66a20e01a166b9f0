import Foundation
import Testing

/// The way of the data from a csv file to predictions.
@Suite struct ChainTests {
  @Test func everyStageWritesItsFiles() throws {
    let bench = try Workbench()
    try bench.prepare(through: .train)
    let run = try FileManager.default.contentsOfDirectory(atPath: bench.url("run").path)
    #expect(
      Set(run) == [
        "run.json", "metrics.json", "classification_report.txt", "confusion_matrix.csv",
        "class_metrics.csv", "predictions.csv", "history.csv", "head.safetensors", "head.json",
      ])
    let work = try FileManager.default.contentsOfDirectory(atPath: bench.folder.path)
    #expect(Set(work) == [Workbench.model, "reviews.csv", "tokens.h5", "features.h5", "run"])
    let rows = try predictions(bench)
    #expect(rows.map { $0[0] } == (0..<Reviews.count).map { "r\($0)" })
    #expect(rows.map { $0[2] } == Reviews.labels)
    // scikit-learn's rounding up: 12 of 60 rows for test, 10 of the other 48 for validation.
    #expect(rows.count { $0[1] == "test" } == 12)
    #expect(rows.count { $0[1] == "validation" } == 10)
    #expect(rows.count { $0[1] == "train" } == 38)
  }

  @Test func aSecondRunDoesNothing() throws {
    let bench = try Workbench()
    try bench.prepare(through: .train)
    let before = try bench.snapshot()
    for (stage, arguments, output) in Reviews.chain {
      let outcome = try bench.run(stage, arguments)
      #expect(outcome.status == 0)
      #expect(outcome.standardError.contains("\(output) is up to date"))
      #expect(outcome.standardOutput.isEmpty)
      let json = try bench.run(stage, arguments + ["--json", "--quiet"])
      #expect(try json.json()["up_to_date"] as? Bool == true)
    }
    #expect(try bench.snapshot() == before)
  }

  @Test func forceWritesTheSameBytes() throws {
    let bench = try Workbench()
    try bench.prepare(through: .train)
    let before = try bench.snapshot()
    for (stage, arguments, output) in Reviews.chain {
      let outcome = try bench.run(stage, arguments + ["--force"])
      #expect(outcome.status == 0)
      #expect(!outcome.standardError.contains("up to date"), "\(output)")
      #expect(!outcome.standardOutput.isEmpty)
    }
    let after = try bench.snapshot()
    // Seconds and memory stand in run.json; all else is the same to the byte.
    for (path, bytes) in before where path != "run/run.json" {
      #expect(after[path] == bytes, "\(path)")
    }
    #expect(after.keys.sorted() == before.keys.sorted())
  }

  @Test func aChangedSettingIsNotUpToDate() throws {
    let bench = try Workbench()
    try bench.prepare(through: .train)
    let before = try bench.snapshot()
    try bench.succeed(.train, "features.h5", "-o", "run", "--C", "0.01")
    #expect(try bench.data("run/head.safetensors") != before["run/head.safetensors"])
    try bench.write(Reviews.csv + "r60,one more,negative\n", to: "reviews.csv")
    let outcome = try bench.run(.tokenize, Reviews.tokenizing)
    #expect(!outcome.standardError.contains("up to date"))
    #expect(outcome.standardOutput.hasPrefix("61 rows, 2 classes: negative, positive\n"))
  }

  /// Neither the folder nor the number of threads shows in a file.
  @Test(arguments: [1, 2, 5]) func bytesDoNotDependOnFolderOrThreads(threads: Int) throws {
    let bench = try Workbench()
    let other = try Workbench()
    try bench.prepare(through: .train)
    try other.write(Reviews.csv, to: "reviews.csv")
    for (stage, arguments, _) in Reviews.chain {
      let outcome = try other.run(stage, arguments + ["--threads", "\(threads)"])
      #expect(outcome.status == 0, "\(outcome.standardError)")
    }
    for path in ["tokens.h5", "features.h5", "run/predictions.csv", "run/head.safetensors"] {
      #expect(try other.data(path) == bench.data(path), "\(path)")
    }
  }

  @Test func noFileHoldsAPath() throws {
    let bench = try Workbench()
    try bench.write(Reviews.csv, to: "reviews.csv")
    for (stage, arguments, _) in Reviews.chain {
      // The same with absolute paths on the command line.
      let paths = ["reviews.csv", "tokens.h5", "features.h5", "run", Workbench.model]
      let absolute = arguments.map { paths.contains($0) ? bench.url($0).path : $0 }
      let outcome = try bench.run(stage, absolute)
      #expect(outcome.status == 0, "\(outcome.standardError)")
    }
    let folder = Data(bench.folder.path.utf8)
    for (path, bytes) in try bench.snapshot() {
      #expect(bytes.range(of: folder) == nil, "\(path)")
    }
    let manifest = try JSONSerialization.jsonObject(with: try bench.data("run/run.json"))
    for word in strings(in: manifest) {
      #expect(!word.hasPrefix("/") && !word.contains("=/"), "\(word)")
    }
  }

  /// The records of predictions.csv, of which no field is quoted here.
  private func predictions(_ bench: Workbench) throws -> [[String]] {
    try bench.text("run/predictions.csv").split(separator: "\n").dropFirst()
      .map { $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init) }
  }

  private func strings(in value: Any) -> [String] {
    switch value {
    case let text as String: [text]
    case let list as [Any]: list.flatMap(strings)
    case let object as [String: Any]: object.keys + object.values.flatMap(strings)
    default: []
    }
  }
}
