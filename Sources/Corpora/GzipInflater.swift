import CZlib

/// Decompresses the members of a gzip stream one after the other (RFC 1952, section 2.2).
final class GzipInflater {
  private let path: String
  /// On the heap because zlib keeps the stream's address.
  private let stream: UnsafeMutablePointer<z_stream>
  private let input: UnsafeMutableRawBufferPointer
  private var isBetweenMembers = false

  /// 15 bits of window, the largest; 16 more ask for the gzip wrapper alone.
  private static let windowBits: Int32 = 15 + 16

  /// Begins with what was read of the file already.
  init(path: String, head: Slice<UnsafeRawBufferPointer>) throws(CorpusError) {
    self.path = path
    input = .allocate(byteCount: max(1 << 16, head.count), alignment: 16)
    stream = .allocate(capacity: 1)
    stream.initialize(to: z_stream())
    input.copyBytes(from: head)
    supply(head.count)
    try check(firn_inflate_init2(stream, Self.windowBits))
  }

  deinit {
    inflateEnd(stream)
    stream.deallocate()
    input.deallocate()
  }

  /// Fills the buffer with at least one byte; 0 is the end of the last member.
  func read(
    into buffer: UnsafeMutableRawBufferPointer, from file: ByteStream
  ) throws(CorpusError) -> Int {
    stream.pointee.next_out = buffer.baseAddress?.assumingMemoryBound(to: Bytef.self)
    stream.pointee.avail_out = uInt(clamping: buffer.count)
    let room = stream.pointee.avail_out
    while stream.pointee.avail_out == room {
      if stream.pointee.avail_in == 0 {
        let count = try file.readPlain(into: input)
        if count == 0 {
          guard isBetweenMembers else { throw .truncatedGzip(path: path) }
          return 0
        }
        supply(count)
      }
      if isBetweenMembers {
        guard try beginMember() else { continue }
      }
      let code = inflate(stream, Z_NO_FLUSH)
      if code == Z_STREAM_END {
        isBetweenMembers = true
      } else {
        try check(code)
      }
    }
    return Int(room - stream.pointee.avail_out)
  }

  /// Skips the zeros that tapes and archives pad with; false when no other byte is at hand.
  private func beginMember() throws(CorpusError) -> Bool {
    while stream.pointee.avail_in > 0, stream.pointee.next_in.pointee == 0 {
      stream.pointee.next_in += 1
      stream.pointee.avail_in -= 1
    }
    guard stream.pointee.avail_in > 0 else { return false }
    try check(inflateReset(stream))
    isBetweenMembers = false
    return true
  }

  private func supply(_ count: Int) {
    stream.pointee.next_in = input.baseAddress?.assumingMemoryBound(to: Bytef.self)
    stream.pointee.avail_in = uInt(count)
  }

  private func check(_ code: Int32) throws(CorpusError) {
    guard code != Z_OK else { return }
    let detail = stream.pointee.msg.map { String(cString: $0) } ?? "zlib error \(code)"
    throw .corruptGzip(path: path, detail: detail)
  }
}
