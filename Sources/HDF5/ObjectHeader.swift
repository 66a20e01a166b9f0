/// The messages in an object's header, with every bound checked.
///
/// File format specification IV.A: headers of version 1 and 2.
struct ObjectHeader {
  struct Message {
    let kind: Int
    let flags: Int
    let content: Bytes
  }

  enum Kind {
    static let attribute = 0x0C
    static let continuation = 0x10
  }

  /// A part of a header: its own, or one that it goes on in.
  private struct Block {
    let start: UInt64
    let size: UInt64
  }

  /// Headers of HDF5 before 1.8, which carry no checksum.
  let isVersion1: Bool
  private let tracksOrder: Bool
  private(set) var messages: [Message] = []

  /// No header has so many parts; one that goes on in itself has.
  private static var mostBlocks: Int { 1000 }
  /// A message has at most 64 KB, and few of them are as large.
  private static var mostBytes: UInt64 { 1 << 24 }

  /// Reads the header at `address`; nil for none of a known version.
  ///
  /// - Throws: `HDF5Error.damaged` where the file ends before.
  init?(at address: UInt64, of file: FileBytes) throws(HDF5Error) {
    var bytes = [UInt8](repeating: 0, count: 16)
    try file.read(&bytes, at: address)
    let head = Bytes(bytes)
    let first: Block
    isVersion1 = head.integer(at: 0, size: 1) == 1
    if isVersion1 {
      guard let size = head.integer(at: 8, size: 4) else { return nil }
      tracksOrder = false
      first = Block(start: address &+ 16, size: UInt64(size))
    } else {
      guard bytes.starts(with: Array("OHDR".utf8) + [2]), let flags = head.integer(at: 5, size: 1)
      else { return nil }
      tracksOrder = flags & 4 != 0
      let sizeOfSize = 1 << (flags & 3)
      let place = 6 + (flags & 32 == 0 ? 0 : 16) + (flags & 16 == 0 ? 0 : 4)
      bytes = [UInt8](repeating: 0, count: place + sizeOfSize)
      try file.read(&bytes, at: address)
      guard let size = Bytes(bytes).integer(at: place, size: sizeOfSize) else { return nil }
      first = Block(start: address &+ UInt64(place + sizeOfSize), size: UInt64(size))
    }
    var blocks = [first]
    var next = 0
    while next < blocks.count, blocks.count < Self.mostBlocks {
      let block = blocks[next]
      next += 1
      guard block.size <= min(file.size, Self.mostBytes) else { continue }
      bytes = [UInt8](repeating: 0, count: Int(block.size))
      try file.read(&bytes, at: block.start)
      blocks += addMessages(in: Bytes(bytes))
    }
  }

  /// Adds a block's messages; returns where the header goes on.
  private mutating func addMessages(in bytes: Bytes) -> [Block] {
    var blocks: [Block] = []
    var place = 0
    let headSize = isVersion1 ? 8 : tracksOrder ? 6 : 4
    let sizePlace = isVersion1 ? 2 : 1
    while let kind = bytes.integer(at: place, size: sizePlace),
      let size = bytes.integer(at: place + sizePlace, size: 2),
      let flags = bytes.integer(at: place + sizePlace + 2, size: 1),
      let content = bytes.part(at: place + headSize, size: size)
    {
      messages.append(Message(kind: kind, flags: flags, content: content))
      if kind == Kind.continuation, let start = content.integer(at: 0, size: 8),
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
}
