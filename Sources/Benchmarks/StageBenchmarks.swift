public import Foundation
public import StageKit

/// One stage on one workload: medians over the rounds, whole processes with their start-up.
public struct StageResult: Sendable {
  public let workload: String
  /// The stage and what was asked of it, such as `firn-encode int8`.
  public let stage: String
  /// Wall-clock seconds of the process.
  public let seconds: Double
  public let rows: Int
  public let tokens: Int
  /// Of the encoder's products over its encoding time; nil for other stages.
  public let gflops: Double?
  /// Of texts in UTF-8, tokenizing and digesting them; nil for other stages.
  public let megabytes: Double?
  /// Bytes.
  public let peakMemory: Int

  public func json(_ roofline: Roofline) -> JSONValue {
    .object([
      "workload": .string(workload), "stage": .string(stage), "seconds": .real(seconds),
      "texts_per_second": .real(Double(rows) / seconds),
      "tokens_per_second": .real(Double(tokens) / seconds),
      "gflop_per_second": gflops.map { .real($0) } ?? .null,
      "share_of_sgemm": gflops.map { .real($0 / roofline.all) } ?? .null,
      "tokenize_mb_per_second": megabytes.map { .real($0) } ?? .null,
      "peak_memory_bytes": .integer(peakMemory),
    ])
  }
}

/// Runs the stages as a user does, in turn.
public struct StageBenchmarks {
  private let model: String
  private let threads: Int
  private let work: URL
  private let stages: URL

  /// `work`: a folder for the outputs, which are made anew in every round.
  /// `stages`: the folder of the built stages.
  public init(model: String, threads: Int, work: String, stages: URL) {
    self.model = model
    self.threads = threads
    self.work = URL(fileURLWithPath: work)
    self.stages = stages
  }

  /// - Throws: ``StageFailure``, ``WorkloadError``, and what writing throws.
  public func run(_ workload: Workload, rounds: Int) throws -> [StageResult] {
    do {
      try FileManager.default.createDirectory(at: work, withIntermediateDirectories: true)
    } catch {
      throw WorkFolderError(path: work.path, reason: error.localizedDescription)
    }
    let csv = workload.csv ?? path("\(workload.name).csv")
    if workload.made != nil { try workload.write(to: csv) }
    guard FileManager.default.fileExists(atPath: csv) else {
      throw WorkloadError(path: csv, reason: "it does not exist", isMissing: true)
    }
    let (tokens, features) = (path("\(workload.name).tokens.h5"), path("\(workload.name).h5"))
    let encode = ["firn-encode", tokens, "--model", model]
    let commands: [(name: String, command: [String])] = [
      (
        "firn-tokenize",
        ["firn-tokenize", csv, "--model", model, "--id-column", "id"]
          + ["--max-length", String(workload.maxLength), "--test-size", "0.2", "-o", tokens]
      ),
      ("firn-encode int8", encode + ["--precision", "int8", "-o", features]),
      ("firn-encode float32", encode + ["-o", features]),
      ("firn-train logistic", ["firn-train", features, "-o", path("\(workload.name)")]),
    ]
    var seconds = commands.map { _ in [Double]() }
    var summaries = commands.map { _ in [[String: Any]]() }
    for _ in 0..<rounds {
      for (i, entry) in commands.enumerated() {
        let start = Machine.now
        summaries[i].append(try run(entry.command))
        seconds[i].append(Machine.now - start)
      }
    }
    let encoded = summaries[2].last ?? [:]
    return commands.indices.map { i in
      func median(_ key: String) -> Double? {
        let values = summaries[i].compactMap { ($0[key] as? NSNumber)?.doubleValue }
        return values.isEmpty ? nil : Timing.median(values)
      }
      func count(_ key: String) -> Int { (encoded[key] as? NSNumber)?.intValue ?? 0 }
      return StageResult(
        workload: workload.name, stage: commands[i].name, seconds: Timing.median(seconds[i]),
        rows: count("rows"), tokens: count("tokens"), gflops: median("gflop_per_second"),
        megabytes: median("tokenize_mb_per_second"),
        peakMemory: Int(median("peak_memory_bytes") ?? 0))
    }
  }

  private func path(_ name: String) -> String { work.appendingPathComponent(name).path }

  private func run(_ command: [String]) throws -> [String: Any] {
    let process = Process()
    process.executableURL = stages.appendingPathComponent(command[0])
    process.arguments =
      command.dropFirst() + ["--threads", String(threads), "--force", "--json", "--quiet"]
    let (output, errors) = (Pipe(), Pipe())
    process.standardOutput = output
    process.standardError = errors
    do { try process.run() } catch {
      throw StageFailure(command: command, message: "it cannot be started: run make build")
    }
    // Both pipes hold far more than a summary and a complaint; reading one after the other is safe.
    let summary = output.fileHandleForReading.readDataToEndOfFile()
    let complaint = errors.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationStatus == 0,
      let values = try? JSONSerialization.jsonObject(with: summary) as? [String: Any]
    else {
      throw StageFailure(command: command, message: String(decoding: complaint, as: UTF8.self))
    }
    return values
  }
}

/// A stage that failed while it was measured.
public struct StageFailure: Error, Explained {
  public let command: [String]
  public let message: String

  public var complaint: Complaint {
    Complaint(
      .internal, "a stage failed: \(message)", at: command.joined(separator: " "),
      advice: "run that command by itself")
  }
}
