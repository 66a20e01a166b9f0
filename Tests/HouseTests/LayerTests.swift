import Foundation
import Testing

/// The import rules of the design: a one-way stack in which each C library has one door.
@Suite struct LayerTests {
  let manifest: Manifest

  init() throws { manifest = try House.manifest() }

  @Test func layersStandInTheDesignsOrder() {
    let order = [
      "C", "Contract", "Numerics", "Formats", "Models", "Learning", "Support", "Stages",
    ]
    // Later layers may not have been built yet, so a prefix is the rule; no layer comes twice.
    #expect(manifest.layers == Array(order.prefix(manifest.layers.count)))
    #expect(manifest.layers.count >= 7)
  }

  @Test func everyEdgePointsToATargetFurtherUpInTheManifest() {
    #expect(manifest.edgesUpward == [])
  }

  @Test func everyFolderOfSourcesIsATarget() throws {
    let folders = try FileManager.default.contentsOfDirectory(
      atPath: House.root.appending(path: "Sources").path)
    let declared = manifest.targets.filter { !$0.isTest }.map(\.name)
    #expect(Set(folders.filter { !$0.hasPrefix(".") }) == Set(declared))
  }

  @Test func targetsImportOnlyWhatTheyDeclare() throws {
    let undeclared = try manifest.targets.flatMap { target in
      Imports.undeclared(in: try House.swiftFiles(of: target), of: target)
    }
    #expect(undeclared == [])
  }

  @Test(arguments: [
    ("CHDF5", "HDF5"), ("COpenBLAS", "Kernels"), ("CKernels", "Kernels"), ("CZlib", "Corpora"),
    ("COniguruma", "Tokenizers"), ("Crypto", "Digests"), ("CCurl", "Hub"),
  ])
  func outsideLibraryHasOneImporter(library: String, door: String) throws {
    let importers = try manifest.targets
      .filter { target in
        try House.swiftFiles(of: target).contains {
          Imports.modules(in: $0.text).contains(library)
        }
      }
    #expect(Set(importers.map(\.name)).isSubset(of: [door]))
    #expect(manifest[door] == nil || manifest[door]?.dependencies.contains(library) == true)
  }

  @Test(arguments: [
    // A head learns from cached features only, whatever the encoder was.
    ("Heads", ["Encoders", "Checkpoints", "Tokenizers", "CHDF5"]),
    ("Tokenizers", ["Encoders", "Kernels", "Checkpoints", "COpenBLAS"]),
    ("Vectorizers", ["Kernels", "Encoders", "HDF5", "COpenBLAS"]),
    ("Encoders", ["Tokenizers", "Corpora", "HDF5"]),
    // What optimizers move are numbers, whoever learns them.
    ("Optimization", ["Heads", "Encoders", "Safetensors", "HDF5"]),
    ("Evaluation", ["Kernels", "HDF5", "Heads"]),
    ("Contracts", ["Foundation", "CHDF5", "COpenBLAS", "CKernels"]),
  ])
  func targetDoesNotReach(name: String, forbidden: [String]) throws {
    try #require(manifest[name] != nil)
    #expect(manifest.reach(of: name).intersection(forbidden) == [])
  }

  @Test func onlyFirnFetchReachesTheNetwork() throws {
    let reaching = manifest.targets.filter { !$0.isTest }
      .filter { $0.name == "Hub" || manifest.reach(of: $0.name).contains("Hub") }
    #expect(reaching.map(\.name) == ["Hub", "firn-fetch"])
    // FoundationNetworking comes with the toolchain: importing it takes no edge.
    let others = try manifest.targets.flatMap { try House.swiftFiles(of: $0) }
      .filter { Imports.modules(in: $0.text).contains("FoundationNetworking") }
      .map(\.path)
    #expect(others == [])
  }

  @Test func onlyStageKitAndStagesReadCommandLines() {
    let readers = manifest.targets.filter { $0.dependencies.contains("ArgumentParser") }
    #expect(readers.allSatisfy { $0.isStage || $0.isTest || $0.name == "StageKit" })
  }

  @Test func stagesAreThin() throws {
    // The design says about 100 lines: parse, load, call, write. A quarter more is still about.
    let thick = try manifest.targets.filter(\.isStage)
      .flatMap { try House.swiftFiles(of: $0) }
      .filter { $0.lineCount > 125 }
      .map { "\($0.path): \($0.lineCount) lines" }
    #expect(thick == [])
  }
}
