public import ArgumentParser
import AtomicFiles
import Foundation

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
      do {
        try execute(console)
      } catch {
        Interruption.waitIfLeaving()
        throw error
      }
    } catch let error as any Explained {
      AtomicFile.discardAll()
      Console.complain(error.complaint, stage: stage)
      throw ExitCode(error.complaint.status.rawValue)
    } catch let error as Interrupted {
      AtomicFile.discardAll()
      Console.write("\n\(stage): \(error.message)\n", to: .standardError)
      throw ExitCode(error.exitCode)
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
