public import Foundation

/// A folder for one test's files, removed with the object.
public final class Scratch {
  public let folder: URL

  public init() throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "firn-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  /// The path of the folder itself.
  public var root: String { folder.path }

  public func url(_ name: String) -> URL { folder.appending(path: name) }

  public func path(_ name: String) -> String { url(name).path }

  public func bytes(_ name: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: url(name)))
  }

  public func write(_ bytes: some Sequence<UInt8>, to name: String) throws {
    try Data(bytes).write(to: url(name))
  }

  /// Writes a copy of a file with one bit turned where `pattern` is found.
  public func flip(_ name: String, at pattern: [UInt8], to copy: String) throws {
    var bytes = try bytes(name)
    guard let range = Data(bytes).range(of: Data(pattern)) else {
      throw CocoaError(.fileNoSuchFile)
    }
    bytes[range.lowerBound] ^= 1
    try write(bytes, to: copy)
  }

  /// The names in the folder, hidden ones too.
  public var names: [String] {
    get throws { try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() }
  }
}
