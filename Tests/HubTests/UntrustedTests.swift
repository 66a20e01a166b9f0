import Foundation
import Hub
import Testing

/// A hub that would write elsewhere: nothing it names leaves the model's folder.
@Suite struct UntrustedTests {
  static let names = [
    "../config.json", "../../../../config.json", "/etc/config.json", "a/../../vocab.txt", "..",
    ".", "", "a//config.json", "./config.json", "1_Pooling/..", "..\\config.json",
    "C:\\config.json", "a\u{0}b/config.json", "config.json\n", "a/",
    String(repeating: "a", count: 201), String(repeating: "a/", count: 16) + "config.json",
  ]

  @Test(arguments: names) func listingNamesAPlaceOutside(name: String) throws {
    let bench = try Bench()
    bench.hub.list(name)
    #expect(throws: HubError.unsafeName(model: FakeHub.model, name: name)) { try bench.fetch() }
    #expect(try bench.paths() == [])
    #expect(bench.hub.targets("HEAD").isEmpty)
  }

  @Test(arguments: ["../x", "main", "", "..", "0a1b2c3d/../..", String(repeating: "a", count: 65)])
  func commitIsNoCommit(commit: String) throws {
    let bench = try Bench()
    bench.hub.disturb("GET", "/api/models/") {
      $0.body = Array("{\"sha\": \"\(commit)\", \"siblings\": []}".utf8)
    }
    let error = try #require(throws: HubError.self) { try bench.fetch() }
    guard case .badReply = error else {
      Issue.record("\(error)")
      return
    }
    #expect(try bench.paths() == [])
  }

  @Test(arguments: [
    "../../x", "/x", "..", ".x", "a/b", "", "a b", String(repeating: "a", count: 129),
  ])
  func etagIsNoName(etag: String) throws {
    let bench = try Bench()
    bench.hub.disturb("HEAD", "/vocab.txt") { $0.fields["ETag"] = "\"\(etag)\"" }
    let error = try #require(throws: HubError.self) { try bench.fetch() }
    guard case .badReply = error else {
      Issue.record("\(error)")
      return
    }
    #expect(!FileManager.default.fileExists(atPath: bench.snapshot.path))
  }

  @Test(arguments: ["not JSON", "[]", "{}", "{\"sha\": 7}"]) func listingIsNone(text: String) throws
  {
    let bench = try Bench()
    bench.hub.disturb("GET", "/api/models/") { $0.body = Array(text.utf8) }
    let error = try #require(throws: HubError.self) { try bench.fetch() }
    guard case .badReply = error else {
      Issue.record("\(error)")
      return
    }
  }

  @Test func fileOfAnotherCommitIsRefused() throws {
    let bench = try Bench()
    bench.hub.disturb("HEAD", "/vocab.txt") { $0.fields["X-Repo-Commit"] = "1234567" }
    #expect(throws: HubError.self) { try bench.fetch() }
  }

  @Test func shardIsAPlaceOutside() throws {
    var files = Bench.files
    files["model.safetensors"] = nil
    files["model.safetensors.index.json"] = Array(#"{"weight_map": {"a": "../../../x"}}"#.utf8)
    let bench = try Bench(files: files)
    #expect(throws: HubError.missingShard(model: FakeHub.model, name: "../../../x")) {
      try bench.fetch()
    }
  }

  /// Links that someone left in the cache, each to a folder outside.
  @Test(arguments: ["blobs", "snapshots", "refs", "snapshots/\(FakeHub.commit)"])
  func linkInTheCacheIsNotFollowed(place: String) throws {
    let bench = try Bench()
    let outside = bench.root.appendingPathComponent("outside")
    try FileManager.default.createDirectory(at: outside, withIntermediateDirectories: true)
    let link = bench.repository.appendingPathComponent(place)
    try FileManager.default.createDirectory(
      at: link.deletingLastPathComponent(), withIntermediateDirectories: true)
    try FileManager.default.createSymbolicLink(at: link, withDestinationURL: outside)
    #expect(throws: HubError.inTheWay(path: link.path)) { try bench.fetch() }
    #expect(try FileManager.default.contentsOfDirectory(atPath: outside.path) == [])
  }

  @Test func linkInABlobsPlaceIsNotWrittenThrough() throws {
    let bench = try Bench()
    let outside = bench.root.appendingPathComponent("outside")
    try bench.write([1, 2, 3], to: outside)
    try FileManager.default.createDirectory(
      at: bench.blob(""), withIntermediateDirectories: true)
    try FileManager.default.createSymbolicLink(at: bench.unfinished, withDestinationURL: outside)
    #expect(throws: HubError.inTheWay(path: bench.unfinished.path)) { try bench.fetch() }
    try FileManager.default.removeItem(at: bench.unfinished)
    // A link that stands for the blob itself is replaced by the file.
    try FileManager.default.createSymbolicLink(
      at: bench.blob(Bench.digest), withDestinationURL: outside)
    try bench.fetch()
    #expect(bench.bytes(outside) == [1, 2, 3])
    #expect(bench.bytes(bench.blob(Bench.digest)) == Bench.weights)
  }

  @Test(arguments: ["", "a/b/c", "../x", "a/..", "/etc", "a--b/c", "a b", "a/b?x", "a..b"])
  func nameIsNoModel(name: String) throws {
    let bench = try Bench()
    #expect(throws: HubError.badModelName(name)) { try bench.fetch(name) }
  }

  @Test(arguments: [
    "", "../x", "a/../b", "/main", "a\\b", "main\n", String(repeating: "a", count: 201),
  ])
  func nameIsNoRevision(revision: String) throws {
    let bench = try Bench()
    #expect(throws: HubError.badRevision(revision)) { try bench.fetch(revision: revision) }
    #expect(bench.hub.hub.requests.isEmpty)
  }
}
