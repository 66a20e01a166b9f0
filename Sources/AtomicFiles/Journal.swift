public import Digests
import Foundation

/// Work done so far on an output that takes long, on disk beside it: `.NAME.partial`.
///
/// Records are appended and, with ``commit()``, on disk; after a kill at any moment the next
/// process finds every committed record whole. Each carries a SHA-256: a torn or changed record
/// ends the journal where it begins. One process at a time has it, held by a lock that the system
/// frees when the process ends in whatever way. To look at it needs no lock and changes nothing.
///
///     "FIRNJRN1" · identity [32] · records
///     record: rows uint64 · bytes uint64 · SHA-256 of these two and the payload [32] · payload
///
/// Integers are little-endian.
public final class Journal {
  /// The rows of all whole records.
  public private(set) var rows = 0
  /// The journal's own path.
  public let path: String
  private let output: String
  private let descriptor: Int32
  private let access: Access
  private var isReady = false
  /// Whether the journal's name is on disk, and not only its records.
  private var isNamed = false
  /// Where each record's payload lies, and how many rows it holds.
  private var records: [(rows: Int, payload: Range<Int>)] = []

  /// What a journal is opened for.
  public enum Access: Sendable {
    /// To add to the records that are there.
    case goOn
    /// To drop them and begin.
    case beginAnew
    /// To read them, and to leave everything as it is; of none where there is no journal.
    case look
    /// To leave it as it is, and see none of its records.
    case ignore
  }

  private static let magic = Array("FIRNJRN1".utf8)
  private static let digestSize = 32
  private static let headerSize = magic.count + digestSize
  private static let recordHeaderSize = 16 + digestSize

  /// Opens the journal of `output`, or begins one.
  ///
  /// `identity`: of all that the records depend on. A journal with another is begun anew, or seen as
  /// one without records.
  ///
  /// - Throws: ``AtomicFileError/inUse(path:)`` where another process has it, others where it
  ///   cannot be created or read.
  public init(
    of output: String, identity: SHA256Digest, for access: Access = .goOn
  ) throws(AtomicFileError) {
    let (folder, name) = AtomicFile.split(output)
    path = "\(folder)/.\(name).partial"
    self.output = output
    self.access = access
    switch access {
    case .goOn, .beginAnew: descriptor = try Self.openLocked(path, of: output)
    case .look: descriptor = open(path, O_RDONLY | O_CLOEXEC | Self.fileOnly)
    case .ignore: descriptor = -1
    }
    guard descriptor >= 0 else { return }
    let header = Self.magic + identity.bytes
    let found = try read(0..<Self.headerSize)
    if access != .beginAnew, found == header {
      try scan()
    } else if isWriter {
      try truncate(to: 0)
      try writeAll(header, to: descriptor, reportedAs: output)
    }
    isReady = isWriter
  }

  private var isWriter: Bool { access == .goOn || access == .beginAnew }

  /// A journal without rows is of no use to anybody; one that could not be read is left as it is.
  deinit {
    if isReady, rows == 0 { remove() }
    if descriptor >= 0 { FileLock.release(descriptor) }
  }

  /// Adds a record: `payload` in pieces, which speaks of the next `rows` rows.
  ///
  /// - Throws: ``AtomicFileError`` where the disk is full, say; committed records are as they were.
  public func append(
    rows count: Int, _ payload: [UnsafeRawBufferPointer]
  ) throws(AtomicFileError) {
    let size = payload.reduce(0) { $0 + $1.count }
    var header = Self.bytes(count) + Self.bytes(size)
    header += SHA256Digest(ofParts: [header[...]], and: payload).bytes
    let start = (records.last?.payload.upperBound ?? Self.headerSize) + Self.recordHeaderSize
    try writeAll(header, to: descriptor, reportedAs: output)
    for piece in payload { try writeAll(piece, to: descriptor, reportedAs: output) }
    records.append((count, start..<start + size))
    rows += count
  }

  /// Returns when all records are on disk.
  public func commit() throws(AtomicFileError) {
    guard fdatasync(descriptor) == 0 else { throw failure }
    if !isNamed {
      // Some file systems cannot flush a folder.
      try? AtomicFile.flush(AtomicFile.split(path).folder, reportedAs: output)
      isNamed = true
    }
  }

  /// How many rows and bytes each record has.
  public var sizes: [(rows: Int, bytes: Int)] { records.map { ($0.rows, $0.payload.count) } }

  /// Drops the records from one on, which make no sense to the caller.
  ///
  /// - Throws: ``AtomicFileError``.
  public func drop(from index: Int) throws(AtomicFileError) {
    records.removeSubrange(index...)
    rows = records.reduce(0) { $0 + $1.rows }
    try truncate(to: records.last?.payload.upperBound ?? Self.headerSize)
  }

  /// Hands on every record, in order: its rows and its payload, of that the first `size` bytes.
  public func replay(
    first size: (_ rows: Int) -> Int = { _ in .max },
    _ body: (_ rows: Int, _ payload: UnsafeRawBufferPointer) throws -> Void
  ) throws {
    for record in records {
      let range = record.payload.prefix(size(record.rows))
      let payload = try read(range)
      // Without the lock, its writer may have begun anew meanwhile.
      guard payload.count == range.count else {
        throw AtomicFileError.cannotWrite(path: output, errorNumber: EIO)
      }
      try payload.withUnsafeBytes { try body(record.rows, $0) }
    }
  }

