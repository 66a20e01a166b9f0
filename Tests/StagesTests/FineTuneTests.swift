import Foundation
import Testing

/// firn-finetune on the sixty reviews, and what others make of its run.
@Suite struct FineTuneTests {
  private let bench: Workbench

  init() throws {
    bench = try Workbench()
    try bench.write(Reviews.csv, to: "reviews.csv")
    _ = try bench.run(.tokenize, Reviews.tokenizing + ["--prompt", "film: "])
  }

  @Test func theRunPredictsAsItSays() throws {
    let summary = try finetune("run", "--epochs", "20", "--learning-rate", "1e-2", "--dropout", "0")
    #expect(summary["steps"] as? Int == 60)
    let peak = try #require(summary["peak_memory_bytes"] as? Int)
    #expect(peak <= summary["memory_estimate_bytes"] as? Int ?? 0)
    // The class is one word of the text: what learns at all finds it.
    #expect(try #require(summary["last_loss"] as? Double) < 0.2)
    let records = try bench.text("run/predictions.csv").split(separator: "\n").dropFirst()
      .map { $0.split(separator: ",").map(String.init) }
    let predicted = try bench.run(.predict, ["run"] + Reviews.texts + ["--json"])
    let found = try JSONDecoder().decode(
      Predicted.self, from: Data(predicted.standardOutput.utf8)
    ).predictions
    try #require(found.count == Reviews.count && records.count == Reviews.count)
    for (prediction, record) in zip(found, records) {
      #expect(prediction.label == record[3])
      #expect(prediction.probabilities["negative"] == Double(record[4]))
      #expect(prediction.probabilities["positive"] == Double(record[5]))
    }
    try bench.succeed(.encode, "tokens.h5", "--model", "run/model", "-o", "tuned.h5")
    #expect(
      try finetune("run", "--epochs", "20", "--learning-rate", "1e-2", "--dropout", "0")[
        "up_to_date"] as? Bool == true
    )
  }

  /// A process that was killed, or asked to leave, and the same command again: every file's bytes.
  @Test(arguments: [SIGKILL, SIGTERM, SIGINT])
  func resumedRunsHaveTheBytesOfUnbrokenOnes(signal: Int32) throws {
    let options = ["--epochs", "30", "--batch-size", "2", "--learning-rate", "1e-3"]
    try finetune("whole", options)
    let process = try start("run", options)
    let checkpoint = bench.url("run.checkpoint").path
    while process.isRunning, !FileManager.default.fileExists(atPath: checkpoint) { usleep(200) }
    kill(process.processIdentifier, signal)
    process.waitUntilExit()
    if signal == SIGKILL {
      #expect(process.terminationReason == .uncaughtSignal)
    } else {
      #expect(process.terminationReason == .exit && process.terminationStatus == 128 + signal)
    }
    #expect(!bench.exists("run"))
    try #require(bench.exists("run.checkpoint"))
    try finetune("run", options + ["--resume"])
    let manifest = try #require(
      try JSONSerialization.jsonObject(with: bench.data("run/run.json")) as? [String: Any])
    let training = try #require(manifest["training"] as? [String: Any])
    let fit = try #require((manifest["seconds"] as? [String: Any])?["fit"] as? Double)
    // The part before the signal is in it, and that of this process is the phase's.
    #expect(try #require(training["seconds"] as? Double) > fit)
    for name in ["model/model.safetensors", "model/config.json", "predictions.csv", "history.csv"] {
      #expect(try bench.data("run/" + name) == bench.data("whole/" + name), "\(name)")
    }
    #expect(!bench.exists("run.checkpoint"))
    let left = try bench.snapshot().keys.filter { $0.hasPrefix(".") }
    #expect(left.isEmpty, "\(left)")
  }

  /// Killed again and again, wherever it was, and resumed each time.
  @Test func aRunThatIsKilledOftenHasTheBytesOfAnUnbrokenOne() throws {
    let options = ["--epochs", "30", "--batch-size", "2", "--learning-rate", "1e-3"]
    try finetune("whole", options)
    var random = SystemRandomNumberGenerator()
    for _ in 0..<4 where !bench.exists("run") {
      let process = try start("run", options + ["--resume"])
      usleep(UInt32.random(in: 0..<400_000, using: &random))
      kill(process.processIdentifier, Bool.random(using: &random) ? SIGKILL : SIGTERM)
      process.waitUntilExit()
    }
    try finetune("run", options + ["--resume"])
    for name in ["model/model.safetensors", "predictions.csv", "history.csv"] {
      #expect(try bench.data("run/" + name) == bench.data("whole/" + name), "\(name)")
    }
  }

  @Test func theRangeTestLeavesItsCurve() throws {
    let summary = try finetune("rates", "--lr-find")
    #expect(try #require(summary["valley"] as? Double) > 1e-7)
    let curve = try bench.text("rates/lr_find.csv").split(separator: "\n")
    #expect(curve[0] == "step,learning_rate,loss,smoothed")
    #expect(curve.count > 10)
  }

  /// A step an epoch: the second or third, from the weights that so high a rate left, has no loss.
  @Test func aTrainingThatDivergesSaysWhereAndLeavesNothing() throws {
    try bench.refuse(
      65, naming: "diverged at step ", ", learning rate 1000000.0: loss nan", "--lr-find",
      by: .finetune,
      [
        "tokens.h5", "--model", Workbench.model, "-o", "run", "--quiet", "--batch-size", "64",
        "--learning-rate", "1e6", "--schedule", "constant", "--clip-norm", "0",
      ])
    #expect(try bench.snapshot().keys.filter { $0.contains("run") } == [])
  }

  @Test func whatDoesNotFitIsRefused() throws {
    let command = ["tokens.h5", "--model", Workbench.model, "-o", "run"]
    try bench.refuse(
      64, naming: "--freeze-layers", "2 layers", by: .finetune, command + ["--freeze-layers", "2"])
    // A checkpoint of other settings.
    let process = try start("run", ["--epochs", "30", "--batch-size", "2"])
    let checkpoint = bench.url("run.checkpoint").path
    while process.isRunning, !FileManager.default.fileExists(atPath: checkpoint) { usleep(200) }
    kill(process.processIdentifier, SIGTERM)
    process.waitUntilExit()
    try bench.refuse(
      65, naming: "run.checkpoint", "identity", by: .finetune,
      command + ["--resume", "--epochs", "3", "--quiet"])
  }

  // MARK: -

  private struct Predicted: Decodable {
    struct Prediction: Decodable {
      let label: String
      let probabilities: [String: Double]
    }
    let predictions: [Prediction]
  }

  @discardableResult
  private func finetune(_ output: String, _ settings: String...) throws -> [String: Any] {
    try finetune(output, settings)
  }

  @discardableResult
  private func finetune(_ output: String, _ settings: [String]) throws -> [String: Any] {
    let outcome = try bench.run(
      .finetune,
      ["tokens.h5", "--model", Workbench.model, "-o", output, "--json", "--quiet"] + settings)
    try #require(outcome.status == 0, "\(outcome.standardError)")
    return try outcome.json()
  }

  private func start(_ output: String, _ settings: [String]) throws -> Process {
    try bench.start(
      .finetune,
      ["tokens.h5", "--model", Workbench.model, "-o", output, "--quiet", "--threads", "1"]
        + settings)
  }
}
