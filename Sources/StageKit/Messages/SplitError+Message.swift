import Contracts
public import Corpora

extension SplitError: Explained {
  public var complaint: Complaint {
    switch self {
    case .sizeOutOfRange(let part, let size):
      Complaint(
        .usage, "the \(part.name) size \(Self.words(size)) is out of range",
        advice: "give a share between 0 and 1, or a number of rows")
    case .noTrainingRows(let part, let size, let rows):
      Complaint(
        .badData,
        "the \(part.name) size \(Self.words(size)) leaves no training rows out of \(rows)",
        advice: "give more rows or a smaller size")
    case .unlabeledRows(let count):
      Complaint(
        .badData, "\(count) rows have no label, and stratifying needs one for every row",
        advice: "label the rows, leave them out, or split without stratifying")
    case .classesTooSmall(let part, let classes):
      Complaint(
        .badData,
        "the \(part.name) rows cannot be stratified: \(classes.count) classes have fewer than 2 rows"
          + " (by number: \(classes.map(String.init).joined(separator: ", ")))",
        advice: "give those classes more rows, leave them out, or split without stratifying")
    case .fewerRowsThanClasses(let part, let rows, let rest, let classes):
      Complaint(
        .badData,
        "stratified, \(classes) classes need a row each on both sides,"
          + " but \(part.name) gets \(rows) rows and leaves \(rest)",
        advice: "give more rows or another size, or split without stratifying")
    case .foldsOutOfRange(let folds, let rows):
      Complaint(
        .usage, "\(folds) folds cannot be made of \(rows) rows",
        advice: "give at least 2 folds, and no more than there are rows")
    case .foldsBeyondClasses(let folds, let largest):
      Complaint(
        .badData, "\(folds) folds cannot be stratified: the largest class has \(largest) rows",
        advice: "give fewer folds, or more rows of each class")
    }
  }

  private static func words(_ size: SplitSize) -> String {
    switch size {
    case .fraction(let share): "\(share)"
    case .count(let count): "\(count)"
    }
  }
}
