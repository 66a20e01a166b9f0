import Contracts
import FeatureStore
import Foundation
import HDF5
import TestSupport
import Testing

struct FeaturesTests {
  private let scratch: Scratch
  private let rows = 3001

  init() throws {
    scratch = try Scratch()
    try Samples.writeTokens(scratch.path("tokens.h5"), rows: rows)
  }

  /// 96 floats a row are 682 rows a chunk in float32 and 1,365 in float16.
  @Test(arguments: FeatureType.allCases)
  func roundTrip(type: FeatureType) throws {
    let path = scratch.path("features.h5")
    try Samples.writeFeatures(path, tokens: scratch.path("tokens.h5"), type: type)
    let file = try FeaturesFile(path: path)
    #expect(file.count == rows)
    #expect(file.defaultView == Samples.views[0])
    #expect(file.views.map(\.description) == ["layers/6/max", "layers/6/mean", "layers/10/cls"])
    #expect(try file.type() == type)
    #expect(try file.width() == Samples.width)
    for (index, view) in Samples.views.enumerated() {
      #expect(try file.features(0..<rows, of: view) == Samples.features(0..<rows, view: index))
      #expect(
        try file.features(1300..<1400, of: view) == Samples.features(1300..<1400, view: index))
    }
    #expect(try file.features(7..<9) == Samples.features(7..<9, view: 0))
    let block = Samples.block(0..<rows)
    #expect(try file.columns.ids(0..<rows) == block.ids)
    #expect(try file.columns.labels(0..<rows) == Samples.labels(0..<rows))
    #expect(try file.columns.splits(0..<rows) == Samples.splits(0..<rows))
    #expect(try file.columns.truncated(0..<rows) == block.truncated)
    #expect(try file.columns.textDigests(0..<rows) == block.textDigests)
    #expect(try file.tokenCounts(0..<rows) == (0..<rows).map { Int32($0 % 14 + 2) })
    #expect(file.columns.classNames == Samples.classNames)
    #expect(try scratch.names == ["features.h5", "tokens.h5"])
  }

  @Test func rowsByIndex() throws {
    let path = scratch.path("features.h5")
    try Samples.writeFeatures(path, tokens: scratch.path("tokens.h5"))
    let file = try FeaturesFile(path: path)
    // Backwards over the chunks, one row twice, the last one of all.
    let indices = Array(stride(from: rows - 1, through: 0, by: -97)) + [5, 5, 681, 682, 1364]
    let whole = Samples.features(0..<rows, view: 1)
    #expect(try file.features(at: indices, of: Samples.views[1]) == whole.rows(at: indices))
    #expect(try file.features(at: []).rows == 0)
  }

  @Test(arguments: FeatureType.allCases)
  func bytesDoNotDependOnBlocks(type: FeatureType) throws {
    let tokens = scratch.path("tokens.h5")
    try Samples.writeFeatures(scratch.path("a.h5"), tokens: tokens, step: 1000, type: type)
    try Samples.writeFeatures(scratch.path("b.h5"), tokens: tokens, step: 4000, type: type)
    try Samples.writeFeatures(scratch.path("c.h5"), tokens: tokens, step: 13, type: type)
    let first = try scratch.bytes("a.h5")
    #expect(try scratch.bytes("b.h5") == first)
    #expect(try scratch.bytes("c.h5") == first)
  }

  @Test func noRows() throws {
    try Samples.writeTokens(scratch.path("none.h5"), rows: 0)
    let path = scratch.path("features.h5")
    try Samples.writeFeatures(path, tokens: scratch.path("none.h5"))
    let file = try FeaturesFile(path: path)
    #expect(file.count == 0)
    #expect(try file.features(0..<0).columns == Samples.width)
  }

  @Test func missingRowsLeaveNoFile() throws {
    let path = scratch.path("features.h5")
    do {
      let writer = try FeaturesWriter(
        path: path,
        tokens: TokensFile(path: scratch.path("tokens.h5")), views: Samples.views,
        widths: Samples.views.map { _ in Samples.width })
      try Samples.append(0..<1000, to: writer)
      #expect(
        throws: FeatureStoreError.unfinished(path: path, expected: rows, found: 1000)
      ) { try writer.finish(Samples.provenance()) }
    }
    #expect(try scratch.names == ["tokens.h5"])
  }

  @Test func unknownView() throws {
    let path = scratch.path("features.h5")
    try Samples.writeFeatures(path, tokens: scratch.path("tokens.h5"))
    let file = try FeaturesFile(path: path)
    let view = FeatureKey(layer: 7, pooling: .mean)
    #expect(
      throws: FeatureStoreError.noSuchView(path: path, view: view, available: file.views)
    ) { try file.features(0..<1, of: view) }
  }

  /// Written by h5py: contiguous, without checksums (Tests/Oracles/write_h5_fixtures.py).
  @Test func readsWhatH5pyWrote() throws {
    let path = try #require(Bundle.module.path(forResource: "Fixtures/features", ofType: "h5"))
    let file = try FeaturesFile(path: path)
    #expect(file.defaultView == FeatureKey(layer: 6, pooling: .mean))
    #expect(try file.features(1..<3).storage == [4, 5, 6, 7, 8, 9, 10, 11])
    let half = FeatureKey(layer: 10, pooling: .cls)
    #expect(try file.type(of: half) == .float16)
    #expect(try file.features(at: [2, 0], of: half).storage == [4, 4.5, 5, 5.5, 0, 0.5, 1, 1.5])
  }
}
