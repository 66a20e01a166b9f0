internal import Glibc
public import HDF5

extension HDF5Error: Explained {
  public var complaint: Complaint {
    switch self {
    case .cannotOpen(let file, let code):
      Complaint(
        .noInput, "cannot open the file: \(systemMessage(code))", at: file,
        advice: code == ENOENT
          ? "check the path, or run the stage that makes the file"
          : code == EMFILE
            ? "let a process have more files open (ulimit -n), or give fewer at a time"
            : "make the file readable and run again")
    case .notHDF5(let file):
      Complaint(
        .badData, "not an HDF5 file", at: file,
        advice: "give a file that firn-tokenize or firn-encode made")
    case .truncated(let file, let reason):
      Complaint(
        .badData, "the HDF5 file is cut short (\(reason))", at: file,
        advice: "copy it again, or delete it and run the stage that makes it")
    case .damaged(let file, let object, let call, let reason):
      Complaint(
        .badData, "the HDF5 file is damaged (\(call): \(reason))", at: place(file, object),
        advice: "copy it again, or delete it and run the stage that makes it")
    case .incomplete(let file, let object):
      Complaint(
        .badData, "the dataset promises more rows than the file holds", at: place(file, object),
        advice: "delete the file and run the stage that makes it")
    case .missingSource(let file, let object, let source):
      Complaint(
        .noInput, "the file is merged of others, and one is not there: \(source)",
        at: place(file, object),
        advice: "put it back there, or make that shard again with firn-encode --shard")
    case .missing(let file, let object):
      Complaint(
        .badData, "the file has no \(kind(object)) \(bare(object))", at: file,
        advice: "delete the file and run the stage that makes it")
    case .wrongType(let file, let object, let expected, let found):
      Complaint(
        .badData, "the \(kind(object)) is of type \(found), not \(expected)",
        at: place(file, object), advice: "delete the file and run the stage that makes it")
    case .wrongShape(let file, let object, let expected, let found):
      Complaint(
        .badData, "the dataset has the shape \(found), not \(shape(expected))",
        at: place(file, object), advice: "delete the file and run the stage that makes it")
    case .embeddedNull(let file, let object, let row):
      Complaint(
        .badData, "row \(row) has a NUL byte, which HDF5's strings cannot hold",
        at: place(file, object), advice: "remove NUL bytes from the input")
    case .halfOverflow(let file, let object, let row, let value):
      Complaint(
        .badData, "row \(row) holds \(value), which is too large for float16",
        at: place(file, object), advice: "run again with --dtype float32")
    case .callFailed(let call, let file, let object, let reason, let code):
      failedCall(call, place(file, object), reason, code)
    }
  }

  private func failedCall(
    _ call: String, _ location: String, _ reason: String, _ code: Int32?
  ) -> Complaint {
    let cause = code.map { "\(call): \(systemMessage($0))" } ?? "\(call): \(reason)"
    if code == ENOSPC || code == EDQUOT {
      return Complaint(
        .ioError, "the disk is full (\(cause))", at: location,
        advice: "free space and run again")
    }
    if call == "H5Fcreate" {
      return Complaint(
        .cannotCreate, "cannot create the HDF5 file (\(cause))", at: location,
        advice: "check that the folder is there and can be written to")
    }
    if reason.contains("lock file") {
      return Complaint(
        .ioError, "the HDF5 file cannot be locked (\(cause))", at: location,
        advice: "wait for the process that has it open, or, on a file system without locks,"
          + " set HDF5_USE_FILE_LOCKING=FALSE")
    }
    return Complaint(
      .ioError, "reading or writing HDF5 failed (\(cause))", at: location,
      advice: "check the disk and run again")
  }
}

private func place(_ file: String, _ object: String?) -> String {
  guard let object else { return file }
  return "\(file) (\(kind(object)) \(bare(object)))"
}

private func kind(_ object: String) -> String {
  object.hasPrefix("@") ? "attribute" : "dataset"
}

private func bare(_ object: String) -> String {
  object.hasPrefix("@") ? String(object.dropFirst()) : object
}

private func shape(_ extents: [Int]) -> String {
  "[" + extents.map { $0 < 0 ? "any" : "\($0)" }.joined(separator: ", ") + "]"
}
