/// Finds the first of three bytes, eight at a time.
///
/// The zero-byte test is Mycroft's, `(x - 0x01…) & ~x & 0x80…`: bits above the first zero byte may
/// be false, the lowest never is, and only the lowest is used.
struct ByteTriple: Sendable {
  private let first: UInt64
  private let second: UInt64
  private let third: UInt64

  private static let ones: UInt64 = 0x0101_0101_0101_0101
  private static let highs: UInt64 = 0x8080_8080_8080_8080

  init(_ first: UInt8, _ second: UInt8, _ third: UInt8) {
    self.first = Self.ones &* UInt64(first)
    self.second = Self.ones &* UInt64(second)
    self.third = Self.ones &* UInt64(third)
  }

  /// The index of the first match at or after `start`.
  @inline(__always)
  func first(in bytes: UnsafeRawBufferPointer, from start: Int) -> Int? {
    var index = start
    while index + 8 <= bytes.count {
      let word = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self))
      let hits = matches(word)
      if hits != 0 { return index + hits.trailingZeroBitCount / 8 }
      index += 8
    }
    while index < bytes.count {
      // A byte repeated eight times matches at its lowest place or nowhere.
      if matches(Self.ones &* UInt64(bytes[index])) != 0 { return index }
      index += 1
    }
    return nil
  }

  @inline(__always)
  private func matches(_ word: UInt64) -> UInt64 {
    zeros(word ^ first) | zeros(word ^ second) | zeros(word ^ third)
  }

  @inline(__always)
  private func zeros(_ word: UInt64) -> UInt64 { (word &- Self.ones) & ~word & Self.highs }
}
