import Foundation

/// An existing file, as an ``AtomicFile`` or an ``AtomicFolder`` has made it, that is written anew in pieces.
public final class RewrittenFile {
  private let target: String
  private let descriptor: Int32

  /// `reportedAs`: what the user knows it as, for errors.
  ///
  /// - Throws: ``AtomicFileError/cannotCreate(path:errorNumber:)``.
  public init(path: String, reportedAs target: String? = nil) throws(AtomicFileError) {
    self.target = target ?? path
    descriptor = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC)
    guard descriptor >= 0 else { throw .cannotCreate(path: self.target, errorNumber: errno) }
  }

  deinit { close(descriptor) }

  /// - Throws: ``AtomicFileError/cannotWrite(path:errorNumber:)``.
  public func write(_ bytes: UnsafeRawBufferPointer) throws(AtomicFileError) {
    try writeAll(bytes, to: descriptor, reportedAs: target)
  }
}

/// Writes all of `bytes` to `descriptor`, however often the system takes only a part.
///
/// - Throws: ``AtomicFileError/cannotWrite(path:errorNumber:)`` with `target` as its path.
func writeAll(
  _ bytes: UnsafeRawBufferPointer, to descriptor: Int32, reportedAs target: String
) throws(AtomicFileError) {
  var done = 0
  while done < bytes.count {
    let count = Foundation.write(
      descriptor, bytes.baseAddress.map { $0 + done }, bytes.count - done)
    if count < 0 && errno == EINTR { continue }
    guard count > 0 else { throw .cannotWrite(path: target, errorNumber: errno) }
    done += count
  }
}

/// Writes all of `bytes` to `descriptor`.
func writeAll(
  _ bytes: [UInt8], to descriptor: Int32, reportedAs target: String
) throws(AtomicFileError) {
  try bytes.withUnsafeBufferPointer { (buffer) throws(AtomicFileError) in
    try writeAll(UnsafeRawBufferPointer(buffer), to: descriptor, reportedAs: target)
  }
}
