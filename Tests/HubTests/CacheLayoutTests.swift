import Checkpoints
import Foundation
import Hub
import Testing

/// What a fetch leaves in the cache, and what it takes from the hub.
@Suite struct CacheLayoutTests {
  @Test func cacheIsTheOneOfHuggingFace() throws {
    let bench = try Bench()
    let model = try bench.fetch()
    #expect(model.commit == FakeHub.commit && model.files == Bench.needed)
    #expect(model.folder == bench.snapshot.path)
    let size = Bench.needed.reduce(0) { $0 + (Bench.files[$1]?.count ?? 0) }
    #expect(model.bytes == size && model.fetchedBytes == size)
    #expect(model.fetchedFiles == Bench.needed.count)

    let reference = bench.repository.appendingPathComponent("refs/main")
    #expect(try String(contentsOf: reference, encoding: .utf8) == FakeHub.commit)
    for name in Bench.needed {
      let bytes = try #require(Bench.files[name])
      let path = bench.snapshot.appendingPathComponent(name)
      #expect(bench.bytes(path) == bytes, "\(name)")
      let up = name.contains("/") ? "../../../" : "../../"
      #expect(
        try FileManager.default.destinationOfSymbolicLink(atPath: path.path)
          == "\(up)blobs/\(FakeHub.etag(name, bytes))")
    }
    let blobs = try FileManager.default.contentsOfDirectory(atPath: bench.blob("").path)
    #expect(Set(blobs) == Set(Bench.needed.map { FakeHub.etag($0, Bench.files[$0] ?? []) }))
    // Firn's own reader finds it by its name.
    let hub = HubCache(environment: bench.environment)
    #expect(hub.snapshot(of: FakeHub.model) == model.folder)
    #expect(hub.snapshot(of: FakeHub.model, revision: FakeHub.commit) == model.folder)
  }

  @Test func onlyWhatIsNeededIsAskedFor() throws {
    let bench = try Bench()
    try bench.fetch()
    let asked = bench.hub.targets("HEAD").compactMap {
      $0.components(separatedBy: "/resolve/").last
    }
    #expect(Set(asked) == Set(Bench.needed.map { "\(FakeHub.commit)/\($0)" }))
    #expect(asked.count == Bench.needed.count)
  }

  @Test func secondRunAsksForTheListingAlone() throws {
    let bench = try Bench()
    let first = try bench.fetch()
    let before = (bench.hub.hub.requests.count, bench.hub.store.requests.count)
    let second = try bench.fetch()
    #expect(second.folder == first.folder && second.bytes == first.bytes)
    #expect(second.fetchedFiles == 0 && second.fetchedBytes == 0)
    #expect(bench.hub.hub.requests.count == before.0 + 1)
    #expect(bench.hub.store.requests.count == before.1)
  }

  @Test func aFileThatIsGoneIsFetchedAgain() throws {
    let bench = try Bench()
    try bench.fetch()
    try FileManager.default.removeItem(at: bench.blob(Bench.digest))
    let model = try bench.fetch()
    #expect(model.fetchedFiles == 1 && model.fetchedBytes == Bench.weights.count)
    #expect(
      bench.bytes(bench.snapshot.appendingPathComponent("model.safetensors")) == Bench.weights)
  }

  @Test func forceFetchesAllAgain() throws {
    let bench = try Bench()
    try bench.fetch()
    // A blob whose bytes turned on the disk: nothing but --force looks at it again.
    try Data(repeating: 0, count: Bench.weights.count).write(to: bench.blob(Bench.digest))
    #expect(try bench.fetch().fetchedFiles == 0)
    let model = try bench.fetch(anew: true)
    #expect(model.fetchedFiles == Bench.needed.count)
    #expect(bench.bytes(bench.blob(Bench.digest)) == Bench.weights)
  }

  @Test(arguments: ["v1.0", "refs/pr/1"]) func revisionHasItsReference(revision: String) throws {
    let bench = try Bench()
    let model = try bench.fetch(revision: revision)
    #expect(model.revision == revision)
    let hub = HubCache(environment: bench.environment)
    #expect(hub.snapshot(of: FakeHub.model, revision: revision) == model.folder)
    #expect(hub.snapshot(of: FakeHub.model) == nil)
  }

  @Test func commitNeedsNoReference() throws {
    let bench = try Bench()
    let model = try bench.fetch(revision: FakeHub.commit)
    #expect(
      !FileManager.default.fileExists(atPath: bench.repository.path + "/refs/" + model.commit))
  }

  @Test func shardsAreThoseOfTheIndex() throws {
    var files = Bench.files
    files["model.safetensors"] = nil
    files["model-00001-of-00002.safetensors"] = Bench.weights
    files["model-00002-of-00002.safetensors"] = Array(Bench.weights.dropLast(9))
    files["adapter_model.safetensors"] = [1, 2, 3]
    files["model.safetensors.index.json"] = Array(
      #"{"weight_map": {"a": "model-00002-of-00002.safetensors", "b": "model-00001-of-00002.safetensors"}}"#
        .utf8)
    let model = try Bench(files: files).fetch()
    #expect(
      model.files.filter { $0.contains("safetensors") } == [
        "model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors",
        "model.safetensors.index.json",
      ])
    files["model-00002-of-00002.safetensors"] = nil
    let bench = try Bench(files: files)
    #expect(
      throws: HubError.missingShard(
        model: FakeHub.model, name: "model-00002-of-00002.safetensors")
    ) { try bench.fetch() }
  }

  @Test func modulesAreThoseOfModulesJSON() throws {
    var files = Bench.files
    files["modules.json"] = Array(
      #"[{"path": ""}, {"path": "2_Dense_8"}, {"path": "3_Norm"}]"#.utf8)
    files["2_Dense_8/config.json"] = Array("{ }".utf8)
    files["2_Dense_8/model.safetensors"] = [9, 9]
    files["2_Dense_16/model.safetensors"] = [9, 9, 9]
    let model = try Bench(files: files).fetch()
    #expect(
      model.files.filter { $0.contains("/") } == [
        "2_Dense_8/config.json", "2_Dense_8/model.safetensors",
      ])
  }

  @Test func withoutSafetensorsNothingIsFetched() throws {
    var files = Bench.files
    files["model.safetensors"] = nil
    let bench = try Bench(files: files)
    #expect(
      throws: HubError.noSafetensors(
        model: FakeHub.model,
        others: [
          "onnx/model.onnx", "openvino/openvino_model.bin", "pytorch_model.bin", "tf_model.h5",
        ])
    ) { try bench.fetch() }
    #expect(try bench.paths() == [])
    files["config.json"] = nil
    let none = try Bench(files: files.filter { !$0.key.hasSuffix("config.json") })
    #expect(throws: HubError.noConfig(model: FakeHub.model)) { try none.fetch() }
  }

  @Test func twoAtOnceMakeOneWholeModel() async throws {
    let bench = try Bench()
    let environment = bench.environment
    let outcomes = try await withThrowingTaskGroup(of: Int.self) { group in
      for _ in 0..<4 {
        group.addTask { try Bench.fetch(environment).fetchedBytes }
      }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    let size = Bench.needed.reduce(0) { $0 + (Bench.files[$1]?.count ?? 0) }
    // flock holds between descriptors: every blob is fetched by exactly one.
    #expect(outcomes.reduce(0, +) == size)
    #expect(try bench.fetch().fetchedFiles == 0)
    #expect(try bench.paths().allSatisfy { !$0.hasSuffix(".incomplete") && !$0.hasSuffix(".tmp") })
  }
}
