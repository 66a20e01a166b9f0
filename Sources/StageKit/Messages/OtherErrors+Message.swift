public import Digests
public import Encoders
import Foundation
public import Kernels

extension DigestError: Explained {
  public var complaint: Complaint {
    Complaint(
      errorNumber == ENOENT ? .noInput : .ioError,
      "the file cannot be read: \(String(cString: strerror(errorNumber)))", at: path,
      advice: "check that it exists and that you may read it")
  }
}

extension KernelError: Explained {
  public var complaint: Complaint {
    switch self {
    case .unavailable(let name, let available):
      Complaint(
        .usage, "\(KernelSet.environmentVariable)=\(name) is not a kernel set of this machine",
        advice: "unset it, or give one of \(available.joined(separator: ", "))")
    case .noOpenBLAS(let reason):
      Complaint(
        .internal, "OpenBLAS cannot be loaded: \(reason)",
        advice: "install libopenblas.so.0 (Debian, Ubuntu: apt-get install libopenblas0)")
    case .noEigenvalues:
      Complaint(
        .badData,
        "the view's covariance has no eigenvalues: a feature is not finite, or all are far too large",
        advice: "encode again, and compare another view")
    case .noThread(let reason):
      Complaint(
        .internal, "the system gives this process no thread: \(reason)",
        advice: "raise the limit of processes (ulimit -u, or the container's)")
    }
  }
}

extension EncoderError: Explained {
  public var complaint: Complaint {
    switch self {
    case .idOutOfRange(let row, let id, let size):
      Complaint(
        .badData, "token id \(id) is outside the model's vocabulary of \(size)", at: "row \(row)",
        advice: "tokenize with the tokenizer of this model")
    case .typeOutOfRange(let row, let type, let size):
      Complaint(
        .badData, "token type \(type) is outside the model's \(size)", at: "row \(row)",
        advice: "tokenize with the tokenizer of this model")
    case .textTooLong(let row, let tokens, let maximum):
      Complaint(
        .badData, "a text of \(tokens) tokens is beyond the model's \(maximum) positions",
        at: "row \(row)", advice: "tokenize again with --max-length \(maximum) or less")
    }
  }
}
