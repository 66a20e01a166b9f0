import Glibc

/// The decompressed bytes of a file or of standard input, in order.
///
/// gzip is told by its two magic bytes, not by the name: text that is UTF-8 cannot begin with them.
package final class ByteStream {
  package let path: String
  private let descriptor: Int32
  private var mode = Mode.unopened

  private enum Mode {
    case unopened
    case plain
    case gzip(GzipInflater)
  }

  /// Opens a file; `-` is standard input.
  package init(path: String) throws(CorpusError) {
    self.path = path
    guard path != "-" else {
      descriptor = STDIN_FILENO
      return
    }
    descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw CorpusError.opening(path, errno) }
  }

  deinit {
    if descriptor > STDIN_FILENO { close(descriptor) }
  }

  /// Reads up to the buffer's size, at least one byte; 0 is the end.
  package func read(into buffer: UnsafeMutableRawBufferPointer) throws(CorpusError) -> Int {
    switch mode {
    case .unopened: return try begin(into: buffer)
    case .plain: return try readPlain(into: buffer)
    case .gzip(let inflater): return try inflater.read(into: buffer, from: self)
    }
  }

  /// Reads the file's own bytes, compressed or not.
  func readPlain(into buffer: UnsafeMutableRawBufferPointer) throws(CorpusError) -> Int {
    while true {
      let count = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
      if count >= 0 { return count }
      if errno != EINTR { throw .readFailed(path: path, code: errno) }
    }
  }

  /// The first read, which decides about gzip. The buffer must hold at least two bytes.
  private func begin(into buffer: UnsafeMutableRawBufferPointer) throws(CorpusError) -> Int {
    precondition(buffer.count >= 2)
    var count = 0
    // A pipe may hand over a single byte at first.
    while count < 2 {
      let more = try readPlain(into: UnsafeMutableRawBufferPointer(rebasing: buffer[count...]))
      if more == 0 { break }
      count += more
    }
    if count >= 2, buffer[0] == 0x1f, buffer[1] == 0x8b {
      let inflater = try GzipInflater(path: path, head: UnsafeRawBufferPointer(buffer)[..<count])
      mode = .gzip(inflater)
      return try inflater.read(into: buffer, from: self)
    }
    if count > 0, path.lowercased().hasSuffix(".gz") {
      throw .corruptGzip(path: path, detail: "not in gzip format")
    }
    mode = .plain
    return count
  }
}

extension CorpusError {
  /// The error for a failed `open`, `stat` or `opendir`.
  static func opening(_ path: String, _ code: Int32) -> CorpusError {
    code == ENOENT || code == ENOTDIR
      ? .missing(path: path) : .unreadable(path: path, code: code)
  }
}
