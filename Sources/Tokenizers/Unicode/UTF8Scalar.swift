/// Unicode scalars in UTF-8 bytes.
enum UTF8Scalar {
  /// Decodes the scalar at `position` and moves `position` behind it.
  ///
  /// An ill-formed byte reads as U+FFFD and is one byte long, so that any bytes can be read.
  @inline(__always)
  static func decode(_ bytes: UnsafeBufferPointer<UInt8>, _ position: inout Int) -> UInt32 {
    let lead = bytes[position]
    if lead < 0x80 {
      position += 1
      return UInt32(lead)
    }
    return decodeMultibyte(lead, bytes, &position)
  }

  /// The same for a scalar of two to four bytes.
  private static func decodeMultibyte(
    _ lead: UInt8, _ bytes: UnsafeBufferPointer<UInt8>, _ position: inout Int
  ) -> UInt32 {
    let length: Int
    var scalar: UInt32
    let smallest: UInt32
    switch lead {
    case 0xC2...0xDF: (length, scalar, smallest) = (2, UInt32(lead & 0x1F), 0x80)
    case 0xE0...0xEF: (length, scalar, smallest) = (3, UInt32(lead & 0x0F), 0x800)
    case 0xF0...0xF4: (length, scalar, smallest) = (4, UInt32(lead & 0x07), 0x10000)
    default:
      position += 1
      return 0xFFFD
    }
    guard position + length <= bytes.count else {
      position += 1
      return 0xFFFD
    }
    for next in (position + 1)..<(position + length) {
      guard bytes[next] & 0xC0 == 0x80 else {
        position += 1
        return 0xFFFD
      }
      scalar = scalar << 6 | UInt32(bytes[next] & 0x3F)
    }
    guard scalar >= smallest, scalar <= 0x10FFFF, scalar & ~0x7FF != 0xD800 else {
      position += 1
      return 0xFFFD
    }
    position += length
    return scalar
  }

  /// Whether every byte belongs to a scalar.
  static func isWellFormed(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    let raw = UnsafeRawBufferPointer(bytes)
    var position = 0
    while position < bytes.count {
      while position + 8 <= bytes.count,
        raw.loadUnaligned(fromByteOffset: position, as: UInt64.self) & 0x8080_8080_8080_8080 == 0
      {
        position += 8
      }
      guard position < bytes.count else { return true }
      let start = position
      // U+FFFD may also stand there itself, in three bytes.
      if decode(bytes, &position) == 0xFFFD, position == start + 1 { return false }
    }
    return true
  }

  /// Where the scalar begins that ends before `position`.
  ///
  /// - Precondition: `position > 0`.
  static func start(before position: Int, in bytes: UnsafeBufferPointer<UInt8>) -> Int {
    var start = position - 1
    while start > 0, position - start < 4, bytes[start] & 0xC0 == 0x80 { start -= 1 }
    return start
  }
}
