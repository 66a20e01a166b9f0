import Contracts
import FeatureStore
import Foundation
import HDF5
import StageKit
import TestSupport
import Testing

/// Files that are not what they should be: what is told, and the status that the shell sees.
struct RefusalTests {
  private let scratch: Scratch

  init() throws {
    scratch = try Scratch()
    try Samples.writeTokens(scratch.path("tokens.h5"), rows: 5)
    try Samples.writeFeatures(scratch.path("features.h5"), tokens: scratch.path("tokens.h5"))
  }

  private func complaint(_ body: () throws -> Void) throws -> Complaint {
    do { try body() } catch { return try #require((error as? any Explained)?.complaint) }
    throw NothingThrown()
  }

  private struct NothingThrown: Error {}

  /// A tokens file made with HDF5 alone: three rows, each dataset open to change.
  private struct Parts {
    var format: String? = "firn.tokens"
    var version = 1
    var maxLength = 8
    var omitted = ""
    var labels: [Int32] = [0, 1, -1]
    var split: [UInt8] = [0, 1, 2]
    var truncated: [UInt8] = [0, 0, 1]
    var offsets: [Int64] = [0, 2, 4, 6]
    var tokens: [Int32] = [1, 2, 3, 4, 5, 6]
    var types: [UInt8] = [0, 0, 0, 0, 0, 0]

    func write(to path: String) throws {
      let file = try HDF5File(creating: path)
      if let format { try file.setAttribute("format", to: format) }
      try file.setAttribute("format_version", to: version)
      try file.setAttribute("max_length", to: maxLength)
      let strings = [
        "firn_version", "model", "model_sha256", "tokenizer_sha256", "config", "config_sha256",
        "input_sha256",
      ]
      for name in strings where name != omitted { try file.setAttribute(name, to: "x") }
      try file.createStrings("ids", rows: 3).writeStrings(["a", "b", "c"], at: 0..<3)
      try file.createStrings("class_names", rows: 2).writeStrings(["no", "yes"], at: 0..<2)
      try column(file, "labels", labels)
      try column(file, "split", split)
      try column(file, "truncated", truncated)
      try column(file, "offsets", offsets)
      try column(file, "tokens", tokens)
      try column(file, "token_types", types)
      try column(file, "n_tokens_full", [2, 2, 9] as [Int32])
      try column(file, "text_sha256", [UInt8](repeating: 0, count: 96), width: 32)
      try file.finish()
    }

    private func column<Element: HDF5Element>(
      _ file: HDF5File, _ name: String, _ values: [Element], width: Int? = nil
    ) throws {
      guard name != omitted else { return }
      let shape = width.map { [values.count / $0, $0] } ?? [values.count]
      let dataset = try file.createDataset(name, type: Element.elementType, shape: shape)
      try values.withUnsafeBufferPointer { try dataset.write($0, at: 0..<shape[0]) }
    }
  }

  private func made(_ change: (inout Parts) -> Void) throws -> String {
    var parts = Parts()
    change(&parts)
    let path = scratch.path("made.h5")
    try parts.write(to: path)
    return path
  }

  private func readAll(_ path: String) throws {
    let file = try TokensFile(path: path)
    _ = try file.tokens(0..<file.count)
    _ = try file.columns.labels(0..<file.count)
    _ = try file.columns.splits(0..<file.count)
    _ = try file.columns.truncated(0..<file.count)
  }

  @Test func thePartsAreSound() throws {
    try readAll(made { _ in })
  }

  @Test func featuresWhereTokensAreWanted() throws {
    let path = scratch.path("features.h5")
    let told = try complaint { _ = try TokensFile(path: path) }
    #expect(
      told
        == Complaint(
          .badData, "tokens are wanted, and this is features, made by firn-encode", at: path,
          advice: "give the file that firn-tokenize makes"))
  }

