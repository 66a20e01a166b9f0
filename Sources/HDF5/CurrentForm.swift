internal import CHDF5
internal import Glibc

/// The form of HDF5 1.10, in which Firn writes: all that describes the file's content carries checksums.
///
/// What a file says in it is either as it was written or found damaged by the library itself. Headers,
/// groups and chunk indexes of the older form can stand in a file that begins in this one, and so can
/// lists of other files' rows; none of these has a checksum. Files with any of them go through ``Rehearsal``.
struct CurrentForm: ~Copyable {
  /// Kinds of messages, file format specification IV.A.2.
  private enum Kind {
    /// Padding, dataspace, link info, datatype, fill value, link, group info, filters, attribute,
    /// continuation, time, number of links: whatever they say stands in them, or where checksums are.
    static let plain: Set<Int> = [0, 1, 2, 3, 5, 6, 0x0A, 0x0B, 0x0C, 0x10, 0x12, 0x16]
    static let layout = 8
    static let attributeInfo = 0x15
  }

  private let bytes: FileBytes
  private var seen: Set<UInt64> = []

  /// No file of Firn's has so many objects.
  private static var mostObjects: Int { 10_000 }

  private init(_ bytes: FileBytes) { self.bytes = bytes }

  /// Whether a file's first block and its root are in this form: then the library may open it.
  ///
  /// - Throws: `HDF5Error.cannotOpen`; `.notHDF5` for a CSV given by mistake, as for any other format.
  static func begins(_ path: String) throws(HDF5Error) -> Bool {
    // Not waiting for the writer of a pipe, which is no file of HDF5's.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw .cannotOpen(file: path, code: errno) }
    defer { close(descriptor) }
    let signature: [UInt8] = [0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A, 0x1A, 0x0A]
    var head = [UInt8](repeating: 0, count: 48)
    let count = read(descriptor, &head, head.count)
    guard count >= 0 || errno == EAGAIN else { throw .cannotOpen(file: path, code: errno) }
    guard count >= signature.count, head.starts(with: signature) else {
      throw .notHDF5(file: path)
    }
    guard let root = root(superblock: Bytes(head)),
      let bytes = try? FileBytes(descriptor: descriptor, at: Site(file: path))
    else { return false }
    return CurrentForm(bytes).isPlainObject(at: root)
  }

  /// Whether all that is in an open file, whose root is, is in this form.
  static func holds(throughout file: borrowing Identifier, at site: Site) -> Bool {
    guard let descriptor = try? file.descriptor(at: site),
      let bytes = try? FileBytes(descriptor: descriptor, at: site)
    else { return false }
    var form = CurrentForm(bytes)
    let raw = file.raw
    guard
      let root = try? Identifier("H5Gopen2", at: site, { H5Gopen2(raw, "/", shim_H5P_DEFAULT()) })
    else { return false }
    return form.holds(below: root, of: file)
  }

  /// The root's address in a superblock of version 3 without extensions; nil in another.
  private static func root(superblock: Bytes) -> UInt64? {
    guard superblock.integer(at: 8, size: 1) == 3, superblock.integer(at: 9, size: 2) == 0x0808,
      superblock.integer(at: 12, size: 8) == 0, superblock.isUndefinedAddress(at: 20)
    else { return nil }
    return superblock.integer(at: 36, size: 8).map { UInt64($0) }
  }

  /// Headers are looked at before the library opens what they are of.
  private mutating func holds(below group: borrowing Identifier, of file: borrowing Identifier)
    -> Bool
  {
    guard let links = try? Link.all(in: group, at: bytes.site) else { return false }
    for address in links.compactMap(\.address) where seen.insert(address).inserted {
      guard seen.count < Self.mostObjects, isPlainObject(at: address) else { return false }
      let raw = file.raw
      guard
        let object = try? Identifier(
          "H5Oopen_by_addr", at: bytes.site, { H5Oopen_by_addr(raw, haddr_t(address)) })
      else { return false }
      if Library.ask({ H5Iget_type(object.raw) }) == H5I_GROUP, !holds(below: object, of: file) {
        return false
      }
    }
    return true
  }

  private borrowing func isPlainObject(at address: UInt64) -> Bool {
    guard let header = try? ObjectHeader(at: address, of: bytes), !header.isVersion1 else {
      return false
    }
    return header.messages.allSatisfy(Self.isPlain)
  }

  private static func isPlain(_ message: ObjectHeader.Message) -> Bool {
    let (isShared, content) = (message.flags & 2 != 0, message.content)
    guard !isShared else { return false }
    switch message.kind {
    case ObjectHeader.Kind.attribute:
      // From version 2 on the second byte says that its type or space stands elsewhere.
      return content.integer(at: 0, size: 1) == 3 && content.integer(at: 1, size: 1) == 0
    case Kind.layout:
      // Version 4 has indexes with checksums; class 2 is in chunks, 3 a list of other files' rows.
      guard let version = content.integer(at: 0, size: 1),
        let layout = content.integer(at: 1, size: 1)
      else { return false }
      return version == 4 ? layout < 3 : version == 3 && layout < 2
    case Kind.attributeInfo:
      // Many attributes stand in a heap of their own, in which they cannot be seen from here.
      let flags = content.integer(at: 1, size: 1) ?? 0
      return content.isUndefinedAddress(at: flags & 1 == 0 ? 2 : 4)
    default:
      return Kind.plain.contains(message.kind)
    }
  }
}
