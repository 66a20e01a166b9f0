import Foundation
import Testing

/// Processes killed at random moments: an output is absent, or whole with the bytes of an unbroken
/// run, and the same command afterwards gives these.
///
/// `make test-kills KILLS=200` prints a table; without it there is one kill a scenario.
@Suite struct KillTests {
  @Test(arguments: KillScenario.all) func outputsAreWholeOrAbsent(scenario: KillScenario) throws {
    let bench = try Workbench()
    try scenario.prepare(bench)
    let unbroken = try scenario.unbroken(bench)
    let all = ProcessInfo.processInfo.environment["FIRN_KILLS"].flatMap(Int.init) ?? 0
    var random = SeededGenerator(seed: UInt64(KillScenario.all.firstIndex(of: scenario) ?? 0))
    var tally = KillTally()
    let wanted = max(1, (all + KillScenario.all.count - 1) / KillScenario.all.count)
    // Those that were done before their moment came are none.
    while tally.kills < wanted, tally.finished < 2 * wanted {
      try kill(scenario, bench, unbroken, &random, &tally)
    }
    #expect(tally.kills == wanted || all == 0)
    if all > 0 { print(tally.line(scenario)) }
    #expect(tally.secondsLost < 10)
    #expect(tally.secondsToLeave < 10)
  }

  /// One kill, and the same command again. The next kill finds the place empty, or one time in
  /// three the whole output of other data, which is then replaced.
  private func kill(
    _ scenario: KillScenario, _ bench: Workbench, _ unbroken: Unbroken,
    _ random: inout SeededGenerator, _ tally: inout KillTally
  ) throws {
    try? bench.remove(scenario.output)
    let older = Int.random(in: 0..<3, using: &random) == 0
    if older { try scenario.putOlder(bench) }
    let before = try scenario.content(bench)
    let signal =
      [SIGKILL, SIGKILL, SIGKILL, SIGTERM, SIGINT].randomElement(using: &random) ?? SIGKILL
    let moment = Double.random(in: 0...unbroken.seconds * 1.1, using: &random)
    let began = Date()
    let process = try bench.start(scenario.stage, scenario.arguments)
    while process.isRunning, -began.timeIntervalSinceNow < moment { usleep(500) }
    let lost = scenario.secondsSinceProgress(bench, since: began)
    let finished = !process.isRunning
    if !finished { Foundation.kill(process.processIdentifier, signal) }
    let signalled = Date()
    process.waitUntilExit()
    let left = -signalled.timeIntervalSinceNow

    let after = try scenario.content(bench)
    let isWhole = after == unbroken.content
    #expect(
      isWhole || after == before, "\(scenario) by \(signal) after \(moment) s: neither old nor new")
    if process.terminationReason == .exit, !isWhole {
      #expect(process.terminationStatus == 128 + signal)
    }
    if finished {
      tally.finished += 1
    } else {
      tally.count(signal, lost: isWhole ? 0 : lost, left: left)
    }
    tally.count(isWhole: isWhole, hadOlder: older)

    let again = try bench.run(scenario.stage, scenario.arguments + scenario.goingOn(bench))
    #expect(again.status == 0, "\(again.standardError)")
    #expect(try scenario.content(bench) == unbroken.content)
    // What a killed process left is gone with the next one that writes.
    if !isWhole { #expect(try scenario.leftovers(bench) == []) }
  }
}

/// What an unbroken run made, and in how long.
struct Unbroken {
  let content: [String: Data]
  let seconds: Double
}

/// A stage that is killed.
enum KillScenario: String, CaseIterable, CustomTestStringConvertible {
  case tokenize, encode, encodeTokens, merge, train, finetune

  static let all = allCases

  var testDescription: String { rawValue }

  var stage: StageName {
    switch self {
    case .tokenize: .tokenize
    case .encode, .encodeTokens: .encode
    case .merge: .merge
    case .train: .train
    case .finetune: .finetune
    }
  }

  var output: String {
    switch self {
    case .tokenize, .encode, .encodeTokens, .merge: "out.h5"
    case .train, .finetune: "out"
    }
  }

  private var inputs: [String] {
    switch self {
    case .tokenize: ["texts.csv"]
    case .merge: ["s-0.h5", "s-1.h5", "s-2.h5"]
    case .train: ["f.h5"]
    case .encode, .encodeTokens, .finetune: ["t.h5"]
    }
  }

  var arguments: [String] {
    let fixed = inputs + ["-o", output, "--quiet"] + (self == .merge ? [] : ["--threads", "1"])
    let model = ["--model", Workbench.model]
    switch self {
    case .tokenize: return fixed + model + ["--test-size", "0.2"]
    case .encode: return fixed + model + ["--pooling", "mean,cls,max"]
    case .encodeTokens: return fixed + model + ["--token-features", "--layers", "1"]
    case .merge: return fixed + ["--copy"]
    case .train: return fixed + ["--head", "mlp", "--epochs", "6", "--hidden", "128"]
    case .finetune: return fixed + model + ["--epochs", "1", "--batch-size", "8"]
    }
  }

