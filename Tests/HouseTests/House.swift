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
    let base = root.appending(path: path)
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: base.path, isDirectory: &isFolder) else {
      return []
    }
    let found =
      isFolder.boolValue
      ? try FileManager.default.subpathsOfDirectory(atPath: base.path).map { "\(path)/\($0)" }
      : [path]
    return
      try found
      .filter { types.contains(URL(filePath: $0).pathExtension) && !$0.contains("/Fixtures/") }
      .sorted()
      .map {
        SourceFile(
          path: $0, text: try String(contentsOf: root.appending(path: $0), encoding: .utf8))
      }
  }
}
