import Foundation
import Testing

/// Disks, folders and clocks that fail: told with an exit code, nothing half-written, nothing lost.
@Suite struct FaultTests {
  private let bench: Workbench

  init() throws {
    bench = try Workbench()
    try bench.prepare(through: .train)
    try bench.write("text\n" + (0..<6000).map(Self.row).joined(), to: "texts.csv")
    try bench.succeed(
      .tokenize, "texts.csv", "--model", Workbench.model, "--max-length", "40", "-o", "many.h5")
    for shard in 0..<2 {
      try bench.succeed(
        .encode, "many.h5", "--model", Workbench.model, "-o", "s-\(shard).h5", "--shard",
        "\(shard)/2")
    }
  }

  // MARK: - A disk that fills up

  /// Nothing half-written stays, but for what a stage keeps on purpose.
  @Test(.enabled(if: SmallDisk.isPossible, "mounting a tmpfs takes root"), arguments: Writer.all)
  func aFullDiskIsTold(writer: Writer) throws {
    let disk = try SmallDisk(bench.url("disk"), kilobytes: 4)
    let outcome = try bench.run(writer.stage, writer.arguments(output: "disk/out"))
    #expect(outcome.status == 73 || outcome.status == 74, "\(outcome.standardError)")
    #expect(outcome.standardError.contains("No space left") || Self.saysFull(outcome))
    #expect(try Self.names(disk.folder).filter { !$0.hasSuffix(".partial") } == [])
    // With space again the same command succeeds.
    try disk.resize(kilobytes: 65_536)
    let again = try bench.run(writer.stage, writer.arguments(output: "disk/out"))
    #expect(again.status == 0, "\(again.standardError)")
    let unbroken = try bench.run(writer.stage, writer.arguments(output: "whole"))
    #expect(unbroken.status == 0)
    #expect(try bench.content("disk/out") == bench.content("whole"))
  }

  /// The rows that were on the disk before it was full are not encoded again.
  @Test(.enabled(if: SmallDisk.isPossible, "mounting a tmpfs takes root"))
  func whatWasEncodedBeforeTheDiskWasFullIsKept() throws {
    // Beside the rows' columns there is place for one or two of some eight blocks, kept twice.
    try bench.write("text\n" + (0..<30_000).map(Self.row).joined(), to: "texts.csv")
    try bench.succeed(.tokenize, "texts.csv", "--model", Workbench.model, "-o", "many.h5")
    let disk = try SmallDisk(bench.url("disk"), kilobytes: 5000)
    let command = [
      "many.h5", "--model", Workbench.model, "--json", "--quiet", "--threads", "1", "-o",
    ]
    let outcome = try bench.run(.encode, command + ["disk/f.h5"])
    #expect(outcome.status == 74, "\(outcome.standardError)")
    #expect(Self.saysFull(outcome), "\(outcome.standardError)")
    #expect(try Self.names(disk.folder) == [".f.h5.partial"])
    try disk.resize(kilobytes: 65_536)
    let again = try bench.run(.encode, command + ["disk/f.h5"])
    #expect(try #require(try again.json()["reused"] as? Int) > 0)
    #expect(try bench.run(.encode, command + ["whole.h5"]).status == 0)
    #expect(try bench.data("disk/f.h5") == bench.data("whole.h5"))
  }

  // MARK: - A folder that cannot be written, or is taken away

  @Test(.enabled(if: SmallDisk.isPossible, "mounting a tmpfs takes root"), arguments: Writer.all)
  func aReadOnlyFolderIsTold(writer: Writer) throws {
    let disk = try SmallDisk(bench.url("disk"), kilobytes: 64)
    try disk.makeReadOnly()
    try bench.refuse(
      73, naming: "disk/out", "Read-only file system", by: writer.stage,
      writer.arguments(output: "disk/out"))
  }

