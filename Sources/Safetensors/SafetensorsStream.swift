import Glibc

/// Writes a file of float32 tensors one after the other, so that no more than one is in memory.
///
/// The same tensors and metadata give the bytes that ``SafetensorsWriter`` gives.
public final class SafetensorsStream {
  private let path: String
  private let descriptor: Int32
  /// Floats still to come.
  private var missing: Int

  /// Begins the file `path`, which exists, anew.
  ///
  /// `tensors`: names and shapes in the order in which their values will come: that of the names' UTF-8 bytes.
  ///
  /// - Precondition: names are in order and differ.
  /// - Throws: ``SafetensorsError/cannotWrite(path:errorNumber:)``.
  public init(
    path: String, tensors: [(name: String, shape: [Int])], metadata: [String: String] = [:]
  ) throws(SafetensorsError) {
    precondition(
      zip(tensors, tensors.dropFirst()).allSatisfy {
        $0.name.utf8.lexicographicallyPrecedes($1.name.utf8)
      })
    self.path = path
    missing = tensors.reduce(0) { $0 + $1.shape.reduce(1, *) }
    descriptor = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC)
    guard descriptor >= 0 else { throw .cannotWrite(path: path, errorNumber: errno) }
    let header = SafetensorsWriter.header(tensors, metadata: metadata)
    try header.withUnsafeBufferPointer { (bytes) throws(SafetensorsError) in
      try write(UnsafeRawBufferPointer(bytes))
    }
  }

  deinit { close(descriptor) }

  /// The next values.
  ///
  /// - Throws: ``SafetensorsError/cannotWrite(path:errorNumber:)``.
  public func write(_ values: UnsafeBufferPointer<Float>) throws(SafetensorsError) {
    precondition(values.count <= missing, "more values than the shapes ask for")
    missing -= values.count
    try write(UnsafeRawBufferPointer(values))
  }

  /// - Precondition: all values came.
  public func finish() { precondition(missing == 0, "\(missing) values did not come") }

  private func write(_ bytes: UnsafeRawBufferPointer) throws(SafetensorsError) {
    var written = 0
    while written < bytes.count {
      let count = Glibc.write(
        descriptor, bytes.baseAddress.map { $0 + written }, bytes.count - written)
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { throw .cannotWrite(path: path, errorNumber: errno) }
      written += count
    }
  }
}
