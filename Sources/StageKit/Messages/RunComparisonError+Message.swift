extension RunComparisonError: Explained {
  public var complaint: Complaint {
    switch self {
    case .badPredictions(let path, let line, let column, let value):
      Complaint(
        .badData, "the column \(column) cannot hold '\(value)'", at: "\(path):\(line)",
        advice: "the file was changed or cut: train the run again")
    case .differentLabels(let first, let second, let found, let expected):
      Complaint(
        .badData, "\(second) predicts \(found), and \(first) \(expected)",
        advice: "compare runs that were trained on the same labels")
    case .differentRows(let first, let second, let split, let onlyFirst, let onlySecond):
      Complaint(
        .badData,
        "the runs have other \(split) rows: " + Self.rows(onlyFirst, of: first)
          + (onlyFirst.isEmpty || onlySecond.isEmpty ? "" : "; ")
          + Self.rows(onlySecond, of: second),
        advice: "train both from the same tokens file, so that they are judged on the same rows")
    case .otherOrder(let first, let second, let split):
      Complaint(
        .badData, "the \(split) rows of \(second) stand in another order than those of \(first)",
        advice: "train both from the same tokens file")
    case .differentTexts(let first, let second, let split):
      Complaint(
        .badData,
        "the \(split) rows of \(second) have the ids of those of \(first), and other texts",
        advice: "train both from the same tokens file; --id-column tells rows of data sets apart")
    case .differentRowLabel(let first, let second, let id, let found, let expected):
      Complaint(
        .badData, "row \(id) is labelled '\(found)' in \(second) and '\(expected)' in \(first)",
        advice: "train both from the same tokens file")
    case .noLabelledRows(let path):
      Complaint(
        .badData, "no row of the run has a label to compare with", at: path,
        advice: "tokenize with --label-column, and train again")
    case .onlyTrainRows(let path):
      Complaint(
        .badData, "the run has no rows but those that it learned from", at: path,
        advice: "tokenize with --test-size or --split-column, and train again")
    case .otherRowCount(let path, let split, let metrics, let predictions):
      Complaint(
        .badData,
        "metrics.json is of \(metrics) labelled \(split) rows, and predictions.csv has \(predictions)",
        at: path,
        advice: "a file was changed or cut, or an older Firn wrote them: train the run again")
    case .otherTexts(let path, let run, let split):
      Complaint(
        .badData, "the \(split) rows have other texts than those of \(run)", at: path,
        advice: "give the file that the run was trained from")
    case .otherRows(let path, let run, let row, let found, let expected):
      Complaint(
        .badData, "row \(row) is '\(found)' here and '\(expected)' in \(run)", at: path,
        advice: "give the file that the run was trained from")
    case .copiedRun(let path, let twin):
      Complaint(
        .usage, "the run is a copy of \(twin)", at: path, advice: "name one of them")
    case .sameRun(let path):
      Complaint(
        .usage, "the run is named twice", at: path, advice: "name each run folder once")
    }
  }

  /// Some of the rows by name, with how many there are.
  private static func rows(_ ids: [String], of run: String) -> String {
    guard !ids.isEmpty else { return "" }
    let named = ids.prefix(3).joined(separator: ", ") + (ids.count > 3 ? ", …" : "")
    return "\(ids.count) of \(run) only (\(named))"
  }
}
