extension JSONScanner {
  /// Reads a number as Hugging Face tokenizers does, through serde_json: not the closest Double but
  /// the digits as an integer, multiplied or divided by a power of ten. Scores that are a bit off
  /// would break other ties.
  ///
  /// Source: src/de.rs of serde_json 1.0, `parse_number` without the feature float_roundtrip.
  mutating func readNumber() throws(Malformed) -> Double {
    let isNegative = try peek() == UInt8(ascii: "-")
    if isNegative { skip(1) }
    let start = position
    var significand: UInt64 = 0
    var exponent = 0
    var isFull = false
    func take(_ digit: UInt8) -> Bool {
      let (product, tooLarge) = significand.multipliedReportingOverflow(by: 10)
      let (sum, overflows) = product.addingReportingOverflow(UInt64(digit))
      if isFull || tooLarge || overflows {
        isFull = true
        return false
      }
      significand = sum
      return true
    }
    while let digit = nextDigit() { if !take(digit) { exponent += 1 } }
    if position < bytes.count, bytes[position] == UInt8(ascii: ".") {
      skip(1)
      while let digit = nextDigit() { if take(digit) { exponent -= 1 } }
    }
    if position == start { throw malformed }
    if position < bytes.count, bytes[position] | 0x20 == UInt8(ascii: "e") {
      skip(1)
      exponent += try readExponent()
    }
    let magnitude = Self.scaled(Double(significand), by: exponent)
    return isNegative ? -magnitude : magnitude
  }

  private mutating func nextDigit() -> UInt8? {
    guard position < bytes.count, bytes[position] >= 0x30, bytes[position] <= 0x39 else {
      return nil
    }
    defer { skip(1) }
    return bytes[position] - 0x30
  }

  private mutating func readExponent() throws(Malformed) -> Int {
    var isNegative = false
    if position < bytes.count, bytes[position] == 0x2B || bytes[position] == 0x2D {
      isNegative = bytes[position] == 0x2D
      skip(1)
    }
    guard var value = nextDigit().map(Int.init) else { throw malformed }
    while let digit = nextDigit() { value = min(10 * value + Int(digit), 100_000) }
    return isNegative ? -value : value
  }

  private static func scaled(_ value: Double, by exponent: Int) -> Double {
    var value = value
    var exponent = exponent
    while exponent < -308, value != 0 {
      value /= 1e308
      exponent += 308
    }
    guard value != 0 else { return 0 }
    return exponent < 0 ? value / powersOfTen[-exponent] : value * powersOfTen[min(exponent, 308)]
  }

  /// 1e0 to 1e308, each the closest Double.
  private static let powersOfTen = (0...308).map { Double("1e\($0)") ?? .infinity }
}
