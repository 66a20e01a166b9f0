/// Why runs cannot be compared.
public enum RunComparisonError: Error, Equatable {
  /// A record of predictions.csv, or a metric, cannot be read.
  case badPredictions(path: String, line: Int, column: String, value: String)
  /// The runs predict labels of different kinds, or other classes.
  case differentLabels(first: String, second: String, found: String, expected: String)
  /// Rows are compared on in one run, and not in the other.
  case differentRows(
    first: String, second: String, split: String, onlyFirst: [String], onlySecond: [String])
  /// The rows are the same, and stand in another order.
  case otherOrder(first: String, second: String, split: String)
  /// The rows have the same ids and other texts.
  case differentTexts(first: String, second: String, split: String)
  /// The same row has another label.
  case differentRowLabel(first: String, second: String, id: String, found: String, expected: String)
  /// No row of the run has a label.
  case noLabelledRows(path: String)
  /// There are no rows but those that the run learned from.
  case onlyTrainRows(path: String)
  /// The predictions are of more or fewer labelled rows than the metrics.
  case otherRowCount(path: String, split: String, metrics: Int, predictions: Int)
  /// A file that was named has other texts than the runs.
  case otherTexts(path: String, run: String, split: String)
  /// A file that was named has other rows than the runs.
  case otherRows(path: String, run: String, row: Int, found: String, expected: String)
  /// The run folder is a copy of another that was named.
  case copiedRun(path: String, of: String)
  /// Two of the run folders are one.
  case sameRun(path: String)
}
