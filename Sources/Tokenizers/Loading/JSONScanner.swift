/// Walks over JSON bytes: enough to cut a large member out and to read names and integers.
///
/// Foundation's decoders key objects by Swift's String, whose equality is canonical equivalence,
/// so of two tokens "é" (composed, decomposed) one would be lost; and they take 30 ms or more for
/// a vocabulary that this scanner reads in 2. Everything but vocabularies is Foundation's.
struct JSONScanner {
  /// Where the bytes stop being JSON.
  struct Malformed: Error {
    let offset: Int
  }

  let bytes: UnsafeBufferPointer<UInt8>
  private(set) var position = 0

  init(_ bytes: UnsafeBufferPointer<UInt8>) {
    self.bytes = bytes
  }

  var malformed: Malformed { Malformed(offset: position) }

  mutating func skip(_ count: Int) {
    position += count
  }

  /// The next byte that is not white space, left unread.
  mutating func peek() throws(Malformed) -> UInt8 {
    while position < bytes.count {
      switch bytes[position] {
      case 0x20, 0x09, 0x0A, 0x0D: position += 1
      case let byte: return byte
      }
    }
    throw malformed
  }

  /// Reads the object that begins here: `body` gets each name and must read its value.
  mutating func readObject(
    _ body: (inout JSONScanner, _ name: [UInt8]) throws -> Void
  ) throws {
    try expect("{")
    var name: [UInt8] = []
    while try peek() != UInt8(ascii: "}") {
      name.removeAll(keepingCapacity: true)
      try readString(into: &name)
      try expect(":")
      _ = try peek()
      try body(&self, name)
      if try peek() == UInt8(ascii: "}") { break }
      try expect(",")
      guard try peek() == UInt8(ascii: "\"") else { throw malformed }
    }
    position += 1
  }

  /// Reads the array that begins here: `body` must read each element.
  mutating func readArray(_ body: (inout JSONScanner) throws -> Void) throws {
    try expect("[")
    if try peek() == UInt8(ascii: "]") {
      position += 1
      return
    }
    while true {
      try body(&self)
      if try peek() == UInt8(ascii: "]") { break }
      try expect(",")
      _ = try peek()
    }
    position += 1
  }

  /// Reads the comma between two elements of an array of known length, or its brackets.
  mutating func read(_ mark: Unicode.Scalar) throws(Malformed) {
    try expect(mark)
    _ = try peek()
  }

  /// Skips the value that begins here and returns where it stands.
  mutating func skipValue() throws(Malformed) -> Range<Int> {
    _ = try peek()
    let start = position
    var depth = 0
    repeat {
      switch try peek() {
      case UInt8(ascii: "{"), UInt8(ascii: "["):
        depth += 1
        position += 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        depth -= 1
        if depth < 0 { throw malformed }
        position += 1
      case UInt8(ascii: ","), UInt8(ascii: ":"):
        if depth == 0 { throw malformed }
        position += 1
      case UInt8(ascii: "\""): try skipString()
      default: try skipScalar()
      }
    } while depth > 0
    return start..<position
  }

  /// Reads an integer; nil when the value that begins here is something else, which is skipped.
  mutating func readInteger() throws(Malformed) -> Int? {
    let range = try skipValue()
    return Int(String(decoding: bytes[range], as: UTF8.self))
  }

  private mutating func expect(_ character: Unicode.Scalar) throws(Malformed) {
    guard try peek() == UInt8(ascii: character) else { throw malformed }
    position += 1
  }

  /// A number, true, false or null.
  private mutating func skipScalar() throws(Malformed) {
    let start = position
    while position < bytes.count {
      switch bytes[position] {
      case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
        UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "-"), UInt8(ascii: "+"),
        UInt8(ascii: "."):
        position += 1
      default:
        if position == start { throw malformed }
        return
      }
    }
  }

  private mutating func skipString() throws(Malformed) {
    position += 1
    while position < bytes.count {
      switch bytes[position] {
      case UInt8(ascii: "\""):
        position += 1
        return
      case UInt8(ascii: "\\"): position += 2
      default: position += 1
      }
    }
    throw malformed
  }
}
