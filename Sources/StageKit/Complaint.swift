/// What a person is told when a stage cannot go on: what, where and what to do next.
public struct Complaint: Sendable, Equatable {
  /// The exit code that the shell sees, named as in BSD's sysexits.h.
  public enum Status: Int32, Sendable {
    /// The command line is wrong.
    case usage = 64
    /// The input's content is wrong.
    case badData = 65
    /// An input does not exist or cannot be read.
    case noInput = 66
    /// A fault of Firn's own.
    case `internal` = 70
    /// The output cannot be created.
    case cannotCreate = 73
    /// Reading or writing failed half-way.
    case ioError = 74
    /// Interrupted by the user (128 + SIGINT).
    case interrupted = 130
  }

  public var status: Status
  /// What went wrong, in one sentence without a full stop.
  public var what: String
  /// Where: `file:line`, `file (dataset tokens)`; nil when `what` says it.
  public var location: String?
  /// The next step for the user, in one sentence without a full stop.
  public var advice: String

  public init(_ status: Status, _ what: String, at location: String? = nil, advice: String) {
    self.status = status
    self.what = what
    self.location = location
    self.advice = advice
  }
}

/// An error that StageKit can put into words. Libraries throw evidence; the words are in Messages/.
public protocol Explained: Error {
  var complaint: Complaint { get }
}
