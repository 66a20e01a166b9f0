import Foundation
import Hub
import Testing

/// Who may see what: tokens, missing models, redirects, the offline mode.
@Suite struct AccessTests {
  private static let secret = "hf_tokenOfATest"

  @Test func tokenGoesToTheEndpointAlone() throws {
    let bench = try Bench(token: Self.secret)
    try bench.fetch(with: ["HF_TOKEN": " \(Self.secret)\n"])
    let asked = bench.hub.hub.requests
    #expect(asked.count > 10)
    #expect(asked.allSatisfy { $0.fields["authorization"] == "Bearer \(Self.secret)" })
    // The store is the same host with another port: another origin.
    #expect(bench.hub.store.requests.count == 1)
    #expect(bench.hub.store.requests.allSatisfy { $0.fields["authorization"] == nil })
  }

  @Test func tokenDoesNotComeBackAfterADetour() throws {
    let bench = try Bench()
    let address = bench.hub.hub.address
    let back = "\(address)/\(FakeHub.model)/resolve/\(FakeHub.commit)/vocab.txt"
    let stranger = try LoopbackServer { _ in
      LoopbackServer.Reply(status: 302, fields: ["Location": back])
    }
    let place = stranger.address
    bench.hub.disturb("GET", "/vocab.txt") {
      $0 = FakeHub.Reply(status: 302, fields: ["Location": "\(place)/there"])
    }
    try bench.fetch(with: ["HF_TOKEN": Self.secret])
    #expect(stranger.requests.map { $0.fields["authorization"] } == [nil])
    let visits = bench.hub.hub.requests.filter {
      $0.method == "GET" && $0.target.hasSuffix("/vocab.txt")
    }
    #expect(visits.map { $0.fields["authorization"] != nil } == [true, false])
  }

  @Test func tokenMayStandInItsFile() throws {
    let bench = try Bench(token: Self.secret)
    let file = bench.root.appendingPathComponent("token")
    try bench.write(Array("\(Self.secret)\n".utf8), to: file)
    try bench.fetch()
    try FileManager.default.removeItem(at: bench.root.appendingPathComponent("hub"))
    #expect(throws: HubError.self) {
      try bench.fetch(with: ["HF_HUB_DISABLE_IMPLICIT_TOKEN": "1"])
    }
    let other = bench.root.appendingPathComponent("elsewhere")
    try FileManager.default.moveItem(at: file, to: other)
    try bench.fetch(with: ["HF_TOKEN_PATH": other.path])
  }

  @Test func noAccessWithoutAndWithAToken() throws {
    let bench = try Bench(token: Self.secret)
    for token in [nil, "hf_another"] {
      #expect(
        throws: HubError.noAccess(
          model: FakeHub.model, status: 401, withToken: token != nil, message: "Not this way")
      ) { try bench.fetch(with: token.map { ["HF_TOKEN": $0] } ?? [:]) }
    }
    #expect(bench.pauses.seconds == [])
    #expect(try bench.paths() == [])
  }

  @Test func tokenWithALineFeedIsRefused() throws {
    let bench = try Bench()
    let error = try #require(throws: HubError.self) {
      try bench.fetch(with: ["HF_TOKEN": "one\r\nX-Header: two"])
    }
    #expect(!"\(error)".contains("two"))
    #expect(bench.hub.hub.requests.isEmpty)
  }

  @Test func whatIsNotThereIsNamed() throws {
    let bench = try Bench()
    #expect(throws: HubError.noSuchModel(model: "snow/none", endpoint: bench.hub.hub.address + "/"))
    { try bench.fetch("snow/none") }
    #expect(throws: HubError.noSuchRevision(model: FakeHub.model, revision: "v9")) {
      try bench.fetch(revision: "v9")
    }
    #expect(try bench.paths() == [])
  }

  /// The hub answers for a model's former name with a relative redirect.
  @Test func formerNameIsFollowedWithTheToken() throws {
    let bench = try Bench(token: Self.secret)
    let model = try bench.fetch(FakeHub.formerName, with: ["HF_TOKEN": Self.secret])
    #expect(model.files == Bench.needed)
    #expect(model.folder.hasSuffix("/models--tiny-old/snapshots/\(FakeHub.commit)"))
    #expect(bench.hub.store.requests.allSatisfy { $0.fields["authorization"] == nil })
  }

  @Test(arguments: ["file:///etc/hostname", "ftp://127.0.0.1/x", "http://a:b@127.0.0.1/x", ""])
  func redirectElsewhereIsNotFollowed(location: String) throws {
    let bench = try Bench()
    bench.hub.disturb("GET", "/vocab.txt") {
      $0 = FakeHub.Reply(status: 302, fields: ["Location": location])
    }
    let error = try #require(throws: HubError.self) { try bench.fetch() }
    guard case .badRedirect(_, location) = error else {
      Issue.record("\(error)")
      return
    }
  }

  @Test func redirectsEnd() throws {
    let bench = try Bench()
    bench.hub.disturb("GET", "/vocab.txt", times: 99) {
      $0 = FakeHub.Reply(status: 302, fields: ["Location": "?again"])
    }
    let error = try #require(throws: HubError.self) { try bench.fetch() }
    guard case .badRedirect = error else {
      Issue.record("\(error)")
      return
    }
    #expect(bench.hub.targets("GET").filter { $0.contains("/vocab.txt") }.count == 11)
  }

  @Test func offlineTakesWhatIsThere() throws {
    let bench = try Bench()
    #expect(
      throws: HubError.notInCache(
        model: FakeHub.model, revision: "main", cache: bench.root.path + "/hub")
    ) { try bench.fetch(with: ["HF_HUB_OFFLINE": "1"]) }
    let model = try bench.fetch()
    let before = bench.hub.hub.requests.count
    let offline = try bench.fetch(with: ["HF_HUB_OFFLINE": "yes"])
    #expect(offline.folder == model.folder && offline.commit == model.commit)
    #expect(bench.hub.hub.requests.count == before)
    #expect(before > 0)
  }

  @Test(arguments: ["ftp://host", "nonsense:", "https://user@host", "http://"])
  func endpointMustBeAnAddress(endpoint: String) throws {
    let bench = try Bench()
    let error = try #require(throws: HubError.self) {
      try bench.fetch(with: ["HF_ENDPOINT": endpoint])
    }
    guard case .badSetting("HF_ENDPOINT", _, _) = error else {
      Issue.record("\(error)")
      return
    }
  }
}