  @Test func tokensWhereFeaturesAreWanted() throws {
    let path = scratch.path("tokens.h5")
    let told = try complaint { _ = try FeaturesFile(path: path) }
    #expect(
      told
        == Complaint(
          .badData, "features are wanted, and this is tokens, made by firn-tokenize", at: path,
          advice: "give the file that firn-encode makes"))
  }

  @Test(arguments: [nil, "something else"])
  func anotherProgramsFile(format: String?) throws {
    let path = try made { $0.format = format }
    #expect(throws: FeatureStoreError.wrongFormat(path: path, expected: .tokens, found: format)) {
      try TokensFile(path: path)
    }
    #expect(try complaint { try readAll(path) }.status == .badData)
  }

  @Test func newerVersion() throws {
    let path = try made { $0.version = 4 }
    let told = try complaint { try readAll(path) }
    #expect(told.status == .badData)
    #expect(told.what == "the file is of version 4 of firn.tokens, and this Firn reads up to 3")
  }

  @Test func missingAttribute() throws {
    let path = try made { $0.omitted = "config" }
    #expect(throws: FeatureStoreError.missingAttribute(path: path, name: "config")) {
      try readAll(path)
    }
  }

  @Test(arguments: [
    "labels", "split", "truncated", "offsets", "tokens", "token_types", "n_tokens_full",
    "text_sha256",
  ])
  func missingDataset(name: String) throws {
    let path = try made { $0.omitted = name }
    #expect(throws: HDF5Error.missing(file: path, object: name)) { try readAll(path) }
    let told = try complaint { try readAll(path) }
    #expect(told.status == .badData)
    #expect(told.what == "the file has no dataset \(name)")
  }

  @Test func lengthsThatDisagree() throws {
    func check(_ dataset: String, _ expected: Int, _ found: Int, _ change: (inout Parts) -> Void)
      throws
    {
      let path = try made(change)
      #expect(
        throws: FeatureStoreError.wrongShape(
          path: path, dataset: dataset, expected: [expected], found: [found])
      ) { try readAll(path) }
      #expect(try complaint { try readAll(path) }.status == .badData)
    }
    try check("labels", 3, 2) { $0.labels = [0, 1] }
    try check("split", 3, 4) { $0.split = [0, 1, 2, 0] }
    try check("offsets", 4, 3) { $0.offsets = [0, 2, 6] }
    try check("token_types", 6, 5) { $0.types = [0, 0, 0, 0, 0] }
  }

  @Test func valuesThatMakeNoSense() throws {
    func check(
      _ dataset: String, _ row: Int, _ value: Int, _ allowed: ClosedRange<Int>,
      _ change: (inout Parts) -> Void
    ) throws {
      let path = try made(change)
      #expect(
        throws: FeatureStoreError.invalidValue(
          path: path, dataset: dataset, row: row, value: value, allowed: allowed)
      ) { try readAll(path) }
      #expect(try complaint { try readAll(path) }.status == .badData)
    }
    try check("labels", 1, 2, -1...1) { $0.labels = [0, 2, 0] }
    try check("split", 2, 3, 0...2) { $0.split = [0, 0, 3] }
    try check("truncated", 0, 9, 0...1) { $0.truncated = [9, 0, 0] }
    try check("tokens", 5, -1, 0...Int(Int32.max)) { $0.tokens = [1, 2, 3, 4, 5, -1] }
    try check("offsets", 0, 1, 0...0) { $0.offsets = [1, 2, 4, 6] }
    try check("offsets", 3, 7, 6...6) { $0.offsets = [0, 2, 4, 7] }
    try check("offsets", 2, 1, 2...6) { $0.offsets = [0, 2, 1, 6] }
    try check("offsets", 1, Int(Int64.max), 0...6) { $0.offsets = [0, Int64.max, 4, 6] }
    try check("offsets", 1, 2, 0...1) { $0.maxLength = 1 }
  }

  @Test func noDefaultView() throws {
    let path = scratch.path("made.h5")
    var parts = Parts()
    parts.format = "firn.features"
    try parts.write(to: path)
    #expect(throws: HDF5Error.missing(file: path, object: "n_tokens")) {
      try FeaturesFile(path: path)
    }
  }

  @Test func outputsThatCannotBe() throws {
    let missing = scratch.path("none/tokens.h5")
    #expect(try complaint { _ = try TokensWriter(path: missing) }.status == .cannotCreate)
    #expect(
      try complaint { _ = try TokensWriter(path: scratch.root) }.status == .cannotCreate)
  }

  /// Bits all over a small file in turn: an error of ours or the same rows, and never a crash.
  ///
  /// libhdf5 1.10.8 trusts the lengths in heaps of strings, which have no checksum: we read them.
  @Test func flippedBits() throws {
    let bytes = try scratch.bytes("features.h5")
    let whole = Samples.features(0..<5, view: 0)
    for place in bytes.indices {
      // A prime step, so that over the places all bits of a field are met.
      guard place % 11 == 0 else { continue }
      var copy = bytes
      copy[place] ^= UInt8(1 << (place % 8))
      try scratch.write(copy, to: "flipped.h5")
      do {
        let file = try FeaturesFile(path: scratch.path("flipped.h5"))
        #expect(try file.features(0..<5, of: Samples.views[0]) == whole, "byte \(place)")
        _ = try file.columns.labels(0..<5)
        _ = try file.columns.ids(0..<5)
      } catch {
        #expect(error is any Explained, "byte \(place): \(error)")
      }
    }
  }
}
