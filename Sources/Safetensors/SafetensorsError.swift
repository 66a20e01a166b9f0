/// What can be wrong with a safetensors file; the cases carry the evidence.
public enum SafetensorsError: Error, Sendable, Equatable {
  /// The file cannot be opened or is no regular file; `errno` names the cause.
  case cannotOpen(path: String, errno: Int32)
  /// The system refuses to map the file into memory.
  case cannotMap(path: String, errno: Int32)
  /// Fewer than the eight bytes of the header's length.
  case tooShort(path: String, size: Int)
  /// The header's length reaches beyond the file or beyond the format's limit.
  case headerLength(path: String, length: UInt64, limit: Int)
  /// The header is not JSON at this byte of it.
  case headerNotJSON(path: String, offset: Int)
  /// The header is JSON but not an object.
  case headerNotObject(path: String)
  /// `__metadata__` is not an object of strings.
  case badMetadata(path: String)
  /// A tensor's entry lacks `field`, or it is of the wrong kind (a negative number, too).
  case badEntry(path: String, tensor: String, field: String)
  case duplicateName(path: String, tensor: String)
  case unknownDtype(path: String, tensor: String, dtype: String)
  /// The tensor's end comes before its beginning.
  case reversedOffsets(path: String, tensor: String, begin: Int, end: Int)
  /// The tensor's data end beyond the file's: a lie, or a file cut short.
  case beyondFile(path: String, tensor: String, end: Int, dataSize: Int)
  /// Shape and dtype ask for `expected` bytes (nil when no integer holds them).
  case sizeMismatch(
    path: String, tensor: String, dtype: String, shape: [Int], expected: Int?, found: Int)
  /// Two tensors share bytes.
  case overlap(path: String, tensor: String, other: String)
  /// Bytes of the data section that belong to no tensor.
  case hole(path: String, begin: Int, end: Int)
  case noSuchTensor(path: String, tensor: String)
  /// The tensor holds no floating-point numbers.
  case notFloatingPoint(path: String, tensor: String, dtype: String)
}
