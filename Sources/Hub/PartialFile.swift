import Foundation

/// The bytes of a transfer so far, in a file that the next attempt, or the next process, takes up.
final class PartialFile {
  let path: String
  /// How many bytes are there.
  private(set) var size: Int
  private let descriptor: Int32

  /// Opens or creates the file.
  ///
  /// `anew`: begin from nothing.
  ///
  /// - Throws: ``HubError``; a link or a folder in its place is not written through.
  init(path: String, anew: Bool) throws(HubError) {
    self.path = path
    descriptor = open(
      path, O_CREAT | O_WRONLY | O_CLOEXEC | O_NOFOLLOW | (anew ? O_TRUNC : 0), 0o666)
    guard descriptor >= 0 else {
      throw errno == ELOOP || errno == EISDIR
        ? .inTheWay(path: path) : .cacheFailed(path: path, errorNumber: errno)
    }
    size = Int(lseek(descriptor, 0, SEEK_END))
  }

  deinit { close(descriptor) }

  /// Adds bytes at the end.
  ///
  /// - Throws: ``HubError``.
  func append(_ bytes: UnsafeRawBufferPointer) throws(HubError) {
    var rest = bytes[...]
    while let start = UnsafeRawBufferPointer(rebasing: rest).baseAddress, !rest.isEmpty {
      let count = write(descriptor, start, rest.count)
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { throw .cacheFailed(path: path, errorNumber: errno) }
      rest = rest.dropFirst(count)
      size += count
    }
  }

  /// Forgets what is there.
  ///
  /// - Throws: ``HubError``.
  func clear() throws(HubError) {
    guard ftruncate(descriptor, 0) == 0, lseek(descriptor, 0, SEEK_SET) == 0 else {
      throw .cacheFailed(path: path, errorNumber: errno)
    }
    size = 0
  }

  /// Waits until the bytes are on the disk.
  ///
  /// - Throws: ``HubError``.
  func flush() throws(HubError) {
    guard fsync(descriptor) == 0 else { throw .cacheFailed(path: path, errorNumber: errno) }
  }
}
