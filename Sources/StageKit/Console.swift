import Foundation
public import Logging

/// What a stage says to people: results on standard output, everything else on standard error.
public struct Console: Sendable {
  public let quiet: Bool
  public let json: Bool
  /// Notices and warnings, on standard error.
  public let log: Logger

  /// `stage`: the name before every message, such as `firn-encode`.
  public init(stage: String, options: CommonOptions) {
    quiet = options.quiet
    json = options.json
    var log = Logger(label: stage) { StandardErrorLog(label: $0) }
    log.logLevel = options.quiet ? .error : .info
    self.log = log
  }

  /// Prints a result for people; nothing when only JSON is wanted.
  public func result(_ text: String) {
    if !json { Self.write(text + "\n", to: FileHandle.standardOutput) }
  }

  /// Prints the one JSON summary when it is wanted.
  public func summary(_ values: [String: JSONValue]) {
    if json { Self.write(JSONValue.object(values).text + "\n", to: FileHandle.standardOutput) }
  }

  /// Prints something on standard error unless `--quiet`.
  public func notice(_ text: String) {
    log.info("\(text)")
  }

  /// Prints a warning on standard error unless `--quiet`.
  public func warning(_ text: String) {
    log.warning("\(text)")
  }

  /// Prints a complaint on standard error.
  public static func complain(_ complaint: Complaint, stage: String) {
    write(complaint.text(stage: stage) + "\n", to: FileHandle.standardError)
  }

  static func write(_ text: String, to handle: FileHandle) {
    // A reader that went away is not an error of ours.
    try? handle.write(contentsOf: Data(text.utf8))
  }
}

extension Complaint {
  /// The words: `stage: what`, then where and the next step on lines of their own.
  public func text(stage: String) -> String {
    var lines = "\(stage): error: \(what)"
    if let location { lines += "\n  where: \(location)" }
    return lines + "\n  next: \(advice)"
  }
}

/// A swift-log handler: one line a message, without time, on standard error.
private struct StandardErrorLog: LogHandler {
  let label: String
  var metadata: Logger.Metadata = [:]
  var logLevel = Logger.Level.info

  init(label: String) {
    self.label = label
  }

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    let prefix = event.level >= .warning ? "\(label): \(event.level): " : "\(label): "
    Console.write("\(prefix)\(event.message)\n", to: FileHandle.standardError)
  }
}
