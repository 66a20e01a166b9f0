/// Cuts a stream into lines that end with LF or CR LF; the last one may lack its end.
struct LineScanner: ~Copyable {
  private var window: ByteWindow
  private var isAtStart = true
  /// The bytes of the current line, without and with its end.
  private var width = 0
  private var length = 0

  /// The limit is the longest line in bytes.
  init(stream: ByteStream, limit: Int) {
    window = ByteWindow(stream: stream, limit: limit)
  }

  /// The current line's place; before the first one, line 1.
  var location: CorpusLocation { window.location }

  /// The current line without its end; valid until `next`.
  var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: window.bytes[..<width]) }

  /// Goes on to the next line; false at the end.
  mutating func next() throws(CorpusError) -> Bool {
    if isAtStart {
      try window.skipByteOrderMark()
      isAtStart = false
    } else {
      window.advance(by: length)
      window.line += 1
    }
    let end = try window.find(.lineFeed, from: 0)
    width = end ?? window.bytes.count
    length = end.map { $0 + 1 } ?? width
    if end != nil, width > 0, window.bytes[width - 1] == .carriageReturn { width -= 1 }
    return length > 0
  }

  /// The current line as text.
  func string() throws(CorpusError) -> String {
    try UTF8Text.string(bytes, path: window.path, line: window.line)
  }
}
