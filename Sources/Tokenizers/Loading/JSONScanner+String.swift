extension JSONScanner {
  /// Reads the string that begins here and appends its UTF-8 bytes, escapes resolved.
  mutating func readString(into output: inout [UInt8]) throws(Malformed) {
    guard try peek() == UInt8(ascii: "\"") else { throw malformed }
    skip(1)
    while true {
      let byte = try next()
      switch byte {
      case UInt8(ascii: "\""): return
      case UInt8(ascii: "\\"): try readEscape(into: &output)
      case ..<0x20: throw malformed
      default: output.append(byte)
      }
    }
  }

  private mutating func readEscape(into output: inout [UInt8]) throws(Malformed) {
    switch try next() {
    case UInt8(ascii: "\""): output.append(0x22)
    case UInt8(ascii: "\\"): output.append(0x5C)
    case UInt8(ascii: "/"): output.append(0x2F)
    case UInt8(ascii: "b"): output.append(0x08)
    case UInt8(ascii: "f"): output.append(0x0C)
    case UInt8(ascii: "n"): output.append(0x0A)
    case UInt8(ascii: "r"): output.append(0x0D)
    case UInt8(ascii: "t"): output.append(0x09)
    case UInt8(ascii: "u"): output.append(contentsOf: try readUnicodeEscape().utf8)
    default: throw malformed
    }
  }

  /// The scalar of `\uXXXX` or of a pair of them that are surrogates; the first `\u` is read.
  private mutating func readUnicodeEscape() throws(Malformed) -> String {
    var value = try readFourDigits()
    if value & 0xFC00 == 0xD800 {
      guard try next() == UInt8(ascii: "\\"), try next() == UInt8(ascii: "u") else {
        throw malformed
      }
      let low = try readFourDigits()
      guard low & 0xFC00 == 0xDC00 else { throw malformed }
      value = 0x10000 + (value & 0x3FF) << 10 + (low & 0x3FF)
    }
    guard let scalar = Unicode.Scalar(value) else { throw malformed }
    return String(Character(scalar))
  }

  private mutating func readFourDigits() throws(Malformed) -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<4 {
      let digit = Unicode.Scalar(try next())
      guard let nibble = Character(digit).hexDigitValue else { throw malformed }
      value = value << 4 | UInt32(nibble)
    }
    return value
  }

  private mutating func next() throws(Malformed) -> UInt8 {
    guard position < bytes.count else { throw malformed }
    defer { skip(1) }
    return bytes[position]
  }
}
