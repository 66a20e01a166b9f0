/// Bytes that grow at their end and keep their room when emptied: the scratch of normalizers.
///
/// `Array.append` checks for uniqueness and room at every byte; here a writer asks for the room
/// once and then writes through `next`.
struct ByteBuffer: ~Copyable {
  private var storage: UnsafeMutableBufferPointer<UInt8>
  private(set) var count = 0

  init() {
    storage = .allocate(capacity: 4096)
  }

  deinit {
    storage.deallocate()
  }

  /// The bytes written so far; valid until the next change.
  var bytes: UnsafeBufferPointer<UInt8> {
    UnsafeBufferPointer(rebasing: storage[..<count])
  }

  mutating func removeAll() {
    count = 0
  }

  /// Makes room for `extra` bytes more and returns where the next one goes.
  mutating func reserve(_ extra: Int) -> UnsafeMutableBufferPointer<UInt8> {
    if storage.count - count < extra {
      let larger = UnsafeMutableBufferPointer<UInt8>.allocate(
        capacity: max(2 * storage.count, count + extra))
      _ = larger.update(fromContentsOf: storage[..<count])
      storage.deallocate()
      storage = larger
    }
    return UnsafeMutableBufferPointer(rebasing: storage[count...])
  }

  /// Counts in bytes that were written to the room `reserve` returned.
  mutating func commit(_ written: Int) {
    precondition(written <= storage.count - count)
    count += written
  }

  mutating func append(_ bytes: UnsafeBufferPointer<UInt8>) {
    _ = reserve(bytes.count).update(fromContentsOf: bytes)
    commit(bytes.count)
  }

  /// Appends a scalar's UTF-8 form.
  mutating func append(scalar: UInt32) {
    let room = reserve(4)
    switch scalar {
    case ..<0x80:
      room[0] = UInt8(scalar)
      count += 1
    case ..<0x800:
      room[0] = 0xC0 | UInt8(scalar >> 6)
      room[1] = 0x80 | UInt8(scalar & 0x3F)
      count += 2
    case ..<0x10000:
      room[0] = 0xE0 | UInt8(scalar >> 12)
      room[1] = 0x80 | UInt8(scalar >> 6 & 0x3F)
      room[2] = 0x80 | UInt8(scalar & 0x3F)
      count += 3
    default:
      room[0] = 0xF0 | UInt8(scalar >> 18)
      room[1] = 0x80 | UInt8(scalar >> 12 & 0x3F)
      room[2] = 0x80 | UInt8(scalar >> 6 & 0x3F)
      room[3] = 0x80 | UInt8(scalar & 0x3F)
      count += 4
    }
  }
}
