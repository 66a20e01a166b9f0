internal import CHDF5
internal import Glibc

/// Where a string of variable length lies: what a dataset of strings holds for each row.
///
/// File format specification III.E and VII.A: four bytes of length, eight of the heap's address,
/// four of the index in it, little-endian.
struct StringReference {
  static let size = 16

  let length: Int
  let heap: UInt64
  let index: UInt32

  /// - Precondition: `bytes` has 16 bytes.
  init(_ bytes: UnsafeRawBufferPointer) {
    length = Int(UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 0, as: UInt32.self)))
    heap = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: 4, as: UInt64.self))
    index = UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 12, as: UInt32.self))
  }
}

/// Reads strings from a file's global heaps, checking every bound.
///
/// Why not the library: global heaps and the references to them carry no checksum, and libhdf5
/// 1.10.8 trusts both. One flipped bit in an index or a length is an access outside its memory.
struct StringHeap {
  private let site: Site
  private let descriptor: Int32
  let fileSize: UInt64
  /// The collection read last: the strings of neighbouring rows are neighbours.
  private var address: UInt64?
  private var bytes: [UInt8] = []
  private var objects: [UInt32: Range<Int>] = [:]

  init(descriptor: Int32, at site: Site) throws(HDF5Error) {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      throw .cannotOpen(file: site.file, code: errno)
    }
    self.site = site
    self.descriptor = descriptor
    fileSize = UInt64(clamping: status.st_size)
  }

  /// The string of a row; an attribute's is that of row 0.
  mutating func string(_ reference: StringReference, row: Int) throws(HDF5Error) -> String {
    guard reference.length > 0 else { return "" }
    if address != reference.heap { try load(reference.heap, row: row) }
    guard let object = objects[reference.index], object.count >= reference.length else {
      throw damaged("the string of row \(row) is not in its heap")
    }
    let text = bytes[object.prefix(reference.length)]
    guard let string = String(validating: text, as: UTF8.self) else {
      throw damaged("row \(row) is not UTF-8")
    }
    return string
  }

  /// Reads a collection: `GCOL`, version 1, its size, then objects, each of index, count, size and
  /// content, up to the free space, which has index 0.
  private mutating func load(_ heap: UInt64, row: Int) throws(HDF5Error) {
    let headerSize = 16
    address = nil
    var head = [UInt8](repeating: 0, count: headerSize)
    try read(&head, at: heap)
    let size = Self.integer(head, at: 8)
    guard head.starts(with: Array("GCOL".utf8) + [1]), size >= UInt64(headerSize),
      heap <= fileSize, size <= fileSize - heap
    else { throw damaged("the heap of row \(row) is not one") }
    bytes = [UInt8](repeating: 0, count: Int(size))
    try read(&bytes, at: heap)
    objects = [:]
    var place = headerSize
    while place + headerSize <= bytes.count {
      let index = UInt32(bytes[place]) | UInt32(bytes[place + 1]) << 8
      if index == 0 { break }
      let length = Self.integer(bytes, at: place + 8)
      let start = place + headerSize
      guard length <= UInt64(bytes.count - start) else {
        throw damaged("the heap of row \(row) has an object beyond its end")
      }
      objects[index] = start..<start + Int(length)
      place = start + (Int(length) + 7) / 8 * 8
    }
    address = heap
  }

  /// Fills `buffer` from the file.
  func read(_ buffer: inout [UInt8], at offset: UInt64) throws(HDF5Error) {
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

  private func damaged(_ reason: String) -> HDF5Error {
    .damaged(file: site.file, object: site.object, call: "H5Dread", reason: reason)
  }

  private static func integer(_ bytes: [UInt8], at offset: Int) -> UInt64 {
    bytes[offset..<offset + 8].reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }
}
