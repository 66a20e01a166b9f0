public import ArgumentParser
import AtomicFiles
import Foundation
import Synchronization

/// A stage: parse, load, call, write. ``execute(_:)`` does the work and throws evidence; this
/// protocol turns it into words and an exit code.
public protocol Stage: ParsableCommand {
  var common: CommonOptions { get }
  func execute(_ console: Console) throws
}

extension Stage {
  public func run() throws {
    let stage = Self._commandName
    Interruption.install(stage: stage)
    let console = Console(stage: stage, options: common)
    do {
      try execute(console)
    } catch let error as any Explained {
      AtomicFile.discardAll()
      Console.complain(error.complaint, stage: stage)
      throw ExitCode(error.complaint.status.rawValue)
    } catch let error as ValidationError {
      throw error
    } catch let code as ExitCode {
      throw code
    } catch {
      AtomicFile.discardAll()
      let complaint = Complaint(
        .internal, "an error that Firn does not know: \(error)",
        advice: "report it with the command and the input that led here")
      Console.complain(complaint, stage: stage)
      throw ExitCode(complaint.status.rawValue)
    }
  }
}

/// Leaves cleanly on SIGINT and SIGTERM: no half-written file stays.
public enum Interruption {
  /// The work was stopped where it can go on.
  public struct Stopped: Error, Equatable {
    public let step: Int
    public let steps: Int
  }

  // Sources must be kept for as long as signals are to be seen: for the whole process.
  nonisolated(unsafe) private static var sources: [any DispatchSourceSignal] = []
  private static let isDeferred = Atomic<Bool>(false)
  private static let asked = Atomic<Bool>(false)

  /// Whether a signal came that ``deferred(_:)`` holds back.
  public static var isAsked: Bool { asked.load(ordering: .relaxed) }

  /// Runs `body`, which asks ``isAsked`` where it can stop: a first signal is noted there, a second one ends
  /// the process as ever.
  public static func deferred<Value>(_ body: () throws -> Value) rethrows -> Value {
    isDeferred.store(true, ordering: .relaxed)
    defer { isDeferred.store(false, ordering: .relaxed) }
    return try body()
  }

  static func install(stage: String) {
    signal(SIGPIPE, SIG_IGN)
    for (number, code) in [(SIGINT, Int32(130)), (SIGTERM, Int32(143)), (SIGHUP, Int32(129))] {
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(
        signal: number, queue: DispatchQueue.global(qos: .userInitiated))
      source.setEventHandler {
        let isFirst = !asked.exchange(true, ordering: .relaxed)
        if isFirst, isDeferred.load(ordering: .relaxed) {
          let text = "\n\(stage): interrupted; a checkpoint is being written\n"
          return Console.write(text, to: .standardError)
        }
        AtomicFile.discardAll()
        Console.write("\n\(stage): interrupted; no output was written\n", to: .standardError)
        _exit(code)
      }
      source.resume()
      sources.append(source)
    }
  }
}
