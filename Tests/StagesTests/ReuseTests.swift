import Foundation
import Testing

/// Rows are encoded once: what an older file, a process that was cut short or a row before has, is
/// taken from there, with the same bytes as if it were encoded.
@Suite struct ReuseTests {
  let bench: Workbench

  init() throws { bench = try Workbench() }

  @Test func repeatedTextsAreEncodedOnce() throws {
    try tokenize((0..<40).map { Self.text($0 % 10) }, "t.h5")
    let outcome = try encode("t.h5", "f.h5")
    #expect(outcome["reused"] as? Int == 30)
    try tokenize((0..<10).map(Self.text), "once.h5")
    #expect(try encode("once.h5", "once-f.h5")["reused"] as? Int == 0)
  }

  @Test func changedDataEncodesOnlyWhatIsNew() throws {
    let texts = (0..<60).map(Self.text)
    try tokenize(texts, "t.h5")
    try encode("t.h5", "f.h5", "--pooling", "mean,max", "--token-features")
    // Rows in another order, three gone, five new.
    try tokenize(Array(texts.reversed().dropFirst(3)) + (100..<105).map(Self.text), "u.h5")
    let again = try encode("u.h5", "f.h5", "--pooling", "mean,max", "--token-features")
    #expect(again["reused"] as? Int == 57)
    let fresh = try encode("u.h5", "fresh.h5", "--pooling", "mean,max", "--token-features")
    #expect(fresh["reused"] as? Int == 0)
    #expect(try bench.data("f.h5") == bench.data("fresh.h5"))
  }

  @Test func rowsComeFromFilesThatAreNamed() throws {
    try tokenize((0..<30).map(Self.text), "t.h5")
    try encode("t.h5", "old.h5")
    try tokenize((20..<50).map(Self.text), "u.h5")
    #expect(try encode("u.h5", "new.h5", "--reuse", "old.h5")["reused"] as? Int == 10)
    try encode("u.h5", "fresh.h5")
    #expect(try bench.data("new.h5") == bench.data("fresh.h5"))
  }

  @Test(arguments: [
    ["--pooling", "max"], ["--layers", "0"], ["--dtype", "float16"], ["--normalize"],
    ["--precision", "int8"], ["--token-features"],
  ])
  func otherSettingsNeverMatch(settings: [String]) throws {
    try tokenize((0..<30).map(Self.text), "t.h5")
    try encode("t.h5", "f.h5")
    let outcome = try bench.run(
      .encode,
      ["t.h5", "--model", Workbench.model, "-o", "g.h5", "--reuse", "f.h5", "--json"] + settings)
    #expect(outcome.status == 0)
    #expect(try outcome.json()["reused"] as? Int == 0)
    #expect(outcome.standardError.contains("nothing of f.h5 can be used again: other settings"))
    // Nor in the output's own place.
    #expect(try encode("t.h5", "f.h5", settings)["reused"] as? Int == 0)
  }

  @Test func aDryRunTellsAndWritesNothing() throws {
    try tokenize((0..<30).map(Self.text), "t.h5")
    try encode("t.h5", "f.h5")
    try tokenize((0..<40).map(Self.text), "u.h5")
    let before = try bench.snapshot()
    let outcome = try encode("u.h5", "f.h5", "--dry-run")
    #expect(outcome["cached"] as? Int == 30)
    #expect(outcome["to_encode"] as? Int == 10)
    #expect(try #require(outcome["seconds"] as? Double) > 0)
    #expect(try bench.snapshot() == before)
  }

  /// Sums of other kernels differ in their last bits: rows of both in one file would be neither's.
  @Test func otherKernelsNeverMatch() throws {
    try tokenize((0..<30).map(Self.text), "t.h5")
    let scalar = ["FIRN_KERNELS": "scalar"]
    let encoding = ["t.h5", "--model", Workbench.model, "--json", "-o"]
    #expect(try bench.run(.encode, encoding + ["f.h5"], environment: scalar).status == 0)
    try tokenize((0..<40).map(Self.text), "u.h5")
    let named = try bench.run(
      .encode, ["u.h5"] + encoding.dropFirst() + ["g.h5", "--reuse", "f.h5"])
    #expect(try named.json()["reused"] as? Int == 0)
    #expect(named.standardError.contains("nothing of f.h5 can be used again"))
    // Whole and of the same tokens, it stays as it is.
    #expect(try encode("t.h5", "f.h5")["up_to_date"] as? Bool == true)
    let own = try bench.run(.encode, ["u.h5"] + encoding.dropFirst() + ["f.h5"])
    #expect(try own.json()["reused"] as? Int == 0)
    #expect(own.standardError.contains("kernels scalar"))
    #expect(try bench.data("f.h5") == bench.data("g.h5"))
  }

