import Glibc

/// A regular file mapped read-only into memory, unmapped when the object goes.
final class MappedFile: Sendable {
  /// Never written through and valid as long as `self`, hence safe from any thread.
  nonisolated(unsafe) let bytes: UnsafeRawBufferPointer

  init(path: String) throws(SafetensorsError) {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .cannotOpen(path: path, errno: errno) }
    defer { close(descriptor) }

    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw .cannotOpen(path: path, errno: errno) }
    guard status.st_mode & S_IFMT == S_IFREG else {
      let isFolder = status.st_mode & S_IFMT == S_IFDIR
      throw .cannotOpen(path: path, errno: isFolder ? EISDIR : EINVAL)
    }
    let size = Int(status.st_size)
    guard size > 0 else {
      // mmap refuses a length of 0.
      bytes = UnsafeRawBufferPointer(start: nil, count: 0)
      return
    }
    guard let start = mmap(nil, size, PROT_READ, MAP_PRIVATE, descriptor, 0), start != MAP_FAILED
    else { throw .cannotMap(path: path, errno: errno) }
    bytes = UnsafeRawBufferPointer(start: start, count: size)
  }

  deinit {
    guard let start = bytes.baseAddress else { return }
    munmap(UnsafeMutableRawPointer(mutating: start), bytes.count)
  }

  /// Passes advice about the pages of `range` to the system.
  ///
  /// The pages are those that `range` touches for MADV_WILLNEED, and only those that lie within
  /// it whole for MADV_DONTNEED: a neighbour's bytes must not be dropped from memory.
  func advise(_ range: Range<Int>, _ advice: Int32, wholePagesOnly: Bool) {
    guard let start = bytes.baseAddress else { return }
    let page = Int(sysconf(Int32(_SC_PAGESIZE)))
    let begin = (wholePagesOnly ? range.lowerBound + page - 1 : range.lowerBound) / page * page
    let end = wholePagesOnly ? range.upperBound / page * page : range.upperBound
    guard begin < end else { return }
    // Advice may be ignored: a failure changes no result.
    _ = madvise(UnsafeMutableRawPointer(mutating: start + begin), end - begin, advice)
  }
}
