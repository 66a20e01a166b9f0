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
    let bytes = Self.bytes(count)
    self.count = count
    let raw = UnsafeMutableRawPointer.allocate(
      byteCount: bytes, alignment: bytes < Self.hugePage ? 64 : Self.hugePage)
    // Large matrices on large pages: fewer misses of the address cache while panels stream by.
    // Advice only: a system without them leaves it at small ones.
    if bytes >= Self.hugePage {
      madvise(raw, bytes / Self.hugePage * Self.hugePage, Self.adviseHugePages)
    }
    if zeroed { memset(raw, 0, bytes) }
    pointer = raw.bindMemory(to: Float.self, capacity: Swift.max(count, 1))
  }

  /// A copy of `values`.
  public convenience init(_ values: some Collection<Float>) {
    self.init(count: values.count)
    for (i, value) in values.enumerated() { pointer[i] = value }
  }

  private static func bytes(_ count: Int) -> Int {
    Swift.max(count, 1) * MemoryLayout<Float>.stride
  }

  private static var hugePage: Int { 2 << 20 }
  // MADV_HUGEPAGE, which glibc's module does not show.
  private static var adviseHugePages: Int32 { 14 }

  deinit {
    UnsafeMutableRawPointer(pointer).deallocate()
  }
}
