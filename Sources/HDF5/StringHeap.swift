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
  private let file: FileBytes
  /// The collection read last: the strings of neighbouring rows are neighbours.
  private var address: UInt64?
  private var bytes: [UInt8] = []
  private var objects: [UInt32: Range<Int>] = [:]

  init(_ file: FileBytes) { self.file = file }

  /// The string of a row; an attribute's is that of row 0.
  mutating func string(_ reference: StringReference, row: Int) throws(HDF5Error) -> String {
    guard reference.length > 0 else { return "" }
    if address != reference.heap { try load(reference.heap, row: row) }
    guard let object = objects[reference.index], object.count >= reference.length else {
      throw file.damaged("the string of row \(row) is not in its heap")
    }
    let text = bytes[object.prefix(reference.length)]
    guard let string = String(validating: text, as: UTF8.self) else {
      throw file.damaged("row \(row) is not UTF-8")
    }
    return string
  }

  /// Reads a collection: `GCOL`, version 1, its size, then objects, each of index, count, size and
  /// content, up to the free space, which has index 0.
  private mutating func load(_ heap: UInt64, row: Int) throws(HDF5Error) {
    let headerSize = 16
    address = nil
    var head = [UInt8](repeating: 0, count: headerSize)
    try file.read(&head, at: heap)
    let size = Self.integer(head, at: 8)
    guard head.starts(with: Array("GCOL".utf8) + [1]), size >= UInt64(headerSize),
      heap <= file.size, size <= file.size - heap
    else { throw file.damaged("the heap of row \(row) is not one") }
    bytes = [UInt8](repeating: 0, count: Int(size))
    try file.read(&bytes, at: heap)
    objects = [:]
    var place = headerSize
    while place + headerSize <= bytes.count {
      let index = UInt32(bytes[place]) | UInt32(bytes[place + 1]) << 8
      if index == 0 { break }
      let length = Self.integer(bytes, at: place + 8)
      let start = place + headerSize
      guard length <= UInt64(bytes.count - start) else {
        throw file.damaged("the heap of row \(row) has an object beyond its end")
      }
      objects[index] = start..<start + Int(length)
      place = start + (Int(length) + 7) / 8 * 8
    }
    address = heap
  }

  private static func integer(_ bytes: [UInt8], at offset: Int) -> UInt64 {
    bytes[offset..<offset + 8].reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }
}
