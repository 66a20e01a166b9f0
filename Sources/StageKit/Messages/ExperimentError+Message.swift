public import Experiments

extension ExperimentError: Explained {
  public var complaint: Complaint {
    switch self {
    case .noTerms:
      Complaint(
        .badData, "no term is left in the training texts: words of two letters or more are counted",
        advice: "check the text column, or give a smaller --min-df")
    }
  }
}
