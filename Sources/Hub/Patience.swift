import Foundation
import StageKit

/// How often a request is made again, and after what pause.
package struct Patience: Sendable {
  /// Attempts without a step forward.
  package var attempts = 5
  /// Seconds before the second attempt; doubled before each further one.
  package var firstPause = 0.5
  /// A server that asks for a longer pause is not waited for.
  package var longestPause = 120.0
  /// How to let seconds pass.
  package var pause: @Sendable (Double) -> Void = { Thread.sleep(forTimeInterval: $0) }

  /// A failure that may pass.
  struct Passing: Error {
    /// What to throw after the last attempt, given their number.
    let failure: @Sendable (_ attempts: Int) -> HubError
    /// The seconds that the server asks to wait.
    var retryAfter: Double?
    /// Whether something was gained since the attempt before: counting begins anew.
    var wentOn = false
  }

  /// Runs `body` until it succeeds, fails for good, or the attempts are used up.
  ///
  /// `notice`: is told of every pause.
  ///
  /// - Throws: ``HubError``, or what else `body` throws.
  func run<Value>(notice: (String) -> Void, _ body: () throws -> Value) throws -> Value {
    var failures = 0
    while true {
      do {
        return try body()
      } catch let passing as Passing {
        failures = passing.wentOn ? 1 : failures + 1
        let wait = passing.retryAfter ?? firstPause * pow(2, Double(failures - 1))
        guard failures < attempts, wait <= longestPause else {
          throw passing.failure(failures)
        }
        let seconds = String(format: "%g", (wait * 10).rounded(.up) / 10)
        notice("\(passing.failure(1).complaint.what); again in \(seconds) s")
        pause(wait)
      }
    }
  }
}
