import Glibc
public import Safetensors

extension SafetensorsError: Explained {
  public var complaint: Complaint {
    switch self {
    case .cannotOpen(let path, let errno):
      return Complaint(
        .noInput, "cannot open the weights: \(String(cString: strerror(errno)))", at: path,
        advice: "check the path and that you may read the file")
    case .cannotMap(let path, let errno):
      return Complaint(
        .ioError, "cannot map the weights into memory: \(String(cString: strerror(errno)))",
        at: path, advice: "copy the file to a local disk or free some memory, then try again")
    case .noSuchTensor(let path, let tensor):
      return broken("has no tensor \(tensor)", path, advice: Self.otherModel)
    case .notFloatingPoint(let path, let tensor, let dtype):
      return broken(
        "tensor \(tensor) is of type \(dtype) where floating-point numbers are needed", path,
        advice: "take the model's float32, float16 or bfloat16 weights instead of quantized ones")
    case .tooShort(let path, let size):
      return broken("the file is cut short: \(size) bytes cannot hold a header", path)
    case .beyondFile(let path, let tensor, let end, let dataSize):
      return broken(
        "the file is cut short or its header lies: tensor \(tensor) ends at byte \(end) of "
          + "the data, of which there are \(dataSize)", path)
    case .headerLength(let path, let length, let limit):
      return broken(
        "the header says it is \(length) bytes long where at most \(limit) are possible", path)
    case .headerNotJSON(let path, let offset):
      return broken("the header is not JSON from its byte \(offset) on", path)
    case .headerNotObject(let path):
      return broken("the header is not a JSON object", path)
    case .badMetadata(let path):
      return broken("the header's __metadata__ is not an object of strings", path)
    case .badEntry(let path, let tensor, let field):
      return broken("the header's \(field) of tensor \(tensor) is missing or malformed", path)
    case .duplicateName(let path, let tensor):
      return broken("the header names tensor \(tensor) twice", path)
    case .unknownDtype(let path, let tensor, let dtype):
      return broken("tensor \(tensor) is of the unknown type \(dtype)", path)
    case .reversedOffsets(let path, let tensor, let begin, let end):
      return broken("tensor \(tensor) begins at byte \(begin) but ends at \(end)", path)
    case .sizeMismatch(let path, let tensor, let dtype, let shape, let expected, let found):
      let needed = expected.map { "\($0) bytes" } ?? "more bytes than can be counted"
      return broken(
        "tensor \(tensor) of type \(dtype) and shape \(shape) needs \(needed), its offsets "
          + "give it \(found)", path)
    case .overlap(let path, let tensor, let other):
      return broken("tensors \(other) and \(tensor) share bytes", path)
    case .hole(let path, let begin, let end):
      return broken("bytes \(begin)..<\(end) belong to no tensor", path)
    }
  }

  private static var refetch: String { "fetch or copy the file again" }
  private static var otherModel: String { "check that the weights belong to this model" }

  private func broken(
    _ what: String, _ path: String, advice: String = Self.refetch
  ) -> Complaint {
    Complaint(.badData, what, at: path, advice: advice)
  }
}
