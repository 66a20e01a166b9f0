import Foundation
import Testing

/// What every stage has.
@Suite struct CommonOptionsTests {
  @Test(arguments: StageName.allCases) func helpAndVersion(stage: StageName) throws {
    let bench = try Workbench()
    let help = try bench.run(stage, ["--help"])
    #expect(help.status == 0 && help.standardError.isEmpty)
    for option in ["--help", "--version", "--quiet", "--json", "--threads", "--force"] {
      #expect(help.standardOutput.contains(option), "\(option)")
    }
    // A line that is broken without a backslash could not be copied.
    let examples = help.standardOutput.components(separatedBy: "Examples:\n").last ?? ""
    for line in examples.components(separatedBy: "\n\nUSAGE")[0].split(separator: "\n") {
      #expect(line.hasPrefix("  "), "\(line)")
    }
    let version = try bench.run(stage, ["--version"])
    #expect(version.status == 0 && version.standardError.isEmpty)
    #expect(version.standardOutput.split(separator: ".").count == 3)
  }

  @Test func quietLeavesStandardErrorEmpty() throws {
    let bench = try Workbench()
    try bench.write(Reviews.csv, to: "reviews.csv")
    for (stage, arguments, _) in Reviews.chain {
      let outcome = try bench.run(stage, arguments + ["--quiet"])
      #expect(outcome.status == 0 && outcome.standardError.isEmpty)
      #expect(!outcome.standardOutput.isEmpty, "\(stage.rawValue)")
    }
    let predicted = try bench.run(.predict, ["run", "good", "--quiet"])
    #expect(predicted.status == 0 && predicted.standardError.isEmpty)
  }

  @Test func jsonIsOneObject() throws {
    let bench = try Workbench()
    try bench.write(Reviews.csv, to: "reviews.csv")
    for (stage, arguments, output) in Reviews.chain {
      let summary = try bench.run(stage, arguments + ["--json"]).json()
      #expect(summary["output"] as? String == output)
      #expect(summary["up_to_date"] as? Bool == false)
    }
    let summary = try bench.run(.predict, ["run", "good", "bad", "--json"]).json()
    #expect((summary["predictions"] as? [Any])?.count == 2)
  }

  /// Wrong command lines, with what the message must name.
  @Test(
    arguments: [
      (StageName.tokenize, ["--model", "m", "-o", "x"], "<input>"),
      (.tokenize, ["a.csv", "-o", "x"], "--model"),
      (.tokenize, ["a.csv", "--model", "m", "-o", "x", "--test-size", "lots"], "--test-size"),
      (.tokenize, ["a.csv", "--model", "m", "-o", "x", "--stratify"], "--test-size"),
      (.tokenize, ["a.csv", "--model", "m", "-o", "x", "--format", "xls"], "--format"),
      (.encode, ["t.h5", "--model", "m", "-o", "x", "--threads", "0"], "--threads"),
      (.encode, ["t.h5", "--model", "m", "-o", "x", "--dtype", "int8"], "--dtype"),
      (.train, ["f.h5", "-o", "x", "--head", "forest"], "--head"),
      (.train, ["f.h5", "-o", "x", "--class-weight", "odd"], "--class-weight"),
      (.train, ["f.h5", "-o", "x", "--C", "much"], "--C"),
      (.predict, [], "run"),
    ])
  func wrongUse(stage: StageName, arguments: [String], naming: String) throws {
    let bench = try Workbench()
    let before = try bench.snapshot()
    let outcome = try bench.run(stage, arguments)
    #expect(outcome.status == 64)
    #expect(outcome.standardError.lowercased().contains("error: "))
    #expect(outcome.standardError.contains(naming), "\(outcome.standardError)")
    #expect(try bench.snapshot() == before)
  }
}
