import Contracts
import FeatureStore
import Foundation
import StageKit
import TestSupport
import Testing

/// No bit of a file can turn unseen: what is verified reads as it was written.
struct VerificationTests {
  private let scratch: Scratch

  init() throws {
    scratch = try Scratch()
    // The digests of the samples' texts are made up.
    try Samples.writeTokens(scratch.path("tokens.h5"), rows: 5, storesTexts: false)
    try Samples.writeFeatures(
      scratch.path("features.h5"), tokens: scratch.path("tokens.h5"), tokenType: .float16)
  }

  @Test(arguments: ["tokens.h5", "features.h5"])
  func wholeFiles(name: String) throws {
    let verification = try Verification(StoredFile(path: scratch.path(name)))
    #expect(verification.checks.allSatisfy { $0.error == nil })
    #expect(verification.checks.contains { $0.name == "strings" })
  }

  /// Files of Firn 0.3.0 and before have no digest of their strings.
  @Test(arguments: ["tokens", "features", "label-sets", "numbers"])
  func olderFiles(name: String) throws {
    let path = try #require(Bundle.module.path(forResource: "Fixtures/\(name)", ofType: "h5"))
    let verification = try Verification(StoredFile(path: path))
    #expect(verification.checks.filter { $0.error != nil }.map(\.name) == [])
  }

  /// Everything that the readers give of a features file.
  private func content(_ path: String) throws -> [String] {
    let file = try FeaturesFile(path: path)
    let rows = 0..<file.count
    let columns = file.columns
    return try ["\(file.provenance)", "\(columns.classNames)", "\(columns.ids(rows))"]
      + ["\(columns.labels(rows))", "\(columns.splits(rows))", "\(columns.truncated(rows))"]
      + [
        "\(columns.textDigests(rows))", "\(file.tokenCounts(rows))", "\(file.tokenFeatures(rows))",
      ]
      + ["\(file.rowKeys(rows).map(\.bytes))"]
      + file.views.map { "\($0) \(try file.features(rows, of: $0))" }
  }

  /// Bits all over a file in turn. The heap of the attributes' strings is left out where it holds
  /// lengths: libhdf5 1.10.8 trusts them.
  @Test func everyBitIsCovered() throws {
    let whole = try content(scratch.path("features.h5"))
    let bytes = try scratch.bytes("features.h5")
    var found = 0
    for place in stride(from: 0, to: bytes.count, by: 41) {
      if isNearAnAttributesLength(place, bytes) { continue }
      var copy = bytes
      copy[place] ^= UInt8(1 << (place % 8))
      try scratch.write(copy, to: "flipped.h5")
      do {
        let stored = try StoredFile(path: scratch.path("flipped.h5"))
        let errors = try Verification(stored).checks.compactMap(\.error)
        if errors.isEmpty {
          #expect(try content(scratch.path("flipped.h5")) == whole, "byte \(place)")
        } else {
          found += 1
          #expect(errors.allSatisfy { $0 is any Explained })
        }
      } catch {
        found += 1
        #expect(error is any Explained, "byte \(place): \(error)")
      }
    }
    #expect(found > 100)
  }

  /// In a collection of strings: each begins with 16 bytes of index, count and length.
  private func isNearAnAttributesLength(_ place: Int, _ bytes: [UInt8]) -> Bool {
    guard let heap = heaps(bytes).first(where: { $0.contains(place) }) else { return false }
    var start = heap.lowerBound + 16
    if place < start { return true }
    while start + 16 <= heap.upperBound {
      let length = bytes[start + 8..<start + 16].reversed().reduce(0) { $0 << 8 | Int($1) }
      if (start..<start + 16).contains(place) { return true }
      if bytes[start] == 0 && bytes[start + 1] == 0 { return false }
      start += 16 + (length + 7) / 8 * 8
    }
    return false
  }

  private func heaps(_ bytes: [UInt8]) -> [Range<Int>] {
    bytes.indices.filter { bytes[$0...].starts(with: "GCOL".utf8) }.map { start in
      let size = bytes[start + 8..<start + 16].reversed().reduce(0) { $0 << 8 | Int($1) }
      return start..<start + size
    }
  }
}
