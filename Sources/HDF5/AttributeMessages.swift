/// Finds where the strings of an object's attributes lie, checking every bound.
///
/// Why not the library: a string of variable length lies in a global heap, which carries no
/// checksum, and libhdf5 1.10.8 trusts it. So the reference to the heap is taken from the object's
/// header, and the string by ``StringHeap``.
///
/// File format specification IV.A.2.m: attribute messages of version 1 to 3.
struct AttributeMessages {
  /// The references, by the attributes' names.
  private(set) var references: [String: StringReference] = [:]

  /// Reads the header at `address`.
  ///
  /// - Throws: `HDF5Error.damaged` where the file ends before.
  init(header address: UInt64, of file: FileBytes) throws(HDF5Error) {
    guard let header = try ObjectHeader(at: address, of: file) else { return }
    for message in header.messages where message.kind == ObjectHeader.Kind.attribute {
      if let (name, reference) = Self.string(in: message.content) { references[name] = reference }
    }
  }

  /// The name and the reference of an attribute that is one string of variable length.
  private static func string(in message: Bytes) -> (String, StringReference)? {
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
