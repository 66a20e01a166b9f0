import Foundation

/// An output that is written piece by piece and appears whole or not at all; `-` and /dev/stdout are
/// standard output, where the pieces go as they come.
///
/// A few hundred kilobytes wait in memory, whatever the output's size.
public final class AtomicStream {
  /// Where the output will stand, or `-`.
  public let path: String
  private let file: AtomicFile?
  private let descriptor: Int32
  private var pending: [UInt8] = []
  private var isOpen = true
  /// The bytes given so far.
  public private(set) var count = 0

  private static let bytesAtOnce = 1 << 18

  /// - Throws: ``AtomicFileError`` as for ``AtomicFile``.
  public init(path: String) throws(AtomicFileError) {
    self.path = path
    guard path != "-", path != "/dev/stdout" else {
      file = nil
      descriptor = STDOUT_FILENO
      return
    }
    let file = try AtomicFile(path: path)
    descriptor = open(file.temporaryPath, O_WRONLY | O_TRUNC | O_CLOEXEC)
    guard descriptor >= 0 else { throw .cannotCreate(path: path, errorNumber: errno) }
    self.file = file
  }

  deinit { close() }

  /// Adds text as UTF-8.
  ///
  /// - Throws: ``AtomicFileError/cannotWrite(path:errorNumber:)``.
  public func write(_ text: String) throws(AtomicFileError) { try write(text.utf8) }

  /// Adds bytes.
  ///
  /// - Throws: ``AtomicFileError/cannotWrite(path:errorNumber:)``.
  public func write(_ bytes: some Collection<UInt8>) throws(AtomicFileError) {
    pending.append(contentsOf: bytes)
    count += bytes.count
    if pending.count >= Self.bytesAtOnce { try flush() }
  }

  /// Hands on what waits in memory; a reader of standard output that went away is no error.
  ///
  /// - Throws: ``AtomicFileError/cannotWrite(path:errorNumber:)``.
  public func flush() throws(AtomicFileError) {
    guard isOpen, !pending.isEmpty else { return }
    do throws(AtomicFileError) {
      try writeAll(pending, to: descriptor, reportedAs: path)
    } catch .cannotWrite(_, EPIPE) where file == nil {
      isOpen = false
    }
    pending.removeAll(keepingCapacity: true)
  }

  /// Puts the output in its place.
  ///
  /// - Throws: ``AtomicFileError``; the target is as it was.
  public func commit() throws(AtomicFileError) {
    try flush()
    close()
    try file?.commit()
  }

  private func close() {
    if isOpen, file != nil { Foundation.close(descriptor) }
    isOpen = false
  }
}
