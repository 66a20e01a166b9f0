/// Words as Python's `str.split()` finds them: the runs between scalars for which `str.isspace()`
/// holds.
///
/// That is not Unicode's White_Space, nor Swift's `isWhitespace`: Python adds the four information
/// separators U+001C to U+001F (bidirectional types B, S and WS count).
public enum WhitespaceWords {
  /// The number of words.
  public static func count(in text: String) -> Int {
    var text = text
    return text.withUTF8 { count(in: UnsafeRawBufferPointer($0)) }
  }

  /// Counts on valid UTF-8, in which no white space of more than one byte is part of another scalar.
  private static func count(in bytes: UnsafeRawBufferPointer) -> Int {
    var words = 0
    var isInWord = false
    var index = 0
    while index < bytes.count {
      let width = spaceWidth(in: bytes, at: index)
      if width == 0, !isInWord { words += 1 }
      isInWord = width == 0
      index += max(1, width)
    }
    return words
  }

  /// The bytes of the white space that begins at an index; 0 when none does.
  @inline(__always)
  private static func spaceWidth(in bytes: UnsafeRawBufferPointer, at index: Int) -> Int {
    switch bytes[index] {
    case 0x09...0x0d, 0x1c...0x20: 1
    // U+0085 and U+00A0.
    case 0xc2: bytes[index + 1] == 0x85 || bytes[index + 1] == 0xa0 ? 2 : 0
    case 0xe1...0xe3: isWideSpace(bytes[index], bytes[index + 1], bytes[index + 2]) ? 3 : 0
    default: 0
    }
  }

  private static func isWideSpace(_ first: UInt8, _ second: UInt8, _ third: UInt8) -> Bool {
    switch (first, second, third) {
    case (0xe1, 0x9a, 0x80): true  // U+1680
    case (0xe2, 0x80, 0x80...0x8a): true  // U+2000 to U+200A
    case (0xe2, 0x80, 0xa8...0xa9), (0xe2, 0x80, 0xaf): true  // U+2028, U+2029, U+202F
    case (0xe2, 0x81, 0x9f): true  // U+205F
    case (0xe3, 0x80, 0x80): true  // U+3000
    default: false
    }
  }
}
