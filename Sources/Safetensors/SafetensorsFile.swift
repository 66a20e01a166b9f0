import Glibc

/// A safetensors file: header validated, data mapped into memory and read where they lie.
///
/// The file must not be cut short while it is open; the system answers a read beyond its end with
/// SIGBUS, as for every mapped file.
public final class SafetensorsFile: Sendable {
  public let path: String
  /// Every tensor in the order of its bytes.
  public let tensors: [TensorInfo]
  /// The header's `__metadata__`; empty when there is none.
  public let metadata: [String: String]

  private let file: MappedFile
  // Keyed by UTF-8 bytes: canonically equivalent names are different tensors.
  private let indices: [[UInt8]: Int]

  /// Maps `path` and validates its header.
  ///
  /// - Throws: ``SafetensorsError`` when the file cannot be read or its header lies.
  public init(path: String) throws(SafetensorsError) {
    file = try MappedFile(path: path)
    let header = try Header(file: file.bytes, path: path)
    self.path = path
    tensors = header.tensors
    metadata = header.metadata
    var indices: [[UInt8]: Int] = [:]
    for (index, tensor) in header.tensors.enumerated() {
      indices[Array(tensor.name.utf8)] = index
    }
    self.indices = indices
  }

  /// Tensor names in the order of their bytes in the file.
  public var names: [String] { tensors.map(\.name) }

  /// What the header says of `name`; nil when there is no such tensor.
  public subscript(name: String) -> TensorInfo? {
    indices[Array(name.utf8)].map { tensors[$0] }
  }

  /// What the header says of `name`.
  ///
  /// - Throws: `noSuchTensor`.
  public func info(_ name: String) throws(SafetensorsError) -> TensorInfo {
    guard let info = self[name] else { throw .noSuchTensor(path: path, tensor: name) }
    return info
  }

  /// The bytes of a tensor where they lie in the file; valid while this object lives.
  ///
  /// - Throws: `noSuchTensor`.
  public func bytes(_ name: String) throws(SafetensorsError) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(rebasing: file.bytes[try info(name).byteRange])
  }

  /// Asks the system to read a tensor ahead of its use.
  public func adviseWillNeed(_ name: String) throws(SafetensorsError) {
    file.advise(try info(name).byteRange, MADV_WILLNEED, wholePagesOnly: false)
  }

  /// Lets the system drop a tensor from memory; a later access reads it from the file again.
  public func adviseDontNeed(_ name: String) throws(SafetensorsError) {
    file.advise(try info(name).byteRange, MADV_DONTNEED, wholePagesOnly: true)
  }
}
