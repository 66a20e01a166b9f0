import Foundation

/// The files of the repository that this test was built from.
enum House {
  struct SourceFile: Sendable {
    /// From the root of the repository.
    let path: String
    let text: String

    var lineCount: Int { text.utf8.count { $0 == UInt8(ascii: "\n") } }
  }

  static let root = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  static func manifest() throws -> Manifest {
    Manifest(text: try String(contentsOf: root.appending(path: "Package.swift"), encoding: .utf8))
  }

  static func swiftFiles(of target: Manifest.Target) throws -> [SourceFile] {
    try files(under: (target.isTest ? "Tests/" : "Sources/") + target.name, types: ["swift"])
  }

  /// The text files at a path, a folder or a file, in a fixed order; test fixtures are no sources.
  static func files(under path: String, types: Set<String>) throws -> [SourceFile] {
    let inside = FileManager.default.enumerator(atPath: root.appending(path: path).path)
    let found = [path] + (inside?.compactMap { $0 as? String } ?? []).map { "\(path)/\($0)" }
    return
      try found
      .filter { types.contains(URL(filePath: $0).pathExtension) && !$0.contains("/Fixtures/") }
      .sorted()
      .compactMap { try file(at: $0) }
  }

  /// A folder, or nothing at all, is no file.
  private static func file(at path: String) throws -> SourceFile? {
    let url = root.appending(path: path)
    guard (try? url.resourceValues(forKeys: [.isRegularFileKey]))?.isRegularFile == true else {
      return nil
    }
    return SourceFile(path: path, text: try String(contentsOf: url, encoding: .utf8))
  }
}
