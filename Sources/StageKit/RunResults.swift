public import AtomicFiles
public import Contracts
import Evaluation
public import Heads
import Reporting

/// What a trained head did on every row, and the files of a run folder that say so.
public struct RunResults: Sendable {
  public let ids: [String]
  public let splits: [Split]
  public let labels: Labels
  public let classNames: [String]
  public let predictions: Predictions
  /// What stands in metrics.json beside the run's own metrics: those of comparisons.
  public let comparisons: [String: Double]

  /// - Precondition: all have the same rows, and labels and predictions are of one kind.
  public init(
    ids: [String], splits: [Split], labels: Labels, classNames: [String], predictions: Predictions,
    comparisons: [String: Double] = [:]
  ) {
    precondition(
      splits.count == ids.count && labels.count == ids.count && predictions.count == ids.count)
    self.ids = ids
    self.splits = splits
    self.labels = labels
    self.classNames = classNames
    self.predictions = predictions
    self.comparisons = comparisons
  }

  /// The split that the reports speak of: test, else validation, else train.
  public var reportedSplit: Split {
    [Split.test, .validation].first { !rows($0).isEmpty } ?? .train
  }

  /// The labelled rows of a split.
  public func rows(_ split: Split) -> [Int] {
    splits.indices.filter { splits[$0] == split && labels.isLabelled($0) }
  }

  /// Flat numbers for every split that has labelled rows: `test.accuracy`, `test.f1_macro`, …,
  /// NaN where one is not defined; and those of ``comparisons``.
  public var metrics: [String: Double] {
    var metrics = comparisons
    for split in Split.allCases {
      let rows = rows(split)
      guard !rows.isEmpty else { continue }
      let own = predictions.rows(at: rows).metrics(for: labels.rows(at: rows))
      for (name, value) in own { metrics["\(split.name).\(name)"] = value }
    }
    return metrics
  }

  /// The report of the reported split: scikit-learn's classification report, or for numbers the
  /// regression report.
  public var report: String { reportedFiles.text }

  /// Writes every file that speaks of the results.
  ///
  /// - Throws: `AtomicFileError`.
  public func write(to folder: AtomicFolder) throws(AtomicFileError) {
    try folder.write(MetricsJSON.encode(metrics), to: "metrics.json")
    try folder.write(predictionsCSV.utf8, to: "predictions.csv")
    let reported = reportedFiles
    try folder.write(reported.text.utf8, to: reported.name)
    for (name, text) in reported.tables { try folder.write(text.utf8, to: name) }
  }

  /// id, split, label, predicted, and a probability column a class: one line a row.
  ///
  /// Label sets are lists with `;` between names; without a label the field is empty. Where there are such rows,
  /// a set that is known to be empty is a `;` alone. Numbers have no probabilities.
  public var predictionsCSV: String {
    let predicted = predicted
    let probabilities: ClassProbabilities? =
      switch predictions {
      case .classes(let probabilities), .sets(let probabilities): probabilities
      case .numbers: nil
      }
    let columns = probabilities == nil ? [] : classNames.map { "probability_" + $0 }
    let emptySet = ids.indices.allSatisfy(labels.isLabelled) ? "" : ";"
    var text = CSV.record(["id", "split", "label", "predicted"] + columns)
    for row in ids.indices {
      text += CSV.record(
        [ids[row], splits[row].name, label(row, emptySet), predicted[row]]
          + (probabilities?[row: row].map { "\($0)" } ?? []))
    }
    return text
  }

  /// What is predicted of each row, in words.
  private var predicted: [String] {
    switch predictions {
    case .classes(let probabilities):
      return probabilities.classes.map { classNames[$0] }
    case .sets(let probabilities):
      let sets = probabilities.labelSets
      return (0..<sets.rows).map { list(sets.labels(ofRow: $0)) }
    case .numbers(let numbers):
      return numbers.map { "\($0)" }
    }
  }

  private func label(_ row: Int, _ emptySet: String) -> String {
    guard labels.isLabelled(row) else { return "" }
    return switch labels {
    case .classes(let classes): classNames[Int(classes[row])]
    case .sets(let sets):
      sets.labels(ofRow: row).isEmpty ? emptySet : list(sets.labels(ofRow: row))
    case .numbers(let numbers): "\(numbers[row])"
    }
  }

  private func list(_ labels: [Int]) -> String {
    labels.map { classNames[$0] }.joined(separator: ";")
  }

  /// The report with its file's name, and the tables that stand beside it.
  private var reportedFiles: (name: String, text: String, tables: [String: String]) {
    let rows = rows(reportedSplit)
    switch (labels.rows(at: rows), predictions.rows(at: rows)) {
    case (.classes(let labels), .classes(let probabilities)):
      let labels = labels.map { Int($0) }
      let confusion = ConfusionMatrix(
        labels: labels, predictions: probabilities.classes, classCount: classNames.count)
      let ranking = RankingScores(
        labels: labels, probabilities: probabilities.values, classCount: classNames.count)
      return (
        "classification_report.txt", ClassificationReport(confusion, classNames: classNames).text,
        [
          "confusion_matrix.csv": CSV.confusionMatrix(confusion, classNames: classNames),
          "class_metrics.csv": CSV.classMetrics(
            confusion.classScores, ranking, classNames: classNames),
        ]
      )
    case (.sets(let labels), .sets(let probabilities)):
      let scores = MultiLabelScores(labels: labels, predictions: probabilities.labelSets)
      let ranking = RankingScores(labels: labels, probabilities: probabilities.values)
      return (
        "classification_report.txt", ClassificationReport(scores, classNames: classNames).text,
        [
          "confusion_matrix.csv": CSV.confusionMatrices(scores, classNames: classNames),
          "class_metrics.csv": CSV.classMetrics(
            scores.labelScores, ranking, classNames: classNames),
        ]
      )
    case (.numbers(let targets), .numbers(let predictions)):
      let scores = RegressionScores(targets: targets, predictions: predictions)
      return ("regression_report.txt", RegressionReport(scores).text, [:])
    default: preconditionFailure("predictions of one kind, labels of another")
    }
  }
}
