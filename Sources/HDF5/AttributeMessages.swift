/// Finds where the strings of an object's attributes lie, checking every bound.
///
/// Why not the library: a string of variable length lies in a global heap, which carries no
/// checksum, and libhdf5 1.10.8 trusts it. So the reference to the heap is taken from the object's
/// header, and the string by ``StringHeap``.
///
/// File format specification IV.A: headers of version 1 and 2, attribute messages of version 1 to 3.
struct AttributeMessages {
  private enum Kind {
    static let attribute = 0x0C
    static let continuation = 0x10
  }

  /// A part of a header: its own, or one that it goes on in.
  private struct Block {
    let start: UInt64
    let size: UInt64
  }

  private let heap: StringHeap
  private var isVersion1 = false
  private var tracksOrder = false
  /// The references, by the attributes' names.
  private(set) var references: [String: StringReference] = [:]

  /// No header has so many parts; one that goes on in itself has.
  private static var mostBlocks: Int { 1000 }

  /// Reads the header at `address`.
  ///
  /// - Throws: `HDF5Error.damaged` where the file ends before.
  init(header address: UInt64, of heap: StringHeap) throws(HDF5Error) {
    self.heap = heap
    guard let first = try readPrefix(at: address) else { return }
    var blocks = [first]
    var next = 0
    while next < blocks.count, blocks.count < Self.mostBlocks {
      let block = blocks[next]
      next += 1
      guard block.size <= heap.fileSize else { continue }
      var bytes = [UInt8](repeating: 0, count: Int(block.size))
      try heap.read(&bytes, at: block.start)
      blocks += messages(in: Bytes(bytes))
    }
  }

  /// Where the messages in the header itself are; nil for no header of a known version.
  private mutating func readPrefix(at address: UInt64) throws(HDF5Error) -> Block? {
    var bytes = [UInt8](repeating: 0, count: 16)
    try heap.read(&bytes, at: address)
    let head = Bytes(bytes)
    isVersion1 = head.integer(at: 0, size: 1) == 1
    if isVersion1 {
      guard let size = head.integer(at: 8, size: 4) else { return nil }
      return Block(start: address &+ 16, size: UInt64(size))
    }
    guard bytes.starts(with: Array("OHDR".utf8) + [2]), let flags = head.integer(at: 5, size: 1)
    else { return nil }
    tracksOrder = flags & 4 != 0
    let sizeOfSize = 1 << (flags & 3)
    let place = 6 + (flags & 32 == 0 ? 0 : 16) + (flags & 16 == 0 ? 0 : 4)
    bytes = [UInt8](repeating: 0, count: place + sizeOfSize)
    try heap.read(&bytes, at: address)
    guard let size = Bytes(bytes).integer(at: place, size: sizeOfSize) else { return nil }
    return Block(start: address &+ UInt64(place + sizeOfSize), size: UInt64(size))
  }

  /// Keeps the strings' references among a block's messages; returns where the header goes on.
  private mutating func messages(in bytes: Bytes) -> [Block] {
    var blocks: [Block] = []
    var place = 0
    let headSize = isVersion1 ? 8 : tracksOrder ? 6 : 4
    while let kind = bytes.integer(at: place, size: isVersion1 ? 2 : 1),
      let size = bytes.integer(at: place + (isVersion1 ? 2 : 1), size: 2),
      let content = bytes.part(at: place + headSize, size: size)
    {
      if kind == Kind.attribute, let (name, reference) = string(in: content) {
        references[name] = reference
      } else if kind == Kind.continuation, let start = content.integer(at: 0, size: 8),
        let size = content.integer(at: 8, size: 8)
      {
        // Version 2: `OCHK` before the messages, a checksum after them.
        let frame = isVersion1 ? 0 : 4
        if size >= 2 * frame {
          blocks.append(Block(start: UInt64(start + frame), size: UInt64(size - 2 * frame)))
        }
      }
      place += headSize + size
    }
    return blocks
  }

  /// The name and the reference of an attribute that is one string of variable length.
  private func string(in message: Bytes) -> (String, StringReference)? {
    guard let version = message.integer(at: 0, size: 1), 1...3 ~= version,
      // No part of it may lie elsewhere.
      version == 1 || message.integer(at: 1, size: 1) == 0,
      let nameSize = message.integer(at: 2, size: 2),
      let typeSize = message.integer(at: 4, size: 2),
      let spaceSize = message.integer(at: 6, size: 2)
    else { return nil }
    func padded(_ size: Int) -> Int { version == 1 ? (size + 7) / 8 * 8 : size }
    let nameStart = version == 3 ? 9 : 8
    let typeStart = nameStart + padded(nameSize)
    let dataStart = typeStart + padded(typeSize) + padded(spaceSize)
    guard let name = message.part(at: nameStart, size: nameSize),
      let type = message.integer(at: typeStart, size: 2),
      // Class 9, variable length, of which type 1 is a string.
      type & 0x0F == 9, type >> 8 & 0x0F == 1,
      let data = message.part(at: dataStart, size: StringReference.size)
    else { return nil }
    return (
      String(decoding: name.bytes.prefix { $0 != 0 }, as: UTF8.self),
      data.bytes.withUnsafeBytes { StringReference($0) }
    )
  }
}

/// Bytes that are asked for by place, and say nil beyond their end.
private struct Bytes {
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
}
