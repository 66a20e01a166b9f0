import Foundation

/// Lines of standard input, read in blocks.
public struct StandardInputLines {
  private var pending: [UInt8] = []
  private var scanned = 0
  private var ended = false
  private var number = 0
  private var hasSaidNone = false

  public init() {}

  /// Whether there is a line, or the end, without waiting for whoever writes.
  private var isReady: Bool {
    guard !ended, pending[scanned...].firstIndex(of: UInt8(ascii: "\n")) == nil else { return true }
    var descriptor = pollfd(fd: 0, events: Int16(POLLIN), revents: 0)
    return poll(&descriptor, 1, 0) != 0
  }

  /// The next lines, at most `limit`; nil at the end. A line ends at LF or CRLF.
  ///
  /// Where they are still to come it says so once by giving none, and waits when it is asked again:
  /// who writes line by line sees each answer before the next line is waited for.
  ///
  /// - Throws: ``StageError/notUTF8(line:)``.
  public mutating func next(limit: Int) throws(StageError) -> [String]? {
    if !hasSaidNone, !isReady {
      hasSaidNone = true
      return []
    }
    hasSaidNone = false
    var lines: [String] = []
    var start = 0
    while lines.count < limit {
      if let end = pending[scanned...].firstIndex(of: UInt8(ascii: "\n")) {
        lines.append(try line(pending[start..<end]))
        start = end + 1
        scanned = start
      } else if ended {
        if start < pending.count { lines.append(try line(pending[start...])) }
        start = pending.count
        break
      } else {
        pending.removeFirst(start)
        start = 0
        scanned = pending.count
        // Lines that are there go out before more are waited for.
        if !lines.isEmpty { break }
        readMore()
      }
    }
    pending.removeFirst(start)
    scanned = 0
    return lines.isEmpty ? nil : lines
  }

  private mutating func line(_ bytes: ArraySlice<UInt8>) throws(StageError) -> String {
    number += 1
    let content = bytes.last == UInt8(ascii: "\r") ? bytes.dropLast() : bytes
    guard let line = String(validating: content, as: UTF8.self) else {
      throw .notUTF8(line: number)
    }
    return line
  }

  private mutating func readMore() {
    let size = 1 << 16
    let piece = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
      var got = read(0, buffer.baseAddress, size)
      while got < 0 && errno == EINTR { got = read(0, buffer.baseAddress, size) }
      count = max(got, 0)
    }
    ended = piece.isEmpty
    pending += piece
  }
}
