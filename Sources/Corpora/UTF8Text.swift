/// Strings out of bytes that may not be UTF-8.
enum UTF8Text {
  /// The string, unchanged and not normalized.
  /// `bytes` begin on `line`; the error names the line of the first bad byte.
  static func string(
    _ bytes: UnsafeRawBufferPointer, path: String, line: Int
  ) throws(CorpusError) -> String {
    if let string = String(validating: bytes, as: UTF8.self) { return string }
    let bad = firstInvalid(in: bytes)
    let breaks = lineBreaks(in: UnsafeRawBufferPointer(rebasing: bytes[..<bad]))
    throw .invalidUTF8(at: CorpusLocation(path: path, line: line + breaks))
  }

  /// The number of line ends: LF, CR LF or a lone CR.
  static func lineBreaks(in bytes: UnsafeRawBufferPointer) -> Int {
    var count = 0
    for (index, byte) in bytes.enumerated() {
      if byte == .lineFeed && !(index > 0 && bytes[index - 1] == .carriageReturn) { count += 1 }
      if byte == .carriageReturn { count += 1 }
    }
    return count
  }

  private static func firstInvalid(in bytes: UnsafeRawBufferPointer) -> Int {
    do throws(UTF8.ValidationError) {
      _ = try UTF8Span(validating: bytes.assumingMemoryBound(to: UInt8.self).span)
      return bytes.count
    } catch {
      return error.byteOffsets.lowerBound
    }
  }
}

extension UInt8 {
  static var quote: UInt8 { UInt8(ascii: "\"") }
  static var lineFeed: UInt8 { UInt8(ascii: "\n") }
  static var carriageReturn: UInt8 { UInt8(ascii: "\r") }
}
