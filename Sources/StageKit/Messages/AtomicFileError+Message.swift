public import AtomicFiles
import Foundation

extension AtomicFileError: Explained {
  public var complaint: Complaint {
    switch self {
    case .noFolder(let path, let folder):
      Complaint(
        .cannotCreate, "there is no folder '\(folder)'", at: path,
        advice: "create it, or give another output")
    case .vanished(let path, let folder):
      Complaint(
        .ioError, "the folder '\(folder)' was taken away while the output was written", at: path,
        advice: "put it back, or give another output, and run again")
    case .isFolder(let path):
      Complaint(
        .cannotCreate, "a folder stands where the output should go", at: path,
        advice: "give a file name")
    case .isNoFile(let path):
      Complaint(
        .cannotCreate, "a device, a pipe or a link stands where a file should go", at: path,
        advice: "give another output, or remove it yourself")
    case .notOurs(let path, let marker):
      Complaint(
        .cannotCreate, "something else stands where the output folder should go (no \(marker))",
        at: path, advice: "give another -o, or remove it yourself")
    case .cannotCreate(let path, let number):
      Complaint(
        .cannotCreate, "the output cannot be created: \(Self.reason(number))", at: path,
        advice: "give an output in a folder that you may write to")
    case .inUse(let path):
      Complaint(
        .cannotCreate, "another process is writing this output", at: path,
        advice: "wait for it and run again, or give another -o")
    case .cannotWrite(let path, let number):
      Complaint(
        .ioError, "writing failed: \(Self.reason(number))", at: path,
        advice: number == ENOSPC ? "free some space and run again" : "check the disk and run again")
    }
  }

  private static func reason(_ number: Int32) -> String { String(cString: strerror(number)) }
}
