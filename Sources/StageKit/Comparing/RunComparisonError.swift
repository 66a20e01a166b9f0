/// Why runs cannot be compared.
public enum RunComparisonError: Error, Equatable {
  /// A record of predictions.csv, or a metric, cannot be read.
  case badPredictions(path: String, line: Int, column: String, value: String)
  /// The runs predict labels of different kinds, or other classes.
  case differentLabels(first: String, second: String, found: String, expected: String)
  /// Rows are compared on in one run, and not in the other.
  case differentRows(
    first: String, second: String, split: String, onlyFirst: [String], onlySecond: [String])
  /// The same row has another label.
  case differentRowLabel(first: String, second: String, id: String, found: String, expected: String)
  /// No row of the run has a label.
  case noLabelledRows(path: String)
  /// A file that was named has other rows than the runs.
  case otherRows(path: String, run: String, row: Int, found: String, expected: String)
  /// Two of the run folders are one.
  case sameRun(path: String)
}
