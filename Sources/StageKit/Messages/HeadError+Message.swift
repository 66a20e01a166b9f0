public import Heads

extension HeadError: Explained {
  public var complaint: Complaint {
    switch self {
    case .noTrainingRows:
      return Complaint(
        .badData, "there are no training rows with a label",
        advice: "check the label column and the split that the features were made with")
    case .singleClass(let index):
      return Complaint(
        .badData, "all training rows are of one class (number \(index)): nothing to tell apart",
        advice: "check the label column and the split that the features were made with")
    case .constantLabels:
      return Complaint(
        .badData, "no label tells training rows apart: every row has it, or none",
        advice: "check the label columns and the split that the features were made with")
    case .nonFiniteLabel(let row):
      return Complaint(
        .badData, "a label is not a finite number", at: "row \(row)",
        advice: "correct the label column, or leave the label empty")
    case .singular(let alpha):
      return Complaint(
        .badData, "some features are sums of others, and alpha = \(alpha) is too small for them",
        advice: "choose a greater alpha")
    case .nonFiniteFeature(let row, let column):
      return Complaint(
        .badData, "a feature is not a finite number", at: "row \(row), column \(column)",
        advice: "encode the features again; if it stays so the model's weights are broken")
    case .widthMismatch(let expected, let found):
      return Complaint(
        .badData, "the head was trained on \(expected) features a row, these have \(found)",
        advice: "take features of the same model and view as in training")
    case .badHyperparameter(let name, let value):
      return Complaint(
        .usage, "\(name) must be a positive number, not \(value)", advice: "choose another value")
    case .diverged(let step, let rate):
      return Complaint(
        .badData, "training diverged at step \(step), at the learning rate \(rate)",
        advice: "take a smaller learning rate, or clip gradients")
    case .cancelled:
      return Complaint(.interrupted, "training was cancelled", advice: "start it again")
    case .kernels(let error):
      return error.complaint
    case .cannotRead(let path):
      return Complaint(
        .noInput, "cannot read the head", at: path,
        advice: "check that the folder is that of a run whose training has ended")
    case .malformed(let path, let detail):
      return broken("the head's description is malformed: \(detail)", path)
    case .newerVersion(let path, let found, let supported):
      return Complaint(
        .badData, "the head is of format version \(found), this program knows up to \(supported)",
        at: path, advice: "update Firn, or train the head again with this version")
    case .unknownKind(let path, let kind):
      return Complaint(
        .badData, "the head is of the unknown kind \(kind)", at: path,
        advice: "update Firn, or train the head again with this version")
    case .inconsistent(let path, let field):
      return broken("the head's \(field) contradicts the rest of its description", path)
    case .badShape(let path, let tensor, let expected, let found):
      return broken("tensor \(tensor) has the shape \(found) instead of \(expected)", path)
    case .nonFiniteWeights(let path, let tensor):
      return broken("tensor \(tensor) holds a number that is not finite", path)
    case .weights(let error):
      return error.complaint
    }
  }

  private func broken(_ what: String, _ path: String) -> Complaint {
    Complaint(.badData, what, at: path, advice: "train the head again")
  }
}
