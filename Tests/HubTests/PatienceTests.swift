import Foundation
import Hub
import Testing

/// Answers that may be others a little later.
@Suite struct PatienceTests {
  @Test(arguments: ["/api/models/", "/resolve/", "/large/"])
  func retryAfterIsHonoured(target: String) throws {
    let bench = try Bench()
    bench.hub.disturb("GET", target) {
      $0 = FakeHub.Reply(status: 429, fields: ["Retry-After": "7"])
    }
    try bench.fetch()
    #expect(bench.pauses.seconds == [7])
  }

  @Test func retryAfterMayBeADate() throws {
    let bench = try Bench()
    let format = DateFormatter()
    format.locale = Locale(identifier: "en_US_POSIX")
    format.timeZone = TimeZone(identifier: "GMT")
    format.dateFormat = "EEE, dd MMM yyyy HH:mm:ss 'GMT'"
    let date = format.string(from: Date(timeIntervalSinceNow: 60))
    bench.hub.disturb("HEAD", "/config.json") {
      $0 = FakeHub.Reply(status: 503, fields: ["Retry-After": date])
    }
    try bench.fetch()
    let pause = try #require(bench.pauses.seconds.first)
    #expect(bench.pauses.seconds.count == 1 && (30...60).contains(pause))
  }

  @Test func rateLimitSaysHowLong() throws {
    let bench = try Bench()
    bench.hub.disturb("GET", "/api/models/") {
      $0 = FakeHub.Reply(status: 429, fields: ["RateLimit": #""api";r=0;t=55"#])
    }
    try bench.fetch()
    #expect(bench.pauses.seconds == [55])
  }

  @Test func tooLongAPauseIsAnError() throws {
    let bench = try Bench()
    bench.hub.disturb("GET", "/api/models/", times: 99) {
      $0 = FakeHub.Reply(status: 429, fields: ["Retry-After": "3600"])
    }
    let error = try #require(throws: HubError.self) { try bench.fetch() }
    guard case .badStatus(_, 429, 1, 3600) = error else {
      Issue.record("\(error)")
      return
    }
    #expect(bench.pauses.seconds == [])
  }

  @Test(arguments: [500, 502, 503, 504, 408, 429]) func pausesGrow(status: Int) throws {
    let bench = try Bench()
    bench.hub.disturb("HEAD", "/vocab.txt", times: 99) { $0 = FakeHub.Reply(status: status) }
    let error = try #require(throws: HubError.self) { try bench.fetch() }
    guard case .badStatus(_, status, 5, nil) = error else {
      Issue.record("\(error)")
      return
    }
    #expect(bench.pauses.seconds == [0.5, 1, 2, 4])
  }

  @Test(arguments: [400, 404, 410, 501]) func otherStatusesAreFinal(status: Int) throws {
    let bench = try Bench()
    bench.hub.disturb("GET", "/vocab.txt", times: 99) { $0 = FakeHub.Reply(status: status) }
    let error = try #require(throws: HubError.self) { try bench.fetch() }
    guard case .badStatus(_, status, 1, nil) = error else {
      Issue.record("\(error)")
      return
    }
    #expect(bench.pauses.seconds == [])
  }

  @Test func nobodyThereIsSaid() throws {
    let bench = try Bench()
    // A port that was free a moment ago.
    let address = try LoopbackServer { _ in LoopbackServer.Reply() }.address
    let error = try #require(throws: HubError.self) {
      try bench.fetch(with: ["HF_ENDPOINT": address])
    }
    guard case .noConnection(let place, _, 5) = error else {
      Issue.record("\(error)")
      return
    }
    #expect(place.hasPrefix(address) && bench.pauses.seconds.count == 4)
  }
}
