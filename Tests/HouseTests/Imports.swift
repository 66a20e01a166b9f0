import Foundation

/// What the sources of a target import.
struct Imports {
  /// Modules that come with the toolchain: they are no edge of the house.
  static let toolchain: Set<String> = [
    "Swift", "Foundation", "FoundationEssentials", "Glibc", "Musl", "Darwin", "Dispatch",
    "Synchronization", "Testing", "PackageDescription",
  ]

  /// The modules that a Swift source imports, whatever access, attribute or kind the line names.
  static func modules(in source: String) -> Set<String> {
    let line =
      /^\s*(?:@\w+(?:\([^)]*\))?\s+)*(?:(?:public|package|internal|fileprivate|private)\s+)?import\s+(?:(?:struct|class|enum|protocol|typealias|func|var|let)\s+)?(?<module>\w+)/
      .anchorsMatchLineEndings()
    return Set(source.matches(of: line).map { String($0.module) })
  }

  /// Imports that the manifest does not allow, each as "A imports B (file)".
  static func undeclared(
    in files: [House.SourceFile], of target: Manifest.Target
  ) -> [String] {
    files.flatMap { file in
      modules(in: file.text)
        .subtracting(toolchain).subtracting(target.dependencies)
        .sorted().map { "\(target.name) imports \($0) (\(file.path))" }
    }
  }
}
