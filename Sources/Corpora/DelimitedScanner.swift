import Glibc

/// Cuts CSV and TSV into records and fields (RFC 4180), as Python's `csv.reader(strict=True)` does.
///
/// A lone CR ends a record too; a quote inside an unquoted field is an ordinary byte; blank lines
/// are skipped; NUL is an ordinary byte. Fields become strings only when asked for.
package struct DelimitedScanner: ~Copyable {
  /// Where a field lies: offsets from the record's first byte, quotes left out.
  private struct Field {
    var range: Range<Int>
    var hasDoubledQuotes = false
  }

  private var window: ByteWindow
  private let delimiter: UInt8
  private let unquotedStops: ByteTriple
  private let quotedStops = ByteTriple(.quote, .lineFeed, .carriageReturn)
  private var fields: [Field] = []
  /// The bytes of the current record with its line end, and the lines that it spans.
  private var length = 0
  private var lines = 0
  private var isAtStart = true
  private var unescaped: [UInt8] = []

  /// The limit is the longest record in bytes.
  package init(stream: ByteStream, delimiter: UInt8, limit: Int) {
    window = ByteWindow(stream: stream, limit: limit)
    self.delimiter = delimiter
    unquotedStops = ByteTriple(delimiter, .lineFeed, .carriageReturn)
  }

  /// The number of fields of the current record.
  package var fieldCount: Int { fields.count }

  /// Where the current record begins; past the last one, the line after it.
  package var location: CorpusLocation { window.location }

  /// Goes on to the next record that is not a blank line; false at the end.
  package mutating func next() throws(CorpusError) -> Bool {
    if isAtStart {
      try window.skipByteOrderMark()
      isAtStart = false
    }
    while true {
      leaveRecord()
      guard let first = try window.byte(at: 0) else { return false }
      guard first == .lineFeed || first == .carriageReturn else { break }
      try endLine(at: 0)
    }
    try scanRecord()
    return true
  }

  /// A field of the current record.
  package mutating func string(_ index: Int) throws(CorpusError) -> String {
    let field = fields[index]
    let raw = UnsafeRawBufferPointer(rebasing: window.bytes[field.range])
    guard field.hasDoubledQuotes else {
      if let string = String(validating: raw, as: UTF8.self) { return string }
      throw invalid(field)
    }
    unescape(raw)
    if let string = String(validating: unescaped, as: UTF8.self) { return string }
    throw invalid(field)
  }

  private mutating func leaveRecord() {
    window.advance(by: length)
    window.line += lines
    (length, lines) = (0, 0)
    fields.removeAll(keepingCapacity: true)
  }

  private mutating func scanRecord() throws(CorpusError) {
    var offset = 0
    while true {
      if try window.byte(at: offset) == .quote {
        offset = try scanQuoted(from: offset)
      } else {
        let end = try window.find(unquotedStops, from: offset) ?? window.bytes.count
        fields.append(Field(range: offset..<end))
        offset = end
      }
      guard let stop = try window.byte(at: offset) else {
        length = offset
        return
      }
      if stop != delimiter {
        guard stop == .lineFeed || stop == .carriageReturn else {
          let here = CorpusLocation(path: window.path, line: window.line + lines)
          throw .textAfterQuote(at: here)
        }
        return try endLine(at: offset)
      }
      offset += 1
    }
  }

  /// Scans the field whose opening quote is at `offset`; the offset after its closing quote.
  private mutating func scanQuoted(from offset: Int) throws(CorpusError) -> Int {
    let opening = CorpusLocation(path: window.path, line: window.line + lines)
    var field = Field(range: offset + 1..<offset + 1)
    var offset = offset + 1
    while let hit = try window.find(quotedStops, from: offset) {
      if window.bytes[hit] == .quote {
        guard try window.byte(at: hit + 1) == .quote else {
          field.range = field.range.lowerBound..<hit
          fields.append(field)
          return hit + 1
        }
        field.hasDoubledQuotes = true
        offset = hit + 2
      } else {
        offset = try afterLineEnd(at: hit)
        lines += 1
      }
    }
    throw .unclosedQuote(at: opening)
  }

  /// Ends the record with the line end at `offset`.
  private mutating func endLine(at offset: Int) throws(CorpusError) {
    length = try afterLineEnd(at: offset)
    lines += 1
  }

  private mutating func afterLineEnd(at offset: Int) throws(CorpusError) -> Int {
    guard window.bytes[offset] == .carriageReturn else { return offset + 1 }
    return try window.byte(at: offset + 1) == .lineFeed ? offset + 2 : offset + 1
  }

  /// Copies a field into `unescaped`, one quote for two.
  private mutating func unescape(_ raw: UnsafeRawBufferPointer) {
    unescaped.removeAll(keepingCapacity: true)
    var rest = raw[...]
    while let base = UnsafeRawBufferPointer(rebasing: rest).baseAddress,
      let hit = memchr(base, Int32(UInt8.quote), rest.count)
    {
      let next = rest.startIndex + (UnsafeRawPointer(hit) - base) + 1
      unescaped.append(contentsOf: rest[..<next])
      // The second quote of the pair.
      rest = rest[(next + 1)...]
    }
    unescaped.append(contentsOf: rest)
  }

  /// The error for a field that is not UTF-8. The bytes before it are counted from the record's
  /// first, since earlier fields may hold line ends.
  private func invalid(_ field: Field) -> CorpusError {
    let before = UnsafeRawBufferPointer(rebasing: window.bytes[..<field.range.lowerBound])
    let raw = UnsafeRawBufferPointer(rebasing: window.bytes[field.range])
    do throws(CorpusError) {
      let line = window.line + UTF8Text.lineBreaks(in: before)
      _ = try UTF8Text.string(raw, path: window.path, line: line)
      return .invalidUTF8(at: CorpusLocation(path: window.path, line: line))
    } catch {
      return error
    }
  }
}
