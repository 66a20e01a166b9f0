import ArgumentParser
import Foundation
import Hub
import StageKit
import Synchronization
import Testing

/// A hub and a cache for one test; both go with the object.
final class Bench {
  let hub: FakeHub
  let root: URL
  /// The pauses that were asked for; nobody sleeps in a test.
  let pauses = Pauses()

  final class Pauses: Sendable {
    private let log = Mutex<[Double]>([])
    var seconds: [Double] { log.withLock { $0 } }
    func add(_ seconds: Double) { log.withLock { $0.append(seconds) } }
  }

  init(files: [String: [UInt8]] = Bench.files, token: String? = nil) throws {
    hub = try FakeHub(files: files, token: token)
    root = FileManager.default.temporaryDirectory
      .appendingPathComponent("firn-hub-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: root, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: root) }

  /// A model as it stands on the hub: what is needed, and what is not.
  static let files: [String: [UInt8]] = [
    "config.json": Array(#"{"model_type": "bert"}"#.utf8),
    "tokenizer.json": Array("{}".utf8),
    "vocab.txt": Array("[PAD]\n".utf8),
    "special_tokens_map.json": [],
    "modules.json": Array(
      #"[{"path": "", "type": "T"}, {"path": "1_Pooling", "type": "P"}]"#.utf8),
    "1_Pooling/config.json": Array(#"{"word_embedding_dimension": 4}"#.utf8),
    "model.safetensors": weights,
    "pytorch_model.bin": [1], "tf_model.h5": [2], "onnx/model.onnx": [3],
    "openvino/openvino_model.bin": [4], "onnx/config.json": [5], "README.md": [6],
    ".gitattributes": [7], "training_args.bin": [8],
  ]

  static let needed = [
    "1_Pooling/config.json", "config.json", "model.safetensors", "modules.json",
    "special_tokens_map.json", "tokenizer.json", "vocab.txt",
  ]

  /// 300,000 bytes without a period that a wrong offset could hide in.
  static let weights: [UInt8] = {
    var state: UInt32 = 1
    return (0..<300_000).map { _ in
      state = state &* 1_664_525 &+ 1_013_904_223
      return UInt8(state >> 24)
    }
  }()

  static func size(of names: String...) -> Int { names.reduce(0) { $0 + (files[$1]?.count ?? 0) } }

  static let digest = FakeHub.sha256(weights)

  // MARK: - Fetching

  var environment: [String: String] {
    ["HF_HOME": root.path, "HF_ENDPOINT": hub.hub.address, "HOME": root.path]
  }

  /// What firn-fetch does, but with pauses that are only noted.
  @discardableResult
  func fetch(
    _ name: String = FakeHub.model, revision: String = "main", anew: Bool = false,
    with variables: [String: String] = [:]
  ) throws -> HubFetch.Model {
    try Self.fetch(
      environment.merging(variables) { $1 }, name, revision: revision, anew: anew, pauses: pauses)
  }

  static func fetch(
    _ environment: [String: String], _ name: String = FakeHub.model, revision: String = "main",
    anew: Bool = false, pauses: Pauses = Pauses()
  ) throws -> HubFetch.Model {
    let settings = try HubSettings(environment: environment)
    let options = try CommonOptions.parse(["--quiet"])
    var fetch = HubFetch(
      settings: settings, console: Console(stage: "firn-fetch", options: options))
    fetch.patience.pause = { pauses.add($0) }
    return try fetch.model(name, revision: revision, anew: anew)
  }

  // MARK: - The cache

  var repository: URL { root.appendingPathComponent("hub/models--snow--tiny-bert") }

  var snapshot: URL { repository.appendingPathComponent("snapshots/\(FakeHub.commit)") }

  func blob(_ etag: String) -> URL { repository.appendingPathComponent("blobs/\(etag)") }

  /// Where the bytes of the weights are collected.
  var unfinished: URL { blob(Bench.digest + ".incomplete") }

  func write(_ bytes: [UInt8], to url: URL) throws {
    try FileManager.default.createDirectory(
      at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(bytes).write(to: url)
  }

  func bytes(_ url: URL) -> [UInt8]? { (try? Data(contentsOf: url)).map(Array.init) }

  /// Every path below the cache's folder, links as such.
  func paths() throws -> Set<String> {
    Set(try FileManager.default.subpathsOfDirectory(atPath: root.path))
  }

  /// The range that the last GET to the store asked for.
  var lastRange: String? { hub.store.requests.last { $0.method == "GET" }?.fields["range"] }
}
