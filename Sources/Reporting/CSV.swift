public import Evaluation

/// Comma-separated values as RFC 4180 writes them, with `\n` after each record.
public enum CSV {
  /// A field, in quotes where the separator, a quote or a line break in it asks for them.
  public static func field(_ text: String, separator: Character = ",") -> String {
    let special = Array(separator.utf8) + ["\"", "\r", "\n"].map { UInt8(ascii: $0) }
    guard text.utf8.contains(where: special.contains) else { return text }
    var quoted = "\""
    for scalar in text.unicodeScalars {
      if scalar == "\"" { quoted.unicodeScalars.append("\"") }
      quoted.unicodeScalars.append(scalar)
    }
    return quoted + "\""
  }

  /// A record with its line end.
  ///
  /// `separator`: a comma, or a tab for tsv.
  public static func record(
    _ fields: some Sequence<String>, separator: Character = ","
  ) -> String {
    fields.map { field($0, separator: separator) }.joined(separator: String(separator)) + "\n"
  }

  /// confusion_matrix.csv: a row a true class, a column a predicted class, names at the edges.
  ///
  /// - Precondition: one name a class.
  public static func confusionMatrix(_ confusion: ConfusionMatrix, classNames: [String]) -> String {
    precondition(classNames.count == confusion.classCount)
    var text = record(["true\\predicted"] + classNames)
    for (label, name) in classNames.enumerated() {
      let counts = classNames.indices.map { "\(confusion[label: label, prediction: $0])" }
      text += record([name] + counts)
    }
    return text
  }

  /// confusion_matrix.csv of multi-label rows: a row a label, its decisions by kind, in the order of
  /// scikit-learn's `multilabel_confusion_matrix`.
  ///
  /// - Precondition: one name a label.
  public static func confusionMatrices(_ scores: MultiLabelScores, classNames: [String]) -> String {
    precondition(classNames.count == scores.counts.count)
    var text = record([
      "label", "true_negatives", "false_positives", "false_negatives", "true_positives",
    ])
    for (name, counts) in zip(classNames, scores.counts) {
      let cells = [
        counts.trueNegatives, counts.falsePositives, counts.falseNegatives, counts.truePositives,
      ]
      text += record([name] + cells.map { "\($0)" })
    }
    return text
  }

  /// class_metrics.csv: a row a class; a cell is empty where a metric is not defined.
  ///
  /// - Precondition: one name, one score and one place in the ranking a class.
  public static func classMetrics(
    _ scores: [ClassScores], _ ranking: RankingScores, classNames: [String]
  ) -> String {
    precondition(classNames.count == scores.count && ranking.rocAUC.count == scores.count)
    var text = record([
      "class", "support", "precision", "recall", "f1", "roc_auc", "average_precision",
    ])
    for (index, name) in classNames.enumerated() {
      let values = [
        scores[index].precision, scores[index].recall, scores[index].f1, ranking.rocAUC[index],
        ranking.averagePrecision[index],
      ]
      text += record(
        [name, "\(scores[index].support)"] + values.map { $0.isNaN ? "" : "\($0)" })
    }
    return text
  }
}
