import Contracts
public import FeatureStore
import Foundation

/// run.json: what was run, on what, with what, and what it took.
public struct RunManifest: Sendable {
  public var values: [String: JSONValue]

  /// `settings`: all that the results depend on beside the inputs' digests.
  /// `cost`: of the training alone.
  /// `input`: what it learned from; what encoding it took is told where it is known.
  public init(
    stage: String, settings: [String: JSONValue], inputs: [String: JSONValue],
    seconds: [String: Double], threads: Int, kernels: String,
    cost: TrainingCost? = nil, input: TrainingInput? = nil
  ) {
    values = [
      "format": "firn.run", "format_version": 1,
      "firn_version": .string(Firn.version), "stage": .string(stage),
      "command": .strings(Self.command), "settings": .object(settings),
      "inputs": .object(inputs), "threads": .integer(threads), "kernels": .string(kernels),
      "seconds": .object(seconds.mapValues { .real(($0 * 1e6).rounded() / 1e6) }),
      "cpu_seconds": .real(Machine.cpuSeconds),
      "peak_memory_bytes": .integer(Machine.peakMemory),
    ]
    values["training"] = cost?.json
    if case .features(let file) = input {
      values["encoding"] = EncodingCost.find(file.provenance)?.json
    }
  }

  /// Notes which rows the results are reported of, by their texts: ids may be the numbers that the rows of
  /// every data set have.
  ///
  /// - Throws: `HDF5Error`.
  public mutating func note(_ results: RunResults, of columns: RowColumns) throws {
    let rows = results.rows(results.reportedSplit)
    values["reported"] = .object([
      "split": .string(results.reportedSplit.name), "rows": .integer(rows.count),
      "texts_sha256": .string(try columns.textsSHA256(rows)),
    ])
  }

  /// The command line, with every absolute path cut to its last part.
  private static var command: [String] {
    CommandLine.arguments.map { argument in
      argument.hasPrefix("/") ? String(argument.split(separator: "/").last ?? "/") : argument
    }
  }

  /// The manifest of an existing run; nil when there is none that can be read.
  public static func read(_ folder: String) -> [String: Any]? {
    guard let data = FileManager.default.contents(atPath: folder + "/run.json") else { return nil }
    return (try? JSONSerialization.jsonObject(with: data)) as? [String: Any]
  }

  /// Refuses a path that holds no run, before its parts are read.
  ///
  /// - Throws: ``StageError/noRun(path:)``, ``StageError/notARun(path:missing:)``.
  static func demand(_ part: String, in folder: String) throws(StageError) {
    let files = FileManager.default
    guard files.fileExists(atPath: folder) else { throw .noRun(path: folder) }
    guard files.isReadableFile(atPath: "\(folder)/\(part)") else {
      throw .notARun(path: folder, missing: part)
    }
  }

  /// The bytes of run.json.
  public var bytes: [UInt8] { Array((JSONValue.object(values).pretty() + "\n").utf8) }
}
