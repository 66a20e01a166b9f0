/// Normalizers that look at one scalar at a time.
///
/// Source: tokenizers/src/normalizers/{utils,strip,unicode}.rs of Hugging Face tokenizers 0.23.
enum ScalarMapping {
  /// Lower-cases every scalar by itself.
  static func lowercase(_ text: UnsafeBufferPointer<UInt8>, into output: inout ByteBuffer) {
    forEachScalar(of: text) { scalar, bytes in
      if ScalarTraits(of: scalar).contains(.lowers) {
        ScalarTables.forEachLowered(scalar) { output.append(scalar: $0) }
      } else {
        output.append(bytes)
      }
    }
  }

  /// Drops marks; nothing is decomposed before.
  static func stripAccents(_ text: UnsafeBufferPointer<UInt8>, into output: inout ByteBuffer) {
    forEachScalar(of: text) { scalar, bytes in
      if scalar < 0x80 || !ScalarTraits(of: scalar).contains(.mark) { output.append(bytes) }
    }
  }

  /// SentencePiece's clean-up: drops some control characters, turns others into spaces.
  static func nmt(_ text: UnsafeBufferPointer<UInt8>, into output: inout ByteBuffer) {
    forEachScalar(of: text) { scalar, bytes in
      switch scalar {
      case 0x01...0x08, 0x0B, 0x0E...0x1F, 0x7F, 0x8F, 0x9F: break
      case 0x09, 0x0A, 0x0C, 0x0D, 0x1680, 0x200B...0x200F, 0x2028, 0x2029, 0x2581, 0xFEFF,
        0xFFFD:
        output.append(scalar: 0x20)
      default: output.append(bytes)
      }
    }
  }

  @inline(__always)
  private static func forEachScalar(
    of text: UnsafeBufferPointer<UInt8>,
    _ body: (_ scalar: UInt32, _ bytes: UnsafeBufferPointer<UInt8>) -> Void
  ) {
    var position = 0
    while position < text.count {
      let start = position
      let scalar = UTF8Scalar.decode(text, &position)
      body(scalar, UnsafeBufferPointer(rebasing: text[start..<position]))
    }
  }
}

/// Takes white space off the ends.
struct StripNormalizer: Decodable, Sendable {
  let stripsLeft: Bool
  let stripsRight: Bool

  private enum CodingKeys: String, CodingKey {
    case stripsLeft = "strip_left"
    case stripsRight = "strip_right"
  }

  func stripped(_ text: UnsafeBufferPointer<UInt8>) -> UnsafeBufferPointer<UInt8> {
    var start = 0
    var end = text.count
    while stripsLeft, start < end {
      var next = start
      guard ScalarTraits(of: UTF8Scalar.decode(text, &next)).contains(.whitespace) else { break }
      start = next
    }
    while stripsRight, end > start {
      let last = UTF8Scalar.start(before: end, in: text)
      var position = last
      let scalar = UTF8Scalar.decode(text, &position)
      guard ScalarTraits(of: scalar).contains(.whitespace) else { break }
      end = last
    }
    return UnsafeBufferPointer(rebasing: text[start..<end])
  }
}
