import Testing

/// The rules bite: each is shown a house that breaks it.
@Suite struct RuleTests {
  let manifest = Manifest(
    text: """
      // MARK: - C
      .systemLibrary(name: "CHDF5", pkgConfig: "hdf5", providers: [.apt(["libhdf5-dev"])]),
      // MARK: - Formats
      .target(name: "Low", dependencies: ["High"]),
      .target(
        name: "High",
        dependencies: [
          "Low", .product(name: "Crypto", package: "swift-crypto"),
        ]),
      // MARK: - Tests
      .testTarget(
        name: "LowTests", dependencies: ["Low"], resources: [.copy("Fixtures")]),
      """)

  @Test func manifestIsRead() {
    #expect(manifest.targets.map(\.name) == ["CHDF5", "Low", "High", "LowTests"])
    #expect(manifest.targets.map(\.layer) == ["C", "Formats", "Formats", "Tests"])
    #expect(manifest["High"]?.dependencies == ["Low", "Crypto"])
    #expect(manifest["CHDF5"]?.dependencies == [])
    #expect(manifest["LowTests"]?.isTest == true)
    #expect(manifest.layers == ["C", "Formats"])
  }

  @Test func edgeUpwardIsFound() {
    #expect(manifest.edgesUpward == ["Low → High"])
  }

  @Test func reachFollowsEdges() {
    #expect(manifest.reach(of: "LowTests") == ["Low", "High", "Crypto"])
  }

  @Test(arguments: [
    ("import CHDF5", "CHDF5"), ("public import Contracts", "Contracts"),
    ("@preconcurrency internal import Logging", "Logging"),
    ("import struct Foundation.Data", "Foundation"), ("  import Glibc", "Glibc"),
    ("@_spi(Private) import Heads", "Heads"),
  ])
  func importIsRead(line: String, module: String) {
    #expect(Imports.modules(in: "// import Nothing\n\(line)\nlet x = 1\n") == [module])
  }

  @Test func undeclaredImportIsFound() throws {
    let low = try #require(manifest["Low"])
    let file = House.SourceFile(
      path: "Low.swift", text: "import Foundation\nimport High\nimport CHDF5\n")
    #expect(Imports.undeclared(in: [file], of: low) == ["Low imports CHDF5 (Low.swift)"])
  }

  @Test func machinePathAndRegistryAreFound() {
    let path = "/" + "home/someone/models"
    #expect(TextTests.strays(in: "let model = \"\(path)\"") == ["/" + "home/"])
    #expect(TextTests.strays(in: "see https://" + "pypi" + ".org/simple") == ["pypi" + ".org"])
    #expect(TextTests.strays(in: "data/home/x and a/work/b, ../opt/x") == [])
  }
}
