import Foundation
import Hub
import Testing

/// Transfers that are cut, and bytes that are not those that were announced.
@Suite struct TransferTests {
  private let store = "/large/\(Bench.digest)"

  private func expectWhole(
    _ bench: Bench, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(bench.bytes(bench.blob(Bench.digest)) == Bench.weights, sourceLocation: sourceLocation)
    #expect(bench.bytes(bench.unfinished) == nil, sourceLocation: sourceLocation)
  }

  @Test func aCutConnectionGoesOnWhereItStopped() throws {
    let bench = try Bench()
    bench.hub.disturb("GET", store) { $0.cutAfter = 100_000 }
    let model = try bench.fetch()
    expectWhole(bench)
    #expect(bench.lastRange == "bytes=100000-")
    #expect(bench.pauses.seconds == [0.5])
    // Not a byte came twice.
    #expect(model.fetchedBytes == model.bytes)
  }

  @Test func theNextRunGoesOnToo() throws {
    let bench = try Bench()
    bench.hub.disturb("GET", store) { $0.cutAfter = 100_000 }
    bench.hub.disturb("GET", store, times: 4) { $0.cutAfter = 0 }
    #expect(throws: HubError.self) { try bench.fetch() }
    #expect(bench.bytes(bench.unfinished) == Array(Bench.weights.prefix(100_000)))
    #expect(bench.pauses.seconds == [0.5, 1, 2, 4])
    // Half a model has no name.
    #expect(!FileManager.default.fileExists(atPath: bench.snapshot.path))
    #expect(!FileManager.default.fileExists(atPath: bench.repository.path + "/refs/main"))

    let second = try bench.fetch()
    expectWhole(bench)
    #expect(bench.lastRange == "bytes=100000-")
    // The rest of the weights, and what comes after them by name.
    #expect(second.fetchedBytes == 200_000 + Bench.size(of: "tokenizer.json", "vocab.txt"))
  }

  @Test func aServerWithoutRangesBeginsAnew() throws {
    let bench = try Bench()
    bench.hub.disturb("GET", store) { $0.cutAfter = 100_000 }
    bench.hub.disturb("GET", store) { reply in
      reply.status = 200
      reply.fields["Content-Range"] = nil
      reply.body = Bench.weights
    }
    try bench.fetch()
    expectWhole(bench)
  }

  @Test func aRangeOfAnotherPlaceIsRefused() throws {
    let bench = try Bench()
    try bench.write(Array(Bench.weights.prefix(1000)), to: bench.unfinished)
    bench.hub.disturb("GET", store) { reply in
      reply.fields["Content-Range"] = "bytes 900-299999/300000"
      reply.body = Array(Bench.weights[900...])
    }
    #expect(throws: HubError.self) { try bench.fetch() }
    #expect(bench.bytes(bench.blob(Bench.digest)) == nil)
  }

  @Test func aRangeThatTheServerDoesNotKnowIsForgotten() throws {
    let bench = try Bench()
    try bench.write(Array(Bench.weights.prefix(1000)), to: bench.unfinished)
    bench.hub.disturb("GET", store) { $0 = FakeHub.Reply(status: 416) }
    try bench.fetch()
    expectWhole(bench)
    #expect(bench.lastRange == nil)
  }

  @Test func aBeginningThatIsAnothersIsFetchedAgain() throws {
    let bench = try Bench()
    try bench.write([UInt8](repeating: 7, count: 1000), to: bench.unfinished)
    let model = try bench.fetch()
    expectWhole(bench)
    #expect(model.fetchedBytes == model.bytes - 1000 + Bench.weights.count)
  }

  @Test func aWholeUnfinishedFileIsOnlyChecked() throws {
    let bench = try Bench()
    try bench.write(Bench.weights, to: bench.unfinished)
    try bench.fetch()
    expectWhole(bench)
    #expect(bench.hub.store.requests.isEmpty)
  }

  @Test func anUnfinishedFileThatIsTooLongIsForgotten() throws {
    let bench = try Bench()
    try bench.write(Bench.weights + [0], to: bench.unfinished)
    try bench.fetch()
    expectWhole(bench)
  }

  @Test(arguments: [-1, 1]) func aWrongLengthIsRefused(difference: Int) throws {
    let bench = try Bench()
    let size = Bench.weights.count + difference
    bench.hub.disturb("GET", store) {
      $0.body = Array((Bench.weights + [0]).prefix(size))
    }
    #expect(
      throws: HubError.wrongSize(
        file: "model.safetensors", expected: Bench.weights.count, found: size)
    ) { try bench.fetch() }
    #expect(bench.bytes(bench.blob(Bench.digest)) == nil && bench.bytes(bench.unfinished) == nil)
  }

  @Test func aLengthThatNeverComesIsACut() throws {
    let bench = try Bench()
    bench.hub.disturb("GET", "/vocab.txt", times: 99) { $0.cutAfter = 0 }
    let error = try #require(throws: HubError.self) { try bench.fetch() }
    guard case .noConnection(_, _, 5) = error else {
      Issue.record("\(error)")
      return
    }
  }

  @Test func aWrongDigestIsRefused() throws {
    let bench = try Bench()
    bench.hub.disturb("GET", store) { $0.body[150_000] ^= 1 }
    let error = try #require(throws: HubError.self) { try bench.fetch() }
    guard case .wrongDigest("model.safetensors", Bench.digest, let found) = error else {
      Issue.record("\(error)")
      return
    }
    #expect(found != Bench.digest)
    #expect(bench.bytes(bench.blob(Bench.digest)) == nil && bench.bytes(bench.unfinished) == nil)
    // The next run has it.
    try bench.fetch()
    expectWhole(bench)
  }
}
