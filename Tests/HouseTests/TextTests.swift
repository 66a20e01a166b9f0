import Foundation
import Testing

/// What no file of the repository may hold: it must work on any machine, by any mirror.
@Suite struct TextTests {
  /// Registries are named by their clients' configuration, never here. Written in two halves, so
  /// that this file does not find itself.
  private static let registryHosts = [
    "pypi" + ".org", "python" + "hosted.org", "npm" + "js.org", "crates" + ".io",
    "conda" + ".anaconda.org",
  ]

  private static var machinePath: Regex<(Substring, folder: Substring)> {
    // An absolute path begins a word; `data/home/x` is none.
    /(?:^|[\s"'`=:(,<>])(?<folder>\/(?:home|Users|root|work|opt|mnt)\/)/.anchorsMatchLineEndings()
  }

  /// The registry hosts and the folders of one machine that a text names.
  static func strays(in text: String) -> [String] {
    registryHosts.filter { text.contains($0) }
      + text.matches(of: machinePath).map { String($0.folder) }
  }

  @Test func noRegistryHostAndNoMachinePath() throws {
    let places = [
      "Sources", "Tests", "pipelines", "scripts", "data/README.md", "outputs/README.md", "Makefile",
      ".ci", "Package.swift", "README.md", "CHANGELOG.md", "CONTRIBUTING.md", "docs", "examples",
    ]
    let types: Set = ["swift", "c", "h", "modulemap", "mk", "sh", "py", "md", ""]
    let files = try places.flatMap { try House.files(under: $0, types: types) }
    #expect(files.count > 20)
    #expect(
      files.flatMap { file in Self.strays(in: file.text).map { "\(file.path): \($0)" } } == [])
  }
}
