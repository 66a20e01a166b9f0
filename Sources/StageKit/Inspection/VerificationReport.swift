public import FeatureStore
import Reporting

/// What `firn-inspect --verify` says: every check, and the errors together.
public struct VerificationReport: Sendable {
  private let path: String
  private var checks: [Verification.Check]
  private var sample: SampleVerification?

  /// Reads all of a file.
  ///
  /// - Throws: `HDF5Error`, `FeatureStoreError` for a file that does not open.
  public init(_ stored: StoredFile, _ console: Console) throws {
    path = stored.path
    let progress = Progress(
      console, "verifying", total: Verification.rowCount(stored), unit: "rows of datasets")
    checks = try Verification(stored) { progress.advance($0) }.checks
    progress.finish()
  }

  /// Adds what was found of rows that were made again.
  public mutating func add(_ sample: SampleVerification) {
    self.sample = sample
    checks.append(
      Verification.Check(
        name: "\(sample.rows) rows", what: "made again by the model", error: sample.errors.first))
  }

  /// Whether nothing is wrong so far.
  public var isClean: Bool { checks.allSatisfy { $0.error == nil } }

  /// - Throws: the one error there is; `VerificationError.several` for more.
  public func throwErrors() throws {
    // The first of the sample's is its check's.
    let errors: [any Error] =
      checks.compactMap(\.error) + (sample?.errors.dropFirst().map { $0 } ?? [])
    guard let first = errors.first else { return }
    if errors.count == 1 { throw first }
    throw VerificationError.several(
      path: path, count: errors.count, first: Self.words(of: first))
  }

  public var text: String {
    var table = TextTable([("verified", .left), ("by", .left), ("", .left)])
    for check in checks {
      table.append([check.name, check.what, check.error.map(Self.words) ?? "ok"])
    }
    var text = "\n" + table.text
    if let sample {
      text += "\n\(sample.identical) of \(sample.rows) rows have the same bits when made again"
      if sample.largestDifference > 0 {
        text += "; the largest difference is \(sample.largestDifference) of a row's largest number"
      }
      text += "\n"
    }
    return text
  }

  public var json: [String: JSONValue] {
    var values: [String: JSONValue] = [
      "verified": .bool(isClean),
      "checks": .array(
        checks.map { check in
          .object([
            "name": .string(check.name), "by": .string(check.what),
            "error": check.error.map { .string(Self.words(of: $0)) } ?? .null,
          ])
        }),
    ]
    if let sample {
      values["sample_rows"] = .integer(sample.rows)
      values["sample_identical"] = .integer(sample.identical)
      values["sample_largest_difference"] = .real(sample.largestDifference)
    }
    return values
  }

  private static func words(of error: any Error) -> String {
    guard let complaint = (error as? any Explained)?.complaint else { return "\(error)" }
    return complaint.location.map { "\($0): \(complaint.what)" } ?? complaint.what
  }
}
