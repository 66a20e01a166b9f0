import Foundation
import Hub
import Testing

/// firn-fetch itself, as a process.
@Suite struct StageTests {
  private struct Outcome {
    let status: Int32
    let output: String
    let messages: String
  }

  private static let package = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  /// Runs a stage of the build that the tests are of.
  private func run(
    _ stage: String, _ arguments: [String], _ environment: [String: String]
  ) throws -> Outcome {
    let folders = [
      URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent(),
      Bundle.main.bundleURL, Self.package.appendingPathComponent(".build/release"),
    ]
    let executable = try #require(
      folders.map { $0.appendingPathComponent(stage) }
        .first { FileManager.default.isExecutableFile(atPath: $0.path) })
    let process = Process()
    process.executableURL = executable
    process.arguments = arguments
    process.environment = environment
    let pipes = (Pipe(), Pipe())
    process.standardOutput = pipes.0
    process.standardError = pipes.1
    process.standardInput = FileHandle.nullDevice
    try process.run()
    // Both are far shorter than what a pipe takes.
    process.waitUntilExit()
    return Outcome(
      status: process.terminationStatus,
      output: String(decoding: pipes.0.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self),
      messages: String(decoding: pipes.1.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self))
  }

  private func bench() throws -> Bench {
    var files: [String: [UInt8]] = ["pytorch_model.bin": [1]]
    let fixture = Self.package.appendingPathComponent("Tests/StagesTests/Fixtures/tiny-bert")
    for name in try FileManager.default.contentsOfDirectory(atPath: fixture.path) {
      files[name] = Array(try Data(contentsOf: fixture.appendingPathComponent(name)))
    }
    return try Bench(files: files)
  }

  @Test func fetchedModelIsFoundByName() throws {
    let bench = try bench()
    let fetched = try run("firn-fetch", ["model", FakeHub.model], bench.environment)
    #expect(fetched.status == 0, "\(fetched.messages)")
    #expect(fetched.output == bench.snapshot.path + "\n")
    #expect(fetched.messages.contains("fetched 3 of 3 files"))

    let csv = bench.root.appendingPathComponent("texts.csv")
    try bench.write(Array("text\na fine film\n".utf8), to: csv)
    let tokens = bench.root.appendingPathComponent("tokens.h5").path
    let tokenized = try run(
      "firn-tokenize", [csv.path, "--model", FakeHub.model, "-o", tokens], bench.environment)
    #expect(tokenized.status == 0, "\(tokenized.messages)")
    let encoded = try run(
      "firn-encode", [tokens, "--model", FakeHub.model, "-o", tokens + ".features"],
      bench.environment)
    #expect(encoded.status == 0, "\(encoded.messages)")

    let again = try run("firn-fetch", ["model", FakeHub.model, "--json"], bench.environment)
    let summary = try #require(
      try JSONSerialization.jsonObject(with: Data(again.output.utf8)) as? [String: Any])
    #expect(summary["output"] as? String == bench.snapshot.path)
    #expect(
      summary["up_to_date"] as? Bool == true && summary["commit"] as? String == FakeHub.commit)
  }

  @Test func statusListsTheCache() throws {
    let bench = try bench()
    let empty = try run("firn-fetch", ["status"], bench.environment)
    #expect(empty.status == 0 && empty.output.isEmpty && empty.messages.contains("no model"))
    let model = try bench.fetch()
    try bench.fetch(revision: "refs/pr/1")
    try bench.write([1, 2, 3], to: bench.unfinished)
    // No endpoint that works: the network is not asked.
    let environment = bench.environment.merging(["HF_ENDPOINT": "http://127.0.0.1:1"]) { $1 }
    let status = try run("firn-fetch", ["status"], environment)
    let lines = status.output.split(separator: "\n")
    #expect(lines.count == 2)
    let cells = lines.last?.split(separator: " ").map(String.init) ?? []
    #expect(
      cells.prefix(4) == [FakeHub.model, "main,refs/pr/1", String(FakeHub.commit.prefix(12)), "3"])
    #expect(cells.suffix(2) == ["3", "B"])
    let json = try run("firn-fetch", ["status", "--json"], environment)
    let object = try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any]
    let models = try #require(object?["models"] as? [[String: Any]])
    #expect(models.count == 1 && models[0]["model"] as? String == FakeHub.model)
    #expect(models[0]["bytes"] as? Int == model.bytes)
    #expect(models[0]["revisions"] as? [String] == ["main", "refs/pr/1"])
  }

  /// Exit codes are those of the design, and the words name what is at hand.
  @Test(
    arguments: [
      (["model", "snow/none"], [:], 66, "snow/none"),
      (["model", FakeHub.model, "--revision", "v9"], [:], 66, "v9"),
      (["model", FakeHub.model], ["HF_HUB_OFFLINE": "1"], 66, "HF_HUB_OFFLINE"),
      (["model", FakeHub.model], ["HF_ENDPOINT": "ftp://host"], 64, "HF_ENDPOINT"),
      (["model", FakeHub.model], ["HF_HOME": "/proc/none"], 73, "HF_HUB_CACHE"),
      (["model", "../x"], [:], 64, "../x"),
    ] as [([String], [String: String], Int32, String)])
  func refusals(
    arguments: [String], variables: [String: String], status: Int32, naming: String
  ) throws {
    let bench = try bench()
    let outcome = try run(
      "firn-fetch", arguments, bench.environment.merging(variables) { $1 })
    #expect(outcome.status == status, "\(outcome.messages)")
    #expect(outcome.output.isEmpty && outcome.messages.hasPrefix("firn-fetch: error: "))
    #expect(outcome.messages.contains(naming) && outcome.messages.contains("\n  next: "))
  }

  @Test(arguments: [[], ["model"], ["status", "x"], ["status", "--revision", "x"], ["other"]])
  func wrongUse(arguments: [String]) throws {
    let outcome = try run("firn-fetch", arguments, [:])
    #expect(outcome.status == 64 && outcome.output.isEmpty)
  }
}
