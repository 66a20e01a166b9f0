import Glibc

/// Floats of our own at a 64-byte boundary, freed with the object.
///
/// Unchecked because the memory is shared by pointer: who writes is the owner's business.
public final class FloatBuffer: @unchecked Sendable {
  /// The first float, 64-byte aligned.
  public let pointer: UnsafeMutablePointer<Float>
  public let count: Int

  /// `count` zeros, or with `zeroed` false whatever is there: for memory that is written whole before
  /// it is read.
  public init(count: Int, zeroed: Bool = true) {
    let bytes = Swift.max(count, 1) * MemoryLayout<Float>.stride
    self.count = count
    let raw = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 64)
    if zeroed { memset(raw, 0, bytes) }
    pointer = raw.bindMemory(to: Float.self, capacity: Swift.max(count, 1))
  }

  /// A copy of `values`.
  public convenience init(_ values: some Collection<Float>) {
    self.init(count: values.count)
    for (i, value) in values.enumerated() { pointer[i] = value }
  }

  deinit {
    UnsafeMutableRawPointer(pointer).deallocate()
  }
}
