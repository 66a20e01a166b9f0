import AtomicFiles
import Foundation
import Synchronization

/// Leaves cleanly on SIGINT, SIGTERM and SIGHUP: no half-written file stays, and a stage that keeps
/// its work is let come to the end of a step.
public enum Interruption {
  private struct State {
    /// What to say of the work that is kept; nil in a stage that keeps none.
    var keeping: String?
    var exitCode: Int32?
    /// Whether the step came to its end: what is kept may take as long to write as it takes.
    var isSaving = false
    /// Whether the process is on its way out.
    var isLeaving = false
  }

  private static let state = Mutex(State())
  /// How long a step may take before the process leaves in the middle of it.
  private static var patience: DispatchTimeInterval { .seconds(4) }
  // Sources must be kept for as long as signals are to be seen: for the whole process.
  nonisolated(unsafe) private static var sources: [any DispatchSourceSignal] = []

  static func install(stage: String) {
    signal(SIGPIPE, SIG_IGN)
    for (number, code) in [(SIGINT, Int32(130)), (SIGTERM, Int32(143)), (SIGHUP, Int32(129))] {
      // Who was started by nohup is to outlive its terminal.
      let previous = signal(number, SIG_IGN)
      if number == SIGHUP, isIgnored(previous) { continue }
      let source = DispatchSource.makeSignalSource(
        signal: number, queue: DispatchQueue.global(qos: .userInitiated))
      source.setEventHandler { arrived(code, stage: stage) }
      source.resume()
      sources.append(source)
    }
  }

  private static func isIgnored(_ handler: (@convention(c) (Int32) -> Void)?) -> Bool {
    // A number in a pointer's place: there is nothing to compare but its bits.
    unsafeBitCast(handler, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
  }

  /// From here on the stage's work outlives an interruption: a first signal makes ``check()`` throw,
  /// a second one, or no check within seconds, ends the process.
  ///
  /// `message`: what becomes of the work, for people.
  public static func keepWork(saying message: String) {
    state.withLock { $0.keeping = message }
  }

  /// From here on an interruption ends the process at once again.
  public static func keepNoWork() {
    state.withLock { $0.keeping = nil }
  }

  /// The end of a step.
  ///
  /// - Throws: ``Interrupted`` when a signal came.
  public static func check() throws(Interrupted) {
    let (code, message) = state.withLock { state in
      state.isSaving = state.exitCode != nil
      return (state.exitCode, state.keeping)
    }
    if let code { throw Interrupted(message: "interrupted; \(message ?? "")", exitCode: code) }
  }

  private static func arrived(_ code: Int32, stage: String) {
    let (message, isFirst) = state.withLock { state in
      defer { if state.keeping != nil { state.exitCode = code } }
      return (state.keeping, state.exitCode == nil)
    }
    guard let message, isFirst else {
      leave(code, "interrupted; \(message ?? "no output was written")", stage: stage)
    }
    DispatchQueue.global(qos: .userInitiated).asyncAfter(deadline: .now() + patience) {
      guard !state.withLock({ $0.isSaving }) else { return }
      leave(code, "interrupted; \(message)", stage: stage)
    }
  }

  /// Stops a thread whose process is on its way out: what it would say is of files that were taken
  /// from under it.
  static func waitIfLeaving() {
    while state.withLock({ $0.isLeaving }) { sleep(1) }
  }

  private static func leave(_ code: Int32, _ message: String, stage: String) -> Never {
    state.withLock { $0.isLeaving = true }
    AtomicFile.discardAll()
    Console.write("\n\(stage): \(message)\n", to: .standardError)
    _exit(code)
  }
}

/// A signal asked the stage to leave, and it came to the end of a step.
public struct Interrupted: Error, Equatable {
  /// For people.
  public let message: String
  /// 128 and the signal's number.
  public let exitCode: Int32
}
