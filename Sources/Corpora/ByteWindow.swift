import Glibc

/// The record that is being read, in a buffer that slides over the stream.
///
/// Offsets count from the record's first byte and stay valid while the buffer refills or grows; the
/// buffer holds one record and the rest of a chunk, never the file.
struct ByteWindow: ~Copyable {
  let stream: ByteStream
  /// The line where the record begins, from 1.
  var line = 1

  private let limit: Int
  private var buffer: UnsafeMutableRawBufferPointer
  private var start = 0
  private var end = 0
  private var isDrained = false

  /// Large enough that system calls do not show, small enough for the second-level cache.
  private static let chunk = 1 << 18

  /// The limit is the longest record in bytes.
  init(stream: ByteStream, limit: Int) {
    self.stream = stream
    self.limit = limit
    buffer = .allocate(byteCount: Self.chunk, alignment: 16)
  }

  deinit { buffer.deallocate() }

  var path: String { stream.path }
  var location: CorpusLocation { CorpusLocation(path: path, line: line) }

  /// The bytes that are at hand, from the record's first; valid until the next mutation.
  @inline(__always)
  var bytes: UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(buffer)[start..<end])
  }

  /// Goes on to the record that begins `count` bytes further.
  @inline(__always)
  mutating func advance(by count: Int) { start += count }

  /// Skips a UTF-8 byte order mark.
  mutating func skipByteOrderMark() throws(CorpusError) {
    guard try byte(at: 2) != nil, bytes.starts(with: [0xef, 0xbb, 0xbf]) else { return }
    advance(by: 3)
  }

  /// The byte at an offset; nil past the end of the stream.
  @inline(__always)
  mutating func byte(at offset: Int) throws(CorpusError) -> UInt8? {
    while start + offset >= end {
      guard try fill() else { return nil }
    }
    return buffer[start + offset]
  }

  /// The offset of the first of three bytes at or after `offset`; nil when the stream has none.
  @inline(__always)
  mutating func find(_ needles: ByteTriple, from offset: Int) throws(CorpusError) -> Int? {
    var offset = offset
    while true {
      let bytes = self.bytes
      if offset < bytes.count, let hit = needles.first(in: bytes, from: offset) { return hit }
      offset = max(offset, bytes.count)
      guard try fill() else { return nil }
    }
  }

  /// The offset of the first such byte at or after `offset`; nil when the stream has none.
  mutating func find(_ needle: UInt8, from offset: Int) throws(CorpusError) -> Int? {
    var offset = offset
    while true {
      if offset < end - start, let base = buffer.baseAddress,
        let hit = memchr(base + start + offset, Int32(needle), end - start - offset)
      {
        return hit - UnsafeMutableRawPointer(base + start)
      }
      offset = max(offset, end - start)
      guard try fill() else { return nil }
    }
  }

  /// Reads all that is left; for files that are one record.
  mutating func fillToEnd() throws(CorpusError) {
    while try fill() {}
  }

  /// Reads more behind what is at hand; false at the end of the stream.
  @inline(never)
  private mutating func fill() throws(CorpusError) -> Bool {
    if isDrained { return false }
    let count = end - start
    if count > limit { throw .rowTooLong(at: location, limit: limit) }
    if start > 0, let base = buffer.baseAddress {
      memmove(base, base + start, count)
      (start, end) = (0, count)
    }
    if end == buffer.count { grow() }
    let read = try stream.read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[end...]))
    end += read
    isDrained = read == 0
    return read > 0
  }

  private mutating func grow() {
    let larger = UnsafeMutableRawBufferPointer.allocate(
      byteCount: buffer.count * 2, alignment: 16)
    larger.copyMemory(from: UnsafeRawBufferPointer(buffer))
    buffer.deallocate()
    buffer = larger
  }
}
