internal import Glibc

/// A file's bytes by their places; what lies beyond its end is told.
struct FileBytes {
  let site: Site
  private let descriptor: Int32
  let size: UInt64

  /// `descriptor`: the caller's, open as long as this is used.
  init(descriptor: Int32, at site: Site) throws(HDF5Error) {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      throw .cannotOpen(file: site.file, code: errno)
    }
    self.site = site
    self.descriptor = descriptor
    size = UInt64(clamping: status.st_size)
  }

  /// Fills `buffer` from the file.
  func read(_ buffer: inout [UInt8], at offset: UInt64) throws(HDF5Error) {
    guard offset <= size, UInt64(buffer.count) <= size - offset else {
      throw damaged("an address lies beyond the end of the file")
    }
    var filled = 0
    while filled < buffer.count {
      let place = off_t(clamping: offset) + off_t(filled)
      let count = buffer.withUnsafeMutableBytes { target in
        pread(descriptor, target.baseAddress?.advanced(by: filled), target.count - filled, place)
      }
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw .cannotOpen(file: site.file, code: errno) }
      guard count > 0 else { throw damaged("an address lies beyond the end of the file") }
      filled += count
    }
  }

  func damaged(_ reason: String) -> HDF5Error {
    .damaged(file: site.file, object: site.object, call: "H5Dread", reason: reason)
  }
}

/// Bytes that are asked for by place, and say nil beyond their end.
struct Bytes {
  let bytes: ArraySlice<UInt8>

  init(_ bytes: [UInt8]) { self.bytes = bytes[...] }

  private init(slice: ArraySlice<UInt8>) { bytes = slice }

  func part(at offset: Int, size: Int) -> Bytes? {
    guard offset <= bytes.count, size <= bytes.count - offset else { return nil }
    return Bytes(slice: bytes.dropFirst(offset).prefix(size))
  }

  /// Little-endian; nil also where it is too large for an Int to do sums with.
  func integer(at offset: Int, size: Int) -> Int? {
    guard let part = part(at: offset, size: size) else { return nil }
    let value = part.bytes.reversed().reduce(0 as UInt64) { $0 << 8 | UInt64($1) }
    return value < 1 << 62 ? Int(value) : nil
  }

  /// Whether the address there is that of nothing.
  func isUndefinedAddress(at offset: Int) -> Bool {
    part(at: offset, size: 8)?.bytes.allSatisfy { $0 == 0xFF } ?? false
  }
}
