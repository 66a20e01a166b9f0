public import AtomicFiles
public import Contracts
public import Evaluation
import Foundation
public import Heads
import Reporting

/// What a trained head did on every row, and the files of a run folder that say so.
public struct RunResults: Sendable {
  public let ids: [String]
  public let splits: [Split]
  /// Class numbers, -1 where a row has none.
  public let labels: [Int32]
  public let classNames: [String]
  /// [rows, classes].
  public let probabilities: ClassProbabilities
  public let predicted: [Int]

  public init(
    ids: [String], splits: [Split], labels: [Int32], classNames: [String],
    probabilities: ClassProbabilities
  ) {
    self.ids = ids
    self.splits = splits
    self.labels = labels
    self.classNames = classNames
    self.probabilities = probabilities
    predicted = probabilities.classes
  }

  /// The split that the reports speak of: test, else validation, else train.
  public var reportedSplit: Split {
    [Split.test, .validation].first { !rows($0).isEmpty } ?? .train
  }

  /// The labelled rows of a split.
  public func rows(_ split: Split) -> [Int] {
    labels.indices.filter { splits[$0] == split && labels[$0] >= 0 }
  }

  /// The confusion matrix of a split.
  public func confusion(_ split: Split) -> ConfusionMatrix {
    let rows = rows(split)
    return ConfusionMatrix(
      labels: rows.map { Int(labels[$0]) }, predictions: rows.map { predicted[$0] },
      classCount: classNames.count)
  }

  /// Flat numbers for every split that has labelled rows: `test.accuracy`, `test.f1_macro`, …
  public var metrics: [String: Double] {
    var metrics: [String: Double] = [:]
    for split in Split.allCases {
      let rows = rows(split)
      guard !rows.isEmpty else { continue }
      let confusion = confusion(split)
      let macro = confusion.macroAverage
      let values: [String: Double] = [
        "rows": Double(rows.count), "accuracy": confusion.accuracy,
        "balanced_accuracy": confusion.balancedAccuracy, "precision_macro": macro.precision,
        "recall_macro": macro.recall, "f1_macro": macro.f1,
        "f1_weighted": confusion.weightedAverage.f1,
        "matthews_correlation": confusion.matthewsCorrelation,
        "log_loss": logLoss(
          labels: rows.map { Int(labels[$0]) },
          probabilities: rows.flatMap { Array(probabilities[row: $0]) },
          classCount: classNames.count),
      ]
      for (name, value) in values { metrics["\(split.name).\(name)"] = value }
    }
    return metrics
  }

  /// scikit-learn's classification report of the reported split.
  public var classificationReport: String {
    ClassificationReport(confusion(reportedSplit), classNames: classNames).text
  }

  /// id, split, label, predicted and a probability column a class: one line a row.
  public var predictionsCSV: String {
    var text = CSV.record(
      ["id", "split", "label", "predicted"] + classNames.map { "probability_" + $0 })
    for row in ids.indices {
      let label = labels[row] < 0 ? "" : classNames[Int(labels[row])]
      text += CSV.record(
        [ids[row], splits[row].name, label, classNames[predicted[row]]]
          + probabilities[row: row].map { "\($0)" })
    }
    return text
  }

  /// Writes every file that speaks of the results.
  ///
  /// - Throws: ``AtomicFileError``.
  public func write(to folder: AtomicFolder) throws(AtomicFileError) {
    try folder.write(MetricsJSON.encode(metrics), to: "metrics.json")
    try folder.write(classificationReport.utf8, to: "classification_report.txt")
    try folder.write(
      CSV.confusionMatrix(confusion(reportedSplit), classNames: classNames).utf8,
      to: "confusion_matrix.csv")
    try folder.write(predictionsCSV.utf8, to: "predictions.csv")
  }
}

/// run.json: what was run, on what, with what, and what it took.
public struct RunManifest: Sendable {
  public var values: [String: JSONValue]

  /// `settings`: all that the results depend on beside the inputs' digests.
  public init(
    stage: String, settings: [String: JSONValue], inputs: [String: JSONValue],
    seconds: [String: Double], threads: Int, kernels: String
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

  /// The bytes of run.json.
  public var bytes: [UInt8] { Array((JSONValue.object(values).pretty() + "\n").utf8) }
}
