import Digests
import Foundation
import Testing

struct DigestCacheTests {
  private let folder: URL

  init() throws {
    folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("firn-digests-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  private func write(_ text: String) throws -> String {
    let url = folder.appendingPathComponent("weights")
    try Data(text.utf8).write(to: url)
    return url.path
  }

  /// What is kept, with its digest replaced: whoever believes the cache gives this one.
  private func forge(_ kept: URL) throws {
    let entry = try #require(
      try FileManager.default.contentsOfDirectory(at: kept, includingPropertiesForKeys: nil).first)
    let state = try String(contentsOf: entry, encoding: .utf8).split(separator: "\n")[0]
    try Data("\(state)\nforged\n".utf8).write(to: entry)
  }

  @Test
  func believesWhatWasNotTouched() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let kept = folder.appendingPathComponent("kept")
    let path = try write("one")
    let later = DigestCache(folder: kept) { Int(Date().timeIntervalSince1970) + 10 }
    let expected = try SHA256Digest(ofFiles: [path]).description
    #expect(try later.sha256(ofFiles: [path]) == expected)
    try forge(kept)
    #expect(try later.sha256(ofFiles: [path]) == "forged")
    // The same size, and the old time put back: the time of the last change of state gives it away.
    let date = try FileManager.default.attributesOfItem(atPath: path)[.modificationDate] as? Date
    _ = try write("two")
    try FileManager.default.setAttributes(
      [.modificationDate: try #require(date)], ofItemAtPath: path)
    #expect(
      try later.sha256(ofFiles: [path]) == SHA256Digest(ofFiles: [path]).description)
  }

  @Test
  func keepsNothingOfAFileThatWasJustChanged() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let kept = folder.appendingPathComponent("kept")
    let path = try write("one")
    _ = try DigestCache(folder: kept).sha256(ofFiles: [path])
    #expect(!FileManager.default.fileExists(atPath: kept.path))
  }

  @Test
  func worksWithoutAFolder() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = try write("one")
    #expect(
      try DigestCache(folder: nil).sha256(ofFiles: [path])
        == SHA256Digest(ofFiles: [path]).description)
    #expect(throws: DigestError.self) {
      try DigestCache(folder: nil).sha256(ofFiles: [path + "-not-there"])
    }
  }
}
