import Foundation
import Testing

/// A temporary folder in which stages run, with a model in it; removed when the object goes.
///
/// Stages see the paths as relative to ``folder``. Their cache and their captured output lie beside
/// it, so that a listing of ``folder`` shows only what a stage left there.
final class Workbench: Sendable {
  static let model = "tiny-bert"

  private let root: URL
  let folder: URL

  init() throws {
    root = FileManager.default.temporaryDirectory
      .appendingPathComponent("firn-stages-\(UUID().uuidString)")
    folder = root.appendingPathComponent("work")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try FileManager.default.copyItem(
      at: Self.fixture, to: folder.appendingPathComponent(Self.model))
  }

  deinit { try? FileManager.default.removeItem(at: root) }

  private static var fixture: URL {
    Bundle.module.bundleURL.appendingPathComponent("Fixtures/\(model)")
  }

  // MARK: - Files

  func url(_ path: String) -> URL { folder.appendingPathComponent(path) }

  func exists(_ path: String) -> Bool {
    FileManager.default.fileExists(atPath: url(path).path)
  }

  func data(_ path: String) throws -> Data { try Data(contentsOf: url(path)) }

  func text(_ path: String) throws -> String { String(decoding: try data(path), as: UTF8.self) }

  func write(_ text: String, to path: String) throws { try write(Data(text.utf8), to: path) }

  func write(_ data: Data, to path: String) throws {
    let url = url(path)
    try FileManager.default.createDirectory(
      at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try data.write(to: url)
  }

  func remove(_ path: String) throws { try FileManager.default.removeItem(at: url(path)) }

  /// Every file below ``folder`` with its bytes, folders with none; hidden ones too.
  func snapshot() throws -> [String: Data] {
    var files: [String: Data] = [:]
    for path in try FileManager.default.subpathsOfDirectory(atPath: folder.path) {
      files[path] = FileManager.default.contents(atPath: url(path).path) ?? Data()
    }
    return files
  }

  // MARK: - Stages

  /// Runs a stage to its end.
  func run(
    _ stage: StageName, _ arguments: [String], input: Data = Data(),
    environment: [String: String] = [:]
  ) throws -> Outcome {
    let capture = root.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: capture, withIntermediateDirectories: true)
    // Files instead of pipes: a full pipe cannot stop the process.
    let files = try ["in", "out", "err"].map { name in
      let url = capture.appendingPathComponent(name)
      try (name == "in" ? input : Data()).write(to: url)
      return try FileHandle(forUpdating: url)
    }
    let process = Process()
    process.executableURL = try stage.executable
    process.arguments = arguments
    process.currentDirectoryURL = folder
    process.environment = self.environment.merging(environment) { $1 }
    process.standardInput = files[0]
    process.standardOutput = files[1]
    process.standardError = files[2]
    try process.run()
    process.waitUntilExit()
    for file in files { try file.close() }
    func captured(_ name: String) throws -> String {
      String(decoding: try Data(contentsOf: capture.appendingPathComponent(name)), as: UTF8.self)
    }
    return Outcome(
      status: process.terminationReason == .exit ? process.terminationStatus : nil,
      standardOutput: try captured("out"), standardError: try captured("err"))
  }

  /// Starts a stage that is not waited for; what it says is lost.
  func start(_ stage: StageName, _ arguments: [String]) throws -> Process {
    let process = Process()
    process.executableURL = try stage.executable
    process.currentDirectoryURL = folder
    process.arguments = arguments
    process.environment = environment
    process.standardError = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    try process.run()
    return process
  }

  private var environment: [String: String] {
    ProcessInfo.processInfo.environment.merging([
      "XDG_CACHE_HOME": root.appendingPathComponent("cache").path,
      "HF_HOME": root.appendingPathComponent("hub").path, "NO_COLOR": "1",
    ]) { $1 }
  }

  /// Runs a stage that must succeed.
  @discardableResult
  func succeed(
    _ stage: StageName, _ arguments: String..., input: Data = Data(),
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws -> Outcome {
    try succeed(stage, arguments: arguments, input: input, sourceLocation: sourceLocation)
  }

  /// Runs a stage that must succeed.
  @discardableResult
  func succeed(
    _ stage: StageName, arguments: [String], input: Data = Data(),
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws -> Outcome {
    let outcome = try run(stage, arguments, input: input)
    try #require(outcome.status == 0, "\(outcome.standardError)", sourceLocation: sourceLocation)
    return outcome
  }

  /// Runs a stage that must refuse: with this exit code, one message that says what, where
  /// (`naming`) and what next, and without a trace in the folder.
  func refuse(
    _ status: Int32, naming: String..., by stage: StageName, _ arguments: [String],
    input: Data = Data(), sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let before = try snapshot()
    let outcome = try run(stage, arguments, input: input)
    let message = outcome.standardError
    #expect(outcome.status == status, "\(message)", sourceLocation: sourceLocation)
    #expect(outcome.standardOutput.isEmpty, sourceLocation: sourceLocation)
    #expect(
      message.hasPrefix("\(stage.rawValue): error: "), "\(message)", sourceLocation: sourceLocation)
    #expect(message.components(separatedBy: "error:").count == 2, sourceLocation: sourceLocation)
    #expect(message.contains("\n  next: "), "\(message)", sourceLocation: sourceLocation)
    for name in naming {
      #expect(
        message.contains(name), "no '\(name)' in: \(message)", sourceLocation: sourceLocation)
    }
    let after = try snapshot()
    let traces = Set(after.keys).symmetricDifference(before.keys)
    #expect(traces.isEmpty, "files came or went", sourceLocation: sourceLocation)
    #expect(after == before, "files changed", sourceLocation: sourceLocation)
  }
}
