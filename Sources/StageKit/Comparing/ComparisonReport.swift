public import AtomicFiles
import Digests
import FeatureStore
import Foundation
import Heads
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
        + ["learning_curve.csv", "head.json", "seeds.csv", HeadArchive.safetensorsName]
      let files = names.map { "\(run.path)/\($0)" }
        .filter { FileManager.default.isReadableFile(atPath: $0) }
      digests.append(.string(try SHA256Digest(ofFiles: files).description))
    }
    inputs["runs"] = .array(digests)
    inputs["names"] = .strings(runs.names)
    inputs["features"] = identity(sources.features?.provenance)
    inputs["tokens"] = identity(sources.tokens?.provenance)
    return inputs
  }

  /// Of what a file was made, and how.
  private static func identity(_ provenance: Provenance?) -> JSONValue {
    provenance.map { .strings([$0.configSHA256, $0.inputSHA256]) } ?? .null
  }

  /// What the folder's report says, where it is the one that these inputs would give; then its time is set
  /// to now.
  public static func upToDate(
    _ folder: String, inputs: [String: JSONValue]
  ) -> [String: JSONValue]? {
    guard let data = FileManager.default.contents(atPath: folder + "/" + marker),
      let found = (try? JSONSerialization.jsonObject(with: data)) as? [String: Any],
      found["firn_version"] as? String == Firn.version, let own = found["inputs"],
      let wanted = try? JSONSerialization.jsonObject(
        with: Data(JSONValue.object(inputs).text.utf8)),
      (own as? NSDictionary) == (wanted as? NSDictionary),
      names.allSatisfy({ FileManager.default.fileExists(atPath: "\(folder)/\($0)") }),
      var said = try? JSONDecoder().decode([String: JSONValue].self, from: data)
    else { return nil }
    for name in names { UpToDate.touch("\(folder)/\(name)") }
    said["inputs"] = nil
    return said
  }

  private static let names = [
    marker, "comparison.csv", "pairs.csv", "comparison.md", "report.html",
  ]

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
