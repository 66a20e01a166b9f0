import Foundation

/// A file of the given bytes that goes with the object.
final class TemporaryFile {
  let path: String

  init(_ bytes: [UInt8]) throws {
    let url = FileManager.default.temporaryDirectory.appending(
      path: "firn-\(UUID().uuidString).safetensors")
    try Data(bytes).write(to: url)
    path = url.path
  }

  /// A header of any text over data of zeros.
  convenience init(header: String, dataSize: Int, claimedLength: UInt64? = nil) throws {
    let text = Array(header.utf8)
    let length = claimedLength ?? UInt64(text.count)
    let prefix = withUnsafeBytes(of: length.littleEndian) { Array($0) }
    try self.init(prefix + text + [UInt8](repeating: 0, count: dataSize))
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }
}

extension TemporaryFile {
  /// Makes the file longer without writing to it.
  func extend(to size: UInt64) throws {
    let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
    try handle.truncate(atOffset: size)
    try handle.close()
  }
}
