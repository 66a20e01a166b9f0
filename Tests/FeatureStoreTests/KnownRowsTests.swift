import AtomicFiles
import Contracts
import Digests
import FeatureStore
import Foundation
import TestSupport
import Testing

/// Rows are found again by their tokens, in older files and among those encoded so far.
@Suite struct KnownRowsTests {
  let scratch: Scratch
  let layout = EncodedRows.Layout(widths: [3, 2], tokenWidth: 2)

  init() throws { scratch = try Scratch() }

  @Test func keysTellTokensApart() {
    var batch = TokenBatch()
    batch.append(ids: [1, 2], types: [0, 0])
    batch.append(ids: [1, 2], types: [0, 1])
    batch.append(ids: [1, 3], types: [0, 0])
    batch.append(ids: [1], types: [0])
    batch.append(ids: [], types: [])
    batch.append(ids: [1, 2], types: [0, 0])
    let keys = batch.rowKeys
    #expect(Set(keys).count == 5)
    #expect(keys[0] == keys[5])
    // SHA-256 of nothing, as FIPS 180-4 has it.
    #expect(keys[4].bytes.prefix(4) == [0xe3, 0xb0, 0xc4, 0x42])
  }

  @Test func encodedRowsComeBackAfterAKill() throws {
    do {
      let rows = try encodedRows()
      try add(0..<3, to: rows)
      try add(3..<4, to: rows)
      try rows.commit()
    }
    let path = scratch.path(".f.h5.partial")
    let whole = try Data(contentsOf: URL(fileURLWithPath: path))
    // As it is when the process dies in the middle of a third record.
    try (whole + Data(repeating: 7, count: 50)).write(to: URL(fileURLWithPath: path))
    let again = try encodedRows()
    #expect(again.count == 4)
    try check(again, 0..<4)
    try add(4..<6, to: again)
    try check(again, 0..<6)
    var keys: [RowKey] = []
    try again.forEachKey { key, row in
      #expect(row == keys.count)
      keys.append(key)
    }
    #expect(keys == (0..<6).map(key))
  }

  @Test func otherSettingsDropThem() throws {
    try add(0..<3, to: try encodedRows())
    var other = Samples.provenance()
    other.configSHA256 = String(repeating: "9", count: 64)
    #expect(try encodedRows(other).count == 0)
    try add(0..<3, to: try encodedRows(other))
    other.inputSHA256 = "of other data"
    #expect(try encodedRows(other).count == 3)
    other.firnVersion = "0.0.1"
    #expect(try encodedRows(other).count == 0)
  }

  /// Records with a right digest, whose rows are not in them.
  @Test(arguments: [1 << 60, 1 << 40, 5, 1])
  func recordsThatContradictThemselvesAreDropped(rows: Int) throws {
    do { try add(0..<3, to: encodedRows()) }
    do {
      let provenance = Samples.provenance()
      let identity = "\(provenance.firnVersion) \(provenance.configSHA256) \(layout)"
      let journal = try Journal(of: scratch.path("f.h5"), identity: SHA256Digest(of: identity))
      try #require(journal.rows == 3)
      try [UInt8](repeating: 0x7F, count: 250).withUnsafeBytes {
        try journal.append(rows: rows, [$0])
      }
      try journal.commit()
    }
    let again = try encodedRows()
    #expect(again.count == 3)
    try check(again, 0..<3)
  }

  @Test func placesAreThoseOfTheFirstThatHasTheRow() throws {
    try Samples.writeTokens(scratch.path("t.h5"), rows: 40)
    try Samples.writeFeatures(scratch.path("a.h5"), tokens: scratch.path("t.h5"))
    try Samples.writeTokens(scratch.path("u.h5"), rows: 60)
    try Samples.writeFeatures(scratch.path("b.h5"), tokens: scratch.path("u.h5"))
    let files = try ["a.h5", "b.h5"].map { try FeaturesFile(path: scratch.path($0)) }
    let encoded = try encodedRows()
    try [Float](repeating: 0, count: 3).withUnsafeBufferPointer { zeros in
      try encoded.append(
        keys: Samples.block(7..<8).tokens.rowKeys, tokenCounts: [0],
        [zeros, .init(rebasing: zeros[..<2]), .init(rebasing: zeros[..<0])])
    }
    var known = try KnownRows(files: files, encoded: encoded)
    let keys = Samples.block(0..<61).tokens.rowKeys
    #expect(known[keys[7]] == .encoded(row: 0))
    #expect(known[keys[8]] == .file(0, row: 8))
    #expect(known[keys[39]] == .file(0, row: 39))
    #expect(known[keys[40]] == .file(1, row: 40))
    #expect(known[keys[60]] == nil)
    #expect(known.count == 60)
    known.remember(keys[60], encodedAs: 1)
    known.remember(keys[8], encodedAs: 2)
    #expect(known[keys[60]] == .encoded(row: 1))
    #expect(known[keys[8]] == .file(0, row: 8))
  }

  // Row i has i tokens; every number says whose it is.
  private func value(_ row: Int, _ part: Int, _ index: Int) -> Float {
    Float(row * 1000 + part * 100 + index)
  }

  private func key(_ row: Int) -> RowKey {
    RowKey(ids: [Int32(row)], types: [0])
  }

  private func encodedRows(_ provenance: Provenance = Samples.provenance()) throws -> EncodedRows {
    try EncodedRows(output: scratch.path("f.h5"), provenance: provenance, layout: layout)
  }

  private func add(_ rows: Range<Int>, to encoded: EncodedRows) throws {
    var blocks: [[Float]] = [[], [], []]
    for row in rows {
      blocks[0] += (0..<3).map { value(row, 0, $0) }
      blocks[1] += (0..<2).map { value(row, 1, $0) }
      blocks[2] += (0..<row * 2).map { value(row, 2, $0) }
    }
    try blocks[0].withUnsafeBufferPointer { first in
      try blocks[1].withUnsafeBufferPointer { second in
        try blocks[2].withUnsafeBufferPointer { third in
          try encoded.append(keys: rows.map(key), tokenCounts: Array(rows), [first, second, third])
        }
      }
    }
  }

  private func check(_ encoded: EncodedRows, _ rows: Range<Int>) throws {
    for row in rows.reversed() {
      var first = [Float](repeating: 0, count: 3)
      var second = [Float](repeating: 0, count: 2)
      var tokens = [Float](repeating: 0, count: row * 2)
      try encoded.read(row: row, view: 0, into: &first)
      try encoded.read(row: row, view: 1, into: &second)
      try encoded.readTokens(row: row, into: &tokens)
      #expect(first == (0..<3).map { value(row, 0, $0) })
      #expect(second == (0..<2).map { value(row, 1, $0) })
      #expect(tokens == (0..<row * 2).map { value(row, 2, $0) })
    }
  }
}
