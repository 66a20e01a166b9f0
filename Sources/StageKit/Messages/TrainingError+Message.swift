public import FineTuning
import Foundation

extension TrainingError: Explained {
  public var complaint: Complaint {
    switch self {
    case .diverged(let step, let rate, let loss, let norm):
      Complaint(
        .badData,
        "the training diverged at step \(step), learning rate \(rate): loss \(number(loss)), "
          + "gradient norm \(number(norm))",
        advice:
          "give a lower --learning-rate (a tenth, or what --lr-find suggests), a --clip-norm, "
          + "or a schedule that warms up")
    case .badText(let row, let reason):
      Complaint(
        .badData, "row \(row) cannot be learned from: \(Self.words(reason))",
        advice:
          "tokenize the texts with the model that is fine-tuned, and a --max-length that it has "
          + "positions for")
    case .foreignCheckpoint(let path, let what):
      Complaint(
        .badData, "the checkpoint is of another training: its \(what) differs", at: path,
        advice:
          "resume with the input, the model and the options that it was begun with, on the same "
          + "kernels, or run without --resume")
    case .badCheckpoint(let path, let reason):
      Complaint(
        .badData, "the checkpoint cannot be read: \(reason)", at: path,
        advice: "run without --resume")
    }
  }

  // "-nan" is no news over "nan".
  private func number(_ value: Double) -> String { value.isNaN ? "nan" : "\(value)" }

  private static func words(_ reason: BadText) -> String {
    switch reason {
    case .empty: "it has no token"
    case .idOutOfRange(let id, let size): "token \(id) is beyond a vocabulary of \(size)"
    case .typeOutOfRange(let type, let types): "token type \(type) is beyond \(types) types"
    case .tooLong(let tokens, let maximum): "\(tokens) tokens are beyond \(maximum) positions"
    }
  }
}

extension FrozenStatesError: Explained {
  public var complaint: Complaint {
    Complaint(
      .cannotCreate,
      "no room for what the frozen layers give: \(String(cString: strerror(errorNumber)))",
      at: folder, advice: "free some space there, or write the run to another disk")
  }
}