  /// What a killed process had encoded is not lost by asking how much there is.
  @Test func aDryRunLeavesWhatWasEncoded() throws {
    try tokenize((0..<Self.many).map(Self.text), "t.h5")
    let process = try start("t.h5", "f.h5")
    #expect(try untilSomeIsEncoded("f.h5", process))
    kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
    let before = try bench.snapshot()
    let cached = try #require(try encode("t.h5", "f.h5", "--dry-run")["cached"] as? Int)
    #expect(cached > 0)
    for others in [["--pooling", "cls"], ["--force"]] {
      let outcome = try encode("t.h5", "f.h5", ["--dry-run"] + others)
      #expect(outcome["cached"] as? Int == 0)
    }
    #expect(try bench.snapshot() == before)
    #expect(try encode("t.h5", "f.h5", "--dry-run")["cached"] as? Int == cached)
  }

  @Test func aKilledProcessLosesNothingThatWasCommitted() throws {
    try tokenize((0..<Self.many).map(Self.text), "t.h5")
    try encode("t.h5", "whole.h5")
    let process = try start("t.h5", "f.h5")
    #expect(try untilSomeIsEncoded("f.h5", process))
    kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
    #expect(!bench.exists("f.h5"))
    let again = try encode("t.h5", "f.h5")
    let reused = try #require(again["reused"] as? Int)
    #expect(reused > 0 && reused < Self.many)
    #expect(try bench.data("f.h5") == bench.data("whole.h5"))
    let left = try bench.snapshot().keys.filter { $0.hasPrefix(".") }
    #expect(left.isEmpty, "\(left)")
  }

  @Test(arguments: [SIGTERM, SIGINT])
  func aSignalFinishesTheBlockAndLeaves(signal: Int32) throws {
    try tokenize((0..<Self.many).map(Self.text), "t.h5")
    let process = try start("t.h5", "f.h5")
    #expect(try untilSomeIsEncoded("f.h5", process))
    kill(process.processIdentifier, signal)
    process.waitUntilExit()
    #expect(process.terminationReason == .exit && process.terminationStatus == 128 + signal)
    #expect(!bench.exists("f.h5"))
    #expect(bench.exists(".f.h5.partial"))
    let reused = try #require(try encode("t.h5", "f.h5")["reused"] as? Int)
    #expect(reused > 0)
    #expect(!bench.exists(".f.h5.partial"))
  }

  @Test func aSecondWriterIsTold() throws {
    try tokenize((0..<Self.many).map(Self.text), "t.h5")
    let process = try start("t.h5", "f.h5")
    #expect(try untilSomeIsEncoded("f.h5", process))
    kill(process.processIdentifier, SIGSTOP)
    let second = try bench.run(.encode, ["t.h5", "--model", Workbench.model, "-o", "f.h5"])
    #expect(second.status == 73)
    #expect(second.standardError.contains("another process is writing this output"))
    kill(process.processIdentifier, SIGCONT)
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    try encode("t.h5", "whole.h5")
    #expect(try bench.data("f.h5") == bench.data("whole.h5"))
  }

  // MARK: -

  /// Rows enough for a process to be met at work on one thread.
  private static let many = 12_000

  /// No two alike, of lengths that differ, of words that the small model knows.
  private static func text(_ number: Int) -> String {
    let words = [
      "film", "movie", "story", "plot", "actor", "good", "great", "fine", "lovely", "bad",
    ]
    let digits = String(number + 100_000).compactMap(\.wholeNumberValue)
    return (digits + Array(repeating: 3, count: number % 30)).map { words[$0] }
      .joined(separator: " ")
  }

  private func tokenize(_ texts: [String], _ output: String) throws {
    try bench.write("text\n" + texts.map { $0 + "\n" }.joined(), to: "texts.csv")
    try bench.succeed(
      .tokenize, "texts.csv", "--model", Workbench.model, "--max-length", "40", "-o", output)
    try bench.remove("texts.csv")
  }

  @discardableResult
  private func encode(
    _ tokens: String, _ output: String, _ settings: String...
  ) throws -> [String: Any] { try encode(tokens, output, settings) }

  @discardableResult
  private func encode(
    _ tokens: String, _ output: String, _ settings: [String]
  ) throws -> [String: Any] {
    let outcome = try bench.run(
      .encode, [tokens, "--model", Workbench.model, "-o", output, "--json", "--quiet"] + settings)
    try #require(outcome.status == 0, "\(outcome.standardError)")
    return try outcome.json()
  }

  private func start(_ tokens: String, _ output: String) throws -> Process {
    try bench.start(
      .encode,
      [
        tokens, "--model", Workbench.model, "-o", output, "--quiet", "--threads", "1",
      ])
  }

  /// Waits until the first of some eight blocks stands whole beside the output; false when the process
  /// ended before.
  private func untilSomeIsEncoded(_ output: String, _ process: Process) throws -> Bool {
    let partial = bench.url(".\(output).partial").path
    while process.isRunning {
      var status = stat()
      if stat(partial, &status) == 0, status.st_size > 300_000 { return true }
      usleep(200)
    }
    return false
  }
}