  /// Reads bytes of one record's payload, from `start` on, as many as `target` holds.
  ///
  /// - Precondition: the payload has them.
  /// - Throws: ``AtomicFileError``.
  public func read(
    record index: Int, from start: Int, into target: UnsafeMutableRawBufferPointer
  ) throws(AtomicFileError) {
    let payload = records[index].payload
    precondition(start >= 0 && start + target.count <= payload.count)
    guard try read(payload.lowerBound + start, into: target) == target.count else { throw failure }
  }

  /// Removes the journal: its output is whole.
  public func remove() { unlink(path) }

  // MARK: -

  /// No link that leads elsewhere, and no waiting for a pipe.
  private static var fileOnly: Int32 { O_NOFOLLOW | O_NONBLOCK }

  /// Opens and locks. Between the two another process may have removed the file: then again.
  private static func openLocked(
    _ path: String, of output: String
  ) throws(AtomicFileError) -> Int32 {
    while true {
      let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | fileOnly, 0o666)
      guard descriptor >= 0 else {
        if errno == ENOENT {
          throw .noFolder(path: output, folder: AtomicFile.split(output).folder)
        }
        if errno == ELOOP || errno == ENXIO { throw .isNoFile(path: path) }
        throw .cannotCreate(path: output, errorNumber: errno)
      }
      if flock(descriptor, LOCK_EX | LOCK_NB) != 0, errno == EWOULDBLOCK {
        close(descriptor)
        throw .inUse(path: output)
      }
      // Where the file system has no locks, two writers are possible; each still writes whole files.
      var (own, named) = (stat(), stat())
      if fstat(descriptor, &own) == 0, own.st_mode & S_IFMT != S_IFREG {
        close(descriptor)
        throw .isNoFile(path: path)
      }
      if fstat(descriptor, &own) == 0, stat(path, &named) == 0, own.st_ino == named.st_ino,
        own.st_dev == named.st_dev
      {
        return descriptor
      }
      close(descriptor)
    }
  }

  /// Finds the whole records and cuts off what follows them.
  private func scan() throws(AtomicFileError) {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw failure }
    let end = Int(status.st_size)
    var position = Self.headerSize
    while end - position >= Self.recordHeaderSize {
      let header = try read(position..<position + Self.recordHeaderSize)
      let count = Self.integer(header[0..<8])
      let size = Self.integer(header[8..<16])
      let start = position + Self.recordHeaderSize
      guard let count, let size, size <= end - start, count <= Int.max - rows else { break }
      let digest = try digest(of: header[0..<16], and: start..<start + size)
      guard digest.bytes == Array(header[16...]) else { break }
      records.append((count, start..<start + size))
      rows += count
      position = start + size
    }
    try truncate(to: position)
  }

  /// In pieces: a record may claim as much as the file has.
  private func digest(
    of head: ArraySlice<UInt8>, and payload: Range<Int>
  ) throws(AtomicFileError) -> SHA256Digest {
    let piece = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 8)
    defer { piece.deallocate() }
    var hasher = SHA256Hasher()
    hasher.update(Array(head))
    var position = payload.lowerBound
    while position < payload.upperBound {
      let part = UnsafeMutableRawBufferPointer(
        rebasing: piece[..<min(piece.count, payload.upperBound - position)])
      let count = try read(position, into: part)
      guard count > 0 else { break }
      hasher.update(UnsafeRawBufferPointer(rebasing: part[..<count]))
      position += count
    }
    return hasher.finished()
  }

  private func truncate(to size: Int) throws(AtomicFileError) {
    guard isWriter else { return }
    guard ftruncate(descriptor, off_t(size)) == 0,
      lseek(descriptor, off_t(size), SEEK_SET) == off_t(size)
    else { throw failure }
  }

  /// The bytes of a range, fewer where the file ends before.
  private func read(_ range: Range<Int>) throws(AtomicFileError) -> [UInt8] {
    let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: range.count, alignment: 8)
    defer { bytes.deallocate() }
    return Array(bytes[..<(try read(range.lowerBound, into: bytes))])
  }

  /// Reads from `position` on; returns the number of bytes, fewer where the file ends before.
  private func read(
    _ position: Int, into target: UnsafeMutableRawBufferPointer
  ) throws(AtomicFileError) -> Int {
    var done = 0
    while done < target.count {
      let count = pread(
        descriptor, target.baseAddress.map { $0 + done }, target.count - done,
        off_t(position + done))
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else { throw failure }
      if count == 0 { break }
      done += count
    }
    return done
  }

  private var failure: AtomicFileError { .cannotWrite(path: output, errorNumber: errno) }

  private static func bytes(_ value: Int) -> [UInt8] {
    withUnsafeBytes(of: UInt64(value).littleEndian) { Array($0) }
  }

  /// nil where it is no size that a file can have.
  private static func integer(_ bytes: ArraySlice<UInt8>) -> Int? {
    Int(exactly: bytes.reversed().reduce(0 as UInt64) { $0 << 8 | UInt64($1) })
  }
}
