public import FeatureStore

extension VerificationError: Explained {
  public var complaint: Complaint {
    switch self {
    case .otherStrings(let path, let expected, let found):
      Complaint(
        .badData,
        "the strings of the attributes, ids, class names or texts have changed since they were written"
          + " (strings_sha256 \(expected.prefix(12))… became \(found.prefix(12))…)",
        at: path, advice: remake)
    case .otherConfig(let path, let expected, let found):
      Complaint(
        .badData,
        "the settings are not those that their digest is of (\(expected.prefix(12))…, now "
          + "\(found.prefix(12))…)",
        at: "\(path) (attribute config)", advice: remake)
    case .otherAttribute(let path, let name, let config, let found):
      Complaint(
        .badData, "the attribute is \(found), where the settings say \(config)",
        at: "\(path) (attribute \(name))", advice: remake)
    case .otherMetric(let path, let name, let kept, let found):
      Complaint(
        .badData, "\(name) is \(kept) in metrics.json, and \(found) by predictions.csv", at: path,
        advice: "a file was changed: train the run again")
    case .otherText(let path, let row):
      Complaint(
        .badData, "the text of row \(row) is not the one that its SHA-256 is of",
        at: "\(path) (dataset texts)", advice: remake)
    case .otherTokenCount(let path, let row, let expected, let found):
      Complaint(
        .badData, "row \(row) has \(expected) tokens and the vectors of \(found)",
        at: "\(path) (dataset n_tokens)", advice: remake)
    case .otherRow(let path, let dataset, let row, let difference):
      Complaint(
        .badData,
        "row \(row) is not what the model makes of it: the largest difference is \(difference)",
        at: "\(path) (dataset \(dataset))", advice: remake)
    case .otherTokens(let path, let tokens, let row):
      Complaint(
        .badData, "row \(row) was made of other tokens than \(tokens) has",
        at: "\(path) (dataset token_sha256)",
        advice: "give --tokens the file that these features were encoded from, or encode again")
    case .several(let path, let count, let first):
      Complaint(
        .badData, "\(count) things are wrong; the first: \(first)", at: path, advice: remake)
    }
  }

  private var remake: String {
    "copy the file again, or delete it and run the stage that makes it"
  }
}
