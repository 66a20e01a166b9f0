/// A JSON value as a safetensors header needs it.
///
/// Foundation's parser would do but for two things: it drops duplicate keys silently, and it
/// takes canonically equivalent keys for one. A header that says a name twice must be refused,
/// and names are bytes.
enum HeaderJSON {
  /// Members in the order of the file, duplicates kept.
  case object([(key: String, value: HeaderJSON)])
  case array([HeaderJSON])
  case string(String)
  /// A number without fraction or exponent that Int holds.
  case integer(Int)
  /// Any other number, true, false or null: valid JSON that no field of a header may be.
  case other
}

/// The byte of the input where it stops being JSON.
struct HeaderSyntaxError: Error {
  let offset: Int
}

/// A recursive-descent parser of RFC 8259 over UTF-8 bytes.
struct HeaderParser {
  // A header is an object of objects of arrays; the limit keeps a hostile one off the stack.
  private static let maximumDepth = 32

  private let bytes: UnsafeRawBufferPointer
  private var position = 0

  /// Parses all of `bytes`; spaces may follow the value (writers pad the header with them).
  static func parse(_ bytes: UnsafeRawBufferPointer) throws(HeaderSyntaxError) -> HeaderJSON {
    var parser = HeaderParser(bytes: bytes)
    parser.skipWhitespace()
    let value = try parser.value(depth: 0)
    parser.skipWhitespace()
    guard parser.position == bytes.count else { throw parser.fault }
    return value
  }

  private init(bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  private var fault: HeaderSyntaxError { HeaderSyntaxError(offset: position) }

  private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

  private mutating func skipWhitespace() {
    while let byte = next, [0x20, 0x09, 0x0A, 0x0D].contains(byte) { position += 1 }
  }

  private mutating func take(_ character: Unicode.Scalar) -> Bool {
    guard next == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  private mutating func expect(_ character: Unicode.Scalar) throws(HeaderSyntaxError) {
    guard take(character) else { throw fault }
  }

  private mutating func value(depth: Int) throws(HeaderSyntaxError) -> HeaderJSON {
    guard depth < Self.maximumDepth, let byte = next else { throw fault }
    switch byte {
    case UInt8(ascii: "{"): return .object(try members(depth: depth))
    case UInt8(ascii: "["): return .array(try elements(depth: depth))
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try literal("true")
    case UInt8(ascii: "f"): return try literal("false")
    case UInt8(ascii: "n"): return try literal("null")
    default: return try number()
    }
  }

  private mutating func members(
    depth: Int
  ) throws(HeaderSyntaxError) -> [(key: String, value: HeaderJSON)] {
    try expect("{")
    var members: [(key: String, value: HeaderJSON)] = []
    skipWhitespace()
    if take("}") { return members }
    repeat {
      skipWhitespace()
      let key = try string()
      skipWhitespace()
      try expect(":")
      skipWhitespace()
      members.append((key, try value(depth: depth + 1)))
      skipWhitespace()
    } while take(",")
    try expect("}")
    return members
  }

  private mutating func elements(depth: Int) throws(HeaderSyntaxError) -> [HeaderJSON] {
    try expect("[")
    var elements: [HeaderJSON] = []
    skipWhitespace()
    if take("]") { return elements }
    repeat {
      skipWhitespace()
      elements.append(try value(depth: depth + 1))
      skipWhitespace()
    } while take(",")
    try expect("]")
    return elements
  }

  private mutating func literal(_ word: StaticString) throws(HeaderSyntaxError) -> HeaderJSON {
    let length = word.utf8CodeUnitCount
    guard position + length <= bytes.count,
      bytes[position..<position + length].elementsEqual(
        UnsafeBufferPointer(start: word.utf8Start, count: length))
    else { throw fault }
    position += length
    return .other
  }

  // MARK: - Numbers

  private mutating func number() throws(HeaderSyntaxError) -> HeaderJSON {
    let begin = position
    _ = take("-")
    let leadingZero = next == UInt8(ascii: "0")
    let digits = try takeDigits()
    guard !leadingZero || digits == 1 else { throw fault }
    var isInteger = true
    if take(".") {
      isInteger = false
      _ = try takeDigits()
    }
    if take("e") || take("E") {
      isInteger = false
      if !take("+") { _ = take("-") }
      _ = try takeDigits()
    }
    guard isInteger else { return .other }
    return Int(String(decoding: bytes[begin..<position], as: UTF8.self)).map { .integer($0) }
      ?? .other
  }

  private mutating func takeDigits() throws(HeaderSyntaxError) -> Int {
    let begin = position
    while let byte = next, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { position += 1 }
    guard position > begin else { throw fault }
    return position - begin
  }

  // MARK: - Strings

  private mutating func string() throws(HeaderSyntaxError) -> String {
    try expect("\"")
    let begin = position
    var decoded: [UInt8] = []
    while true {
      guard let byte = next else { throw fault }
      position += 1
      switch byte {
      case UInt8(ascii: "\""):
        guard let text = String(validating: decoded, as: UTF8.self) else {
          throw HeaderSyntaxError(offset: begin)
        }
        return text
      case UInt8(ascii: "\\"): decoded.append(contentsOf: try escape())
      case 0..<0x20:
        position -= 1
        throw fault
      default: decoded.append(byte)
      }
    }
  }

  private mutating func escape() throws(HeaderSyntaxError) -> [UInt8] {
    guard let byte = next else { throw fault }
    position += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [byte]
    case UInt8(ascii: "b"): return [0x08]
    case UInt8(ascii: "f"): return [0x0C]
    case UInt8(ascii: "n"): return [0x0A]
    case UInt8(ascii: "r"): return [0x0D]
    case UInt8(ascii: "t"): return [0x09]
    case UInt8(ascii: "u"):
      let scalar = try escapedScalar()
      return Array(String(scalar).utf8)
    default:
      position -= 1
      throw fault
    }
  }

  /// The scalar after `\u`: four hexadecimal digits, or two surrogates of four.
  private mutating func escapedScalar() throws(HeaderSyntaxError) -> Unicode.Scalar {
    let high = try hexadecimal4()
    if let scalar = Unicode.Scalar(high) { return scalar }
    guard take("\\"), take("u") else { throw fault }
    let low = try hexadecimal4()
    guard (0xD800..<0xDC00).contains(high), (0xDC00..<0xE000).contains(low),
      let scalar = Unicode.Scalar(0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00))
    else { throw fault }
    return scalar
  }

  private mutating func hexadecimal4() throws(HeaderSyntaxError) -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<4 {
      let digit: UInt8
      switch next {
      case let byte? where (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte):
        digit = byte - UInt8(ascii: "0")
      case let byte? where (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte | 0x20):
        digit = (byte | 0x20) - UInt8(ascii: "a") + 10
      default: throw fault
      }
      value = value << 4 | UInt32(digit)
      position += 1
    }
    return value
  }
}
