public import AtomicFiles
import Digests
import FeatureStore
import Foundation
public import Reporting

/// The report's folder: the page, and the tables as csv, JSON and Markdown.
public struct ComparisonReport {
  /// The file by which a folder is known as a report.
  public static let marker = "comparison.json"

  private let comparison: Comparison
  private let inputs: [String: JSONValue]

  /// `inputs`: what the report was made from, see ``inputs(_:_:settings:)``.
  public init(_ comparison: Comparison, inputs: [String: JSONValue]) {
    self.comparison = comparison
    self.inputs = inputs
  }

  /// What a report depends on: digests of the runs' files and the settings.
  ///
  /// - Throws: `DigestError`.
  public static func inputs(
    _ runs: ComparedRuns, _ sources: RunSources, settings: [String: JSONValue]
  ) throws -> [String: JSONValue] {
    var inputs = settings
    var digests: [JSONValue] = []
    for run in runs.all {
      let names =
        ["run.json", "metrics.json", "predictions.csv", "history.csv"]
        + ["learning_curve.csv", "head.json"]
      let files = names.map { "\(run.path)/\($0)" }
        .filter { FileManager.default.isReadableFile(atPath: $0) }
      digests.append(.string(try SHA256Digest(ofFiles: files).description))
    }
    inputs["runs"] = .array(digests)
    inputs["names"] = .strings(runs.names)
    inputs["features"] = sources.features.map { .string($0.provenance.configSHA256) } ?? .null
    inputs["tokens"] = sources.tokens.map { .string($0.provenance.configSHA256) } ?? .null
    return inputs
  }

  /// Whether the folder holds the report that these inputs would give; then its time is set to now.
  public static func isUpToDate(_ folder: String, inputs: [String: JSONValue]) -> Bool {
    guard let data = FileManager.default.contents(atPath: folder + "/" + marker),
      let found = (try? JSONSerialization.jsonObject(with: data)) as? [String: Any],
      found["firn_version"] as? String == Firn.version, let own = found["inputs"],
      let wanted = try? JSONSerialization.jsonObject(
        with: Data(JSONValue.object(inputs).text.utf8)),
      (own as? NSDictionary) == (wanted as? NSDictionary),
      FileManager.default.fileExists(atPath: folder + "/report.html")
    else { return false }
    UpToDate.touch(folder + "/report.html")
    UpToDate.touch(folder + "/" + marker)
    return true
  }

  /// Writes every file.
  ///
  /// - Throws: `AtomicFileError`.
  public func write(to folder: AtomicFolder) throws(AtomicFileError) {
    let json = comparison.json.merging(["inputs": .object(inputs)]) { $1 }
    try folder.write((JSONValue.object(json).pretty() + "\n").utf8, to: Self.marker)
    try folder.write(comparison.csv.utf8, to: "comparison.csv")
    try folder.write(comparison.pairsCSV.utf8, to: "pairs.csv")
    try folder.write(comparison.markdown.utf8, to: "comparison.md")
    try folder.write(ReportPage(comparison).html.utf8, to: "report.html")
  }
}
