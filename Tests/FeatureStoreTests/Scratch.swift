import Foundation

/// A folder for one test's files, removed with it.
final class Scratch {
  let folder: URL

  init() throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "firn-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  /// The path of the folder itself.
  var root: String { folder.path }

  func path(_ name: String) -> String { folder.appending(path: name).path }

  func bytes(_ name: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: folder.appending(path: name)))
  }

  func write(_ bytes: some Sequence<UInt8>, to name: String) throws {
    try Data(bytes).write(to: folder.appending(path: name))
  }

  /// Writes a copy of a file with one bit turned where `pattern` is found.
  func flip(_ name: String, at pattern: [UInt8], to copy: String) throws {
    var bytes = try bytes(name)
    guard let range = Data(bytes).range(of: Data(pattern)) else {
      throw CocoaError(.fileNoSuchFile)
    }
    bytes[range.lowerBound] ^= 1
    try write(bytes, to: copy)
  }

  /// The names in the folder, hidden ones too.
  var names: [String] {
    get throws { try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() }
  }
}