  @Test(arguments: Writer.all)
  func aFolderThatVanishesIsTold(writer: Writer) throws {
    for round in 0..<4 {
      try? FileManager.default.removeItem(at: bench.url("gone"))
      try FileManager.default.createDirectory(
        at: bench.url("gone"), withIntermediateDirectories: true)
      let process = try bench.start(writer.stage, writer.arguments(output: "gone/out"))
      // Sooner and later in the work.
      while process.isRunning, try Self.names(bench.url("gone")).isEmpty { usleep(200) }
      usleep(UInt32(round * 3000))
      try FileManager.default.moveItem(at: bench.url("gone"), to: bench.url("moved"))
      process.waitUntilExit()
      #expect(process.terminationReason == .exit)
      let status = process.terminationStatus
      #expect([0, 73, 74].contains(status), "\(writer): \(status)")
      // Nothing that lies has come into either place.
      #expect(!bench.exists("gone/out"))
      if status != 0 { #expect(!bench.exists("moved/out")) }
      try FileManager.default.removeItem(at: bench.url("moved"))
    }
  }

  // MARK: - Clocks

  /// Times of files are no evidence: what a file holds is.
  @Test func aClockThatJumpsBackHidesNoChange() throws {
    try bench.write("text\nA good film\n", to: "in.csv")
    let tokenize = ["in.csv", "--model", Workbench.model, "-o", "t.h5", "--json", "--quiet"]
    let encode = ["t.h5", "--model", Workbench.model, "-o", "f.h5", "--json", "--quiet"]
    for (stage, arguments) in [(StageName.tokenize, tokenize), (.encode, encode)] {
      #expect(try bench.run(stage, arguments).status == 0)
    }
    // Outputs of the future, and an input that is older than all of them and has changed.
    let future = Date(timeIntervalSinceNow: 10 * 365 * 86_400)
    for file in ["t.h5", "f.h5"] { try setTime(of: file, to: future) }
    try bench.write("text\nA poor film\n", to: "in.csv")
    try setTime(of: "in.csv", to: Date(timeIntervalSince1970: 0))
    let before = try bench.data("f.h5")
    for (stage, arguments) in [(StageName.tokenize, tokenize), (.encode, encode)] {
      let summary = try bench.run(stage, arguments).json()
      #expect(summary["up_to_date"] as? Bool != true, "\(stage)")
    }
    #expect(try bench.data("f.h5") != before)
    // Nothing changed: nothing is done, and the output's time is of now, so that make goes by it.
    try setTime(of: "f.h5", to: future)
    #expect(try bench.run(.encode, encode).json()["up_to_date"] as? Bool == true)
    let attributes = try FileManager.default.attributesOfItem(atPath: bench.url("f.h5").path)
    let time = try #require(attributes[.modificationDate] as? Date)
    #expect(abs(time.timeIntervalSinceNow) < 600)
  }

  private func setTime(of file: String, to date: Date) throws {
    try FileManager.default.setAttributes(
      [.modificationDate: date], ofItemAtPath: bench.url(file).path)
  }

  // MARK: - Two writers

  /// Both at once on one output: one or both succeed, and what is there is whole.
  @Test(arguments: Writer.all)
  func twoWritersLeaveAWholeOutput(writer: Writer) throws {
    #expect(try bench.run(writer.stage, writer.arguments(output: "whole")).status == 0)
    let processes = try (0..<3).map { _ in
      try bench.start(writer.stage, writer.arguments(output: "out"))
    }
    for process in processes { process.waitUntilExit() }
    let statuses = processes.map(\.terminationStatus)
    #expect(processes.allSatisfy { $0.terminationReason == .exit })
    #expect(statuses.contains(0), "\(statuses)")
    #expect(statuses.allSatisfy { [0, 73].contains($0) }, "\(statuses)")
    #expect(try bench.content("out") == bench.content("whole"))
    let left = try bench.snapshot().keys.filter { $0.hasPrefix(".") && !$0.contains("/") }
    #expect(left.isEmpty, "\(left)")
  }

  // MARK: -

  /// A stage that writes `output` in a moment.
  enum Writer: String, CustomTestStringConvertible {
    case tokenize, encode, merge, train, finetune

    static let all: [Writer] = [.tokenize, .encode, .merge, .train, .finetune]

    var testDescription: String { rawValue }

    var stage: StageName {
      switch self {
      case .tokenize: .tokenize
      case .encode: .encode
      case .merge: .merge
      case .train: .train
      case .finetune: .finetune
      }
    }

    func arguments(output: String) -> [String] {
      let model = ["--model", Workbench.model, "-o", output, "--quiet"]
      return switch self {
      case .tokenize: ["texts.csv"] + model
      case .encode: ["many.h5"] + model
      case .merge: ["s-0.h5", "s-1.h5", "--copy", "-o", output, "--quiet"]
      case .train: ["features.h5", "--head", "mlp", "-o", output, "--quiet"]
      case .finetune: ["tokens.h5"] + model + ["--max-steps", "10"]
      }
    }
  }

  private static func row(_ number: Int) -> String {
    let words = ["film", "movie", "story", "plot", "actor", "good", "great", "fine", "bad", "dull"]
    return String(number + 100_000).compactMap(\.wholeNumberValue).map { words[$0] }
      .joined(separator: " ") + "\n"
  }

  private static func saysFull(_ outcome: Outcome) -> Bool {
    let message = outcome.standardError
    return message.contains("the disk is full") || message.contains("No space left on device")
  }

  private static func names(_ folder: URL) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
  }
}

extension Workbench {
  /// The files of an output; what a run says of its own time is left out.
  func content(_ output: String) throws -> [String: Data] {
    var files: [String: Data] = [:]
    for (path, data) in try snapshot() where !path.hasSuffix("run.json") {
      if path == output { files[""] = data }
      if path.hasPrefix(output + "/") { files[String(path.dropFirst(output.count))] = data }
    }
    return files
  }
}

/// A tmpfs of some kilobytes; unmounted when the object goes.
private final class SmallDisk {
  let folder: URL

  /// Whether this process may mount.
  static let isPossible: Bool = {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("firn-mount-\(UUID().uuidString)")
    return (try? SmallDisk(folder, kilobytes: 64)) != nil
  }()

  init(_ folder: URL, kilobytes: Int) throws {
    self.folder = folder
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try Self.run("mount", "-t", "tmpfs", "-o", "size=\(kilobytes)k", "firn-test", folder.path)
  }

  deinit {
    try? Self.run("umount", "-l", folder.path)
    try? FileManager.default.removeItem(at: folder)
  }

  func resize(kilobytes: Int) throws {
    try Self.run("mount", "-o", "remount,size=\(kilobytes)k", folder.path)
  }

  func makeReadOnly() throws { try Self.run("mount", "-o", "remount,ro", folder.path) }

  private struct Failed: Error {}

  private static func run(_ command: String...) throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = command
    process.standardError = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw Failed() }
  }
}