  /// What the same command has beside, where it is to go on with what is there.
  func goingOn(_ bench: Workbench) -> [String] {
    self == .finetune && bench.exists("out.checkpoint") ? ["--resume"] : []
  }

  /// Puts the inputs in place; sizes are such that a process is at work for about a second.
  func prepare(_ bench: Workbench) throws {
    let rows = [
      KillScenario.tokenize: 40_000, .encode: 12_000, .encodeTokens: 6_000, .train: 6_000,
      .merge: 30_000, .finetune: 3_000,
    ]
    try bench.write(Self.csv(rows[self] ?? 1000), to: "texts.csv")
    guard self != .tokenize else { return }
    try bench.succeed(
      .tokenize, "texts.csv", "--model", Workbench.model, "-o", "t.h5", "--test-size", "0.2")
    let encoding = ["t.h5", "--model", Workbench.model, "-o"]
    if self == .train { try bench.succeed(.encode, arguments: encoding + ["f.h5"]) }
    if self == .merge {
      for shard in inputs.indices {
        try bench.succeed(
          .encode,
          arguments: encoding + [
            inputs[shard], "--shard", "\(shard)/3", "--pooling", "mean,cls,max",
          ])
      }
    }
  }

  func unbroken(_ bench: Workbench) throws -> Unbroken {
    let began = Date()
    let outcome = try bench.run(stage, arguments)
    try #require(outcome.status == 0, "\(outcome.standardError)")
    return Unbroken(content: try content(bench), seconds: -began.timeIntervalSinceNow)
  }

  /// A whole output of another setting stands in the place.
  func putOlder(_ bench: Workbench) throws {
    let setting: [String] =
      switch self {
      case .tokenize: ["--test-size", "0.4"]
      case .encode, .encodeTokens: ["--pooling", "max"]
      case .merge: ["--virtual"]
      case .train: ["--epochs", "1"]
      case .finetune: ["--max-steps", "2"]
      }
    var other = arguments.filter { $0 != "--copy" }
    if let place = other.firstIndex(of: setting[0]) { other.removeSubrange(place...place + 1) }
    let outcome = try bench.run(stage, other + setting)
    try #require(outcome.status == 0, "\(outcome.standardError)")
  }

  /// The output's files; what a run says of its own time is left out.
  func content(_ bench: Workbench) throws -> [String: Data] {
    try bench.snapshot().filter { path, _ in
      (path == output || path.hasPrefix(output + "/")) && !path.hasSuffix("run.json")
    }
  }

  /// Hidden files, and the checkpoint, which the next command clears.
  func leftovers(_ bench: Workbench) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: bench.folder.path)
      .filter { $0.hasPrefix(".") || $0 == "out.checkpoint" }
  }

  /// How long ago something was kept: all since is lost when the process is killed now.
  func secondsSinceProgress(_ bench: Workbench, since began: Date) -> Double {
    let kept = self == .finetune ? "out.checkpoint" : ".\(output).partial"
    let attributes = try? FileManager.default.attributesOfItem(atPath: bench.url(kept).path)
    let last = attributes?[.modificationDate] as? Date ?? began
    return -max(last, began).timeIntervalSinceNow
  }

  private static func csv(_ rows: Int) -> String {
    let words = ["film", "movie", "story", "plot", "actor", "good", "great", "fine", "bad", "dull"]
    let lines = (0..<rows).map { row in
      let digits = String(row + 100_000).compactMap(\.wholeNumberValue)
      let text = (digits + Array(repeating: 3, count: row % 30)).map { words[$0] }
      return text.joined(separator: " ") + (row % 2 == 0 ? ",pos\n" : ",neg\n")
    }
    return "text,label\n" + lines.joined()
  }
}

/// What came of the kills of one scenario.
struct KillTally {
  private var signals: [Int32: Int] = [:]
  private var whole = 0
  private var absent = 0
  private var older = 0
  /// Runs that were done before their moment came.
  var finished = 0
  private(set) var secondsLost = 0.0
  private(set) var secondsToLeave = 0.0

  var kills: Int { signals.values.reduce(0, +) }

  mutating func count(_ signal: Int32, lost: Double, left: Double) {
    signals[signal, default: 0] += 1
    secondsLost = max(secondsLost, lost)
    secondsToLeave = max(secondsToLeave, left)
  }

  mutating func count(isWhole: Bool, hadOlder: Bool) {
    if isWhole { whole += 1 } else if hadOlder { older += 1 } else { absent += 1 }
  }

  static let header =
    "| stage | KILL | TERM | INT | done before | absent | older one kept | whole | lost at most s "
    + "| left within s |"

  func line(_ scenario: KillScenario) -> String {
    let numbers = [signals[SIGKILL], signals[SIGTERM], signals[SIGINT]].map { $0 ?? 0 }
    let counts = (numbers + [finished, absent, older, whole]).map(String.init)
    let seconds = [secondsLost, secondsToLeave].map { String(format: "%.2f", $0) }
    return "kills: | " + ([scenario.rawValue] + counts + seconds).joined(separator: " | ") + " |"
  }
}

/// SplitMix64: the same moments for the same seed.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed &* 0x2545_F491_4F6C_DD1D &+ 1 }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
    return z ^ z >> 31
  }
}
