import Contracts
import FeatureStore
import Foundation
import HDF5
import StageKit
import TestSupport
import Testing

/// `token_features` and `offsets`: written as tokens come, read by rows, wrong ones refused.
struct TokenFeaturesTests {
  private let scratch: Scratch
  private let rows = 700

  init() throws {
    scratch = try Scratch()
    try Samples.writeTokens(scratch.path("tokens.h5"), rows: rows)
  }

  private func written(
    _ type: FeatureType, step: Int = 1000, name: String = "features.h5"
  ) throws -> FeaturesFile {
    let path = scratch.path(name)
    try Samples.writeFeatures(
      path, tokens: scratch.path("tokens.h5"), step: step, tokenType: type)
    return try FeaturesFile(path: path)
  }

  /// Some 5,900 tokens of 96 numbers: nine chunks in float32 and five in float16.
  @Test(arguments: FeatureType.allCases)
  func roundTrip(type: FeatureType) throws {
    let file = try written(type)
    let whole = Samples.tokenFeatures(0..<rows)
    #expect(file.hasTokenFeatures)
    #expect(try file.tokenFeatureType() == type)
    #expect(try file.type() == .float32)
    #expect(try file.tokenFeatureWidth() == Samples.width)
    #expect(try file.tokenFeatureCount() == whole.values.rows)
    #expect(try file.tokenFeatures(0..<rows) == whole)
    for part in [0..<0, 0..<1, 81..<300, rows - 1..<rows, rows..<rows] {
      #expect(try file.tokenFeatures(part) == Samples.tokenFeatures(part))
      #expect(
        try file.tokenFeatureBounds(part) == Array(whole.offsets[part.lowerBound...part.upperBound])
      )
    }
    // Backwards over the chunks, one row twice.
    let indices = Array(stride(from: rows - 1, through: 0, by: -37)) + [5, 5, 82]
    #expect(try file.tokenFeatures(at: indices) == Samples.tokenFeatures(indices))
    #expect(try file.tokenFeatures(at: []).count == 0)
    // The pooled views are what they are without.
    for (index, view) in Samples.views.enumerated() {
      #expect(try file.features(0..<rows, of: view) == Samples.features(0..<rows, view: index))
    }
  }

  @Test(arguments: FeatureType.allCases)
  func bytesDoNotDependOnBlocks(type: FeatureType) throws {
    _ = try written(type, step: 1000, name: "a.h5")
    _ = try written(type, step: 13, name: "b.h5")
    _ = try written(type, step: 1, name: "c.h5")
    let first = try scratch.bytes("a.h5")
    #expect(try scratch.bytes("b.h5") == first)
    #expect(try scratch.bytes("c.h5") == first)
  }

  /// As GPT-2's empty text; and a file in which no text has a token.
  @Test func textsWithoutTokens() throws {
    for lengths in [[0, 3, 0, 0, 2, 0], [0, 0]] {
      let path = scratch.path("some.h5")
      var block = TokensBlock()
      for (row, count) in lengths.enumerated() {
        block.ids.append("\(row)")
        block.tokens.append(
          ids: [Int32](repeating: 7, count: count), types: [UInt8](repeating: 0, count: count))
        block.fullCounts.append(Int32(count))
        block.truncated.append(false)
        block.textDigests += [UInt8](repeating: 0, count: 32)
      }
      let writer = try TokensWriter(path: path, storesTexts: false)
      try writer.append(block)
      try writer.finish(
        labels: .classes(lengths.map { _ in -1 }), classNames: [],
        splits: lengths.map { _ in .train },
        provenance: Samples.provenance())
      let view = FeatureKey(layer: 0, pooling: .mean)
      let features = try FeaturesWriter(
        path: scratch.path("f.h5"), tokens: TokensFile(path: path), views: [view], widths: [2],
        tokenFeatures: (.float16, 2))
      let total = lengths.reduce(0, +)
      let pooled = [Float](repeating: 1, count: lengths.count * 2)
      let tokens = (0..<total * 2).map { Float($0) }
      try pooled.withUnsafeBufferPointer { pooled in
        try tokens.withUnsafeBufferPointer { try features.append([pooled, $0]) }
      }
      try features.finish(Samples.provenance())
      let file = try FeaturesFile(path: scratch.path("f.h5"))
      let found = try file.tokenFeatures(0..<lengths.count)
      #expect(found.values == Matrix(rows: total, columns: 2, storage: tokens))
      #expect(lengths.indices.map { found.range($0).count } == lengths)
    }
  }

  @Test func absentOnesAreSaid() throws {
    let path = scratch.path("plain.h5")
    try Samples.writeFeatures(path, tokens: scratch.path("tokens.h5"))
    let file = try FeaturesFile(path: path)
    #expect(!file.hasTokenFeatures)
    let error = FeatureStoreError.noTokenFeatures(path: path)
    #expect(throws: error) { try file.tokenFeatures(0..<1) }
    #expect(error.complaint.status == .badData)
    #expect(error.complaint.advice == "run firn-encode with --token-features")
  }

  /// Three rows and six tokens, each dataset open to change.
  private func made(
    offsets: [Int64]? = [0, 2, 4, 6], values: [Float] = Array(repeating: 1, count: 12),
    shape: [Int] = [6, 2]
  ) throws -> String {
    let path = scratch.path("made.h5")
    let file = try HDF5File(creating: path)
    try file.setAttribute("format", to: "firn.features")
    try file.setAttribute("format_version", to: 1)
    try file.setAttribute("max_length", to: 4)
    for name in [
      "firn_version", "model", "model_sha256", "tokenizer_sha256", "config", "config_sha256",
      "input_sha256",
    ] { try file.setAttribute(name, to: "x") }
    func column<Element: HDF5Element>(
      _ name: String, _ values: [Element], _ shape: [Int]
    ) throws {
      let dataset = try file.createDataset(name, type: Element.elementType, shape: shape)
      try values.withUnsafeBufferPointer { try dataset.write($0, at: 0..<shape[0]) }
    }
    try file.createStrings("ids", rows: 3).writeStrings(["a", "b", "c"], at: 0..<3)
    _ = try file.createStrings("class_names", rows: 0)
    try column("labels", [-1, -1, -1] as [Int32], [3])
    try column("split", [0, 0, 0] as [UInt8], [3])
    try column("truncated", [0, 0, 0] as [UInt8], [3])
    try column("n_tokens", [2, 2, 2] as [Int32], [3])
    try column("text_sha256", [UInt8](repeating: 0, count: 96), [3, 32])
    try file.createGroup("layers")
    try file.createGroup("layers/1")
    try column("layers/1/mean", [0, 0, 0, 0, 0, 0] as [Float], [3, 2])
    try file.link("embeddings", to: "layers/1/mean")
    if let offsets { try column("offsets", offsets, [offsets.count]) }
    try column("token_features", values, shape)
    try file.finish()
    return path
  }

  @Test func thePartsAreSound() throws {
    let file = try FeaturesFile(path: made())
    #expect(try file.tokenFeatures(0..<3).offsets == [0, 2, 4, 6])
  }

  /// What a file says is not believed: no range outside the tokens is ever read.
  @Test(
    arguments: [
      ([1, 2, 4, 6], 0, 1, 0...0), ([0, 2, 4, 7], 3, 7, 6...6), ([0, 2, 4, 5], 3, 5, 6...6),
      ([0, 3, 2, 6], 2, 2, 3...6), ([0, 5, 5, 6], 1, 5, 0...4), ([0, -1, 4, 6], 1, -1, 0...4),
      ([0, 2, Int64.max, 6], 2, Int.max, 2...6), ([0, Int64.min, 4, 6], 1, Int.min, 0...4),
    ] as [([Int64], Int, Int, ClosedRange<Int>)])
  func offsetsThatMakeNoSense(
    offsets: [Int64], row: Int, value: Int, allowed: ClosedRange<Int>
  ) throws {
    let path = try made(offsets: offsets)
    let error = FeatureStoreError.invalidValue(
      path: path, dataset: "offsets", row: row, value: value, allowed: allowed)
    #expect(throws: error) { try FeaturesFile(path: path).tokenFeatures(0..<3) }
    // Row by row, neighbours are not looked at: an error, or a range within the tokens.
    for row in 0..<3 {
      let found = try? FeaturesFile(path: path).tokenFeatures(at: [row])
      #expect(found.map { $0.values.rows <= 4 } ?? true)
    }
  }

  @Test func shapesThatMakeNoSense() throws {
    let short = try made(offsets: [0, 2, 6])
    #expect(
      throws: FeatureStoreError.wrongShape(
        path: short, dataset: "offsets", expected: [4], found: [3])
    ) { try FeaturesFile(path: short) }
    let flat = try made(values: [1, 2, 3, 4, 5, 6], shape: [6])
    #expect(
      throws: FeatureStoreError.wrongShape(
        path: flat, dataset: "token_features", expected: [6, 1], found: [6])
    ) { try FeaturesFile(path: flat) }
    let none = try made(offsets: nil)
    #expect(throws: HDF5Error.missing(file: none, object: "offsets")) {
      try FeaturesFile(path: none)
    }
  }

  /// A number beyond float16's is an error that says how to go on, and no file.
  @Test func tooLargeForHalf() throws {
    let tokens = try TokensFile(path: scratch.path("tokens.h5"))
    let path = scratch.path("large.h5")
    do {
      let writer = try FeaturesWriter(
        path: path, tokens: tokens, views: [Samples.views[0]], widths: [1],
        tokenFeatures: (.float16, 1))
      let pooled = [Float](repeating: 0, count: rows)
      var states = [Float](repeating: 0, count: tokens.tokenCount)
      states[3] = 70_000
      let error = HDF5Error.halfOverflow(
        file: path, object: "token_features", row: 3, value: 70_000)
      #expect(throws: error) {
        try pooled.withUnsafeBufferPointer { pooled in
          try states.withUnsafeBufferPointer { try writer.append([pooled, $0]) }
        }
      }
      #expect(error.complaint.advice == "run again with --dtype float32")
    }
    #expect(try scratch.names == ["tokens.h5"])
  }
}
