import Foundation
import Testing

/// The executables under test.
enum StageName: String, CaseIterable, CustomTestStringConvertible {
  case fetch = "firn-fetch"
  case tokenize = "firn-tokenize"
  case encode = "firn-encode"
  case merge = "firn-merge"
  case inspect = "firn-inspect"
  case train = "firn-train"
  case finetune = "firn-finetune"
  case predict = "firn-predict"
  case search = "firn-search"
  case export = "firn-export"
  case compare = "firn-compare"
  case bench = "firn-bench"

  var testDescription: String { rawValue }

  /// Where the build put it: in the folder of the test bundle, else in the package's release build.
  var executable: URL {
    get throws {
      let package = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
      let folders = [
        URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent(),
        Bundle.main.bundleURL,
        package.appendingPathComponent(".build/release"),
      ]
      let places = folders.map { $0.appendingPathComponent(rawValue) }
      let found = places.first { FileManager.default.isExecutableFile(atPath: $0.path) }
      guard let found else { throw NotBuilt(stage: rawValue, lookedIn: folders.map(\.path)) }
      return found
    }
  }
}

/// The stage's executable is not there: the package was not built whole.
struct NotBuilt: Error {
  let stage: String
  let lookedIn: [String]
}

/// What a process left behind.
struct Outcome {
  /// The exit code; nil when a signal ended the process.
  let status: Int32?
  let standardOutput: String
  let standardError: String

  /// The one JSON object that `--json` promises.
  func json() throws -> [String: Any] {
    let value = try JSONSerialization.jsonObject(with: Data(standardOutput.utf8))
    guard let object = value as? [String: Any] else { throw CocoaError(.coderInvalidValue) }
    return object
  }
}
