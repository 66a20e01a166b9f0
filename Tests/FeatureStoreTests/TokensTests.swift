import Contracts
import FeatureStore
import Foundation
import TestSupport
import Testing

struct TokensTests {
  private let scratch: Scratch

  init() throws { scratch = try Scratch() }

  /// Below a stripe of 1,024 rows, on its border, and with more than one chunk of strings.
  @Test(arguments: [0, 1, 1024, 3001])
  func roundTrip(rows: Int) throws {
    let path = scratch.path("tokens.h5")
    try Samples.writeTokens(path, rows: rows)
    let file = try TokensFile(path: path)
    let whole = Samples.block(0..<rows)
    #expect(file.provenance == Samples.provenance())
    #expect(file.count == rows)
    #expect(file.tokenCount == whole.tokens.tokenCount)
    #expect(file.columns.classNames == Samples.classNames)
    #expect(try file.tokens(0..<rows) == whole.tokens)
    #expect(try file.texts(0..<rows) == whole.texts)
    for part in [0..<0, rows / 3..<rows / 2, rows / 2..<rows] {
      let expected = Samples.block(part)
      #expect(try file.tokens(part) == expected.tokens)
      #expect(try file.texts(part) == expected.texts)
      #expect(try file.fullTokenCounts(part) == expected.fullCounts)
      #expect(try file.tokenCounts(part) == part.map { Int32($0 % 14 + 2) })
      #expect(try file.columns.ids(part) == expected.ids)
      #expect(try file.columns.truncated(part) == expected.truncated)
      #expect(try file.columns.textDigests(part) == expected.textDigests)
      #expect(try file.columns.labels(part) == Samples.labels(part))
      #expect(try file.columns.splits(part) == Samples.splits(part))
    }
    #expect(try scratch.names == ["tokens.h5"])
  }

  @Test func bytesDoNotDependOnBlocks() throws {
    try Samples.writeTokens(scratch.path("a.h5"), rows: 30_000, step: 1000)
    try Samples.writeTokens(scratch.path("b.h5"), rows: 30_000, step: 30_000)
    try Samples.writeTokens(scratch.path("c.h5"), rows: 30_000, step: 777)
    let first = try scratch.bytes("a.h5")
    #expect(try scratch.bytes("b.h5") == first)
    #expect(try scratch.bytes("c.h5") == first)
  }

  @Test func withoutTexts() throws {
    let path = scratch.path("tokens.h5")
    try Samples.writeTokens(path, rows: 5, storesTexts: false)
    let file = try TokensFile(path: path)
    #expect(!file.hasTexts)
    #expect(throws: FeatureStoreError.noTexts(path: path)) { try file.texts(0..<1) }
  }

  @Test func nullBytesAreKeptAsPictures() throws {
    let path = scratch.path("tokens.h5")
    var block = Samples.block(0..<2)
    block.texts[0] = "a\0\0b"
    block.ids[1] = "\0"
    let writer = try TokensWriter(path: path)
    try writer.append(block)
    try writer.finish(
      labels: .classes([0, 0]), classNames: ["x\0"], splits: [.train, .test],
      provenance: Samples.provenance())
    let file = try TokensFile(path: path)
    #expect(try file.texts(0..<2) == ["a␀␀b", "Text №1"])
    #expect(try file.columns.ids(0..<2) == ["id-0", "␀"])
    #expect(file.columns.classNames == ["x␀"])
  }

  /// A writer that is given up leaves nothing, and the file from before as it was.
  @Test func wholeOrNotAtAll() throws {
    let path = scratch.path("tokens.h5")
    try scratch.write("old".utf8, to: "tokens.h5")
    do {
      let writer = try TokensWriter(path: path)
      try writer.append(Samples.block(0..<2000))
      #expect(try scratch.names.count == 2)
    }
    #expect(try scratch.names == ["tokens.h5"])
    #expect(try scratch.bytes("tokens.h5") == Array("old".utf8))
  }

  /// Written by h5py: contiguous, without checksums (Tests/Oracles/write_h5_fixtures.py).
  @Test func readsWhatH5pyWrote() throws {
    let path = try #require(Bundle.module.path(forResource: "Fixtures/tokens", ofType: "h5"))
    let file = try TokensFile(path: path)
    #expect(file.count == 3)
    #expect(
      try file.tokens(1..<3)
        == TokenBatch(
          ids: [101, 8, 9, 102, 101, 102], types: [0, 0, 0, 0, 0, 0], offsets: [0, 4, 6]))
    #expect(try file.texts(0..<3) == ["A good film.", "Größe: 映画 🎬", ""])
    #expect(try file.columns.labels(0..<3) == [1, 0, -1])
    #expect(try file.columns.splits(0..<3) == [.train, .validation, .test])
    #expect(file.provenance.model == "tiny")
    #expect(file.provenance.maxLength == 8)
  }
}
