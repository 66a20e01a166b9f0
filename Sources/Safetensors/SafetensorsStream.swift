/// Gives a file of float32 tensors piece by piece, so that no more than one tensor is in memory.
///
/// The same tensors and metadata give the bytes that ``SafetensorsWriter`` gives.
public final class SafetensorsStream<Failure: Error> {
  private let sink: (UnsafeRawBufferPointer) throws(Failure) -> Void
  /// Floats still to come.
  private var missing: Int

  /// Begins the file: `sink` takes its bytes in their order.
  ///
  /// `tensors`: names and shapes in the order in which their values will come: that of the names' UTF-8 bytes.
  ///
  /// - Precondition: names are in order and differ.
  /// - Throws: what `sink` throws.
  public init(
    tensors: [(name: String, shape: [Int])], metadata: [String: String] = [:],
    to sink: @escaping (UnsafeRawBufferPointer) throws(Failure) -> Void
  ) throws(Failure) {
    precondition(
      zip(tensors, tensors.dropFirst()).allSatisfy {
        $0.name.utf8.lexicographicallyPrecedes($1.name.utf8)
      })
    self.sink = sink
    missing = tensors.reduce(0) { $0 + $1.shape.reduce(1, *) }
    let header = SafetensorsWriter.header(tensors, metadata: metadata)
    try header.withUnsafeBufferPointer { (bytes) throws(Failure) in
      try sink(UnsafeRawBufferPointer(bytes))
    }
  }

  /// The next values.
  ///
  /// - Throws: what the sink throws.
  public func write(_ values: UnsafeBufferPointer<Float>) throws(Failure) {
    precondition(values.count <= missing, "more values than the shapes ask for")
    missing -= values.count
    try sink(UnsafeRawBufferPointer(values))
  }

  /// - Precondition: all values came.
  public func finish() { precondition(missing == 0, "\(missing) values did not come") }
}
