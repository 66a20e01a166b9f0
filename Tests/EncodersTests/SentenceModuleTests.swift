import Checkpoints
import Contracts
import Encoders
import Foundation
import Kernels
import Safetensors
import Testing

/// A sentence-transformers' folder: the tiny BERT with the modules of a case under Fixtures/sentence.
final class SentenceFolder {
  let path: String
  let bert: ReferenceModel

  /// `encoder`: the folder of the encoder within; empty for the top.
  init(_ name: String, encoder: String = "") throws {
    bert = try ReferenceModel("bert")
    path = NSTemporaryDirectory() + "firn-sentence-\(UUID().uuidString)"
    let fixtures = try #require(Bundle.module.resourcePath) + "/Fixtures"
    let files = FileManager.default
    try files.copyItem(atPath: "\(fixtures)/sentence/\(name)", toPath: path)
    try files.createDirectory(atPath: "\(path)/\(encoder)", withIntermediateDirectories: true)
    for file in ["config.json", "model.safetensors"] {
      try files.copyItem(atPath: "\(fixtures)/bert/\(file)", toPath: "\(path)/\(encoder)/\(file)")
    }
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func folder() throws -> ModelFolder {
    try ModelFolder(path, hub: HubCache(folder: "/nonexistent"))
  }

  /// The vectors of the folder's own view of the last layer.
  func vectors(skipped: Int = 0) throws -> Matrix {
    let folder = try folder()
    let encoder = try EncoderLoader.load(folder, Numerics(kernels: .selected()))
    let plan = try #require(try folder.declaredPooling())
    let views = [FeatureKey(layer: encoder.layerCount, pooling: plan)]
    let extractor = FeatureExtractor(
      encoder: encoder, projection: try .load(for: views, of: encoder, folder), keys: views,
      normalize: false, skipped: skipped, threads: 2, longest: bert.longest)
    return try extractor.extract(bert.batch)[0]
  }

  func expected() throws -> [Float] {
    try SafetensorsFile(path: path + "/expected.safetensors").floats("vectors")
  }

  func replace(_ text: String, by other: String, in file: String) throws {
    let old = try String(contentsOfFile: "\(path)/\(file)", encoding: .utf8)
    try #require(old.contains(text))
    let new = old.replacingOccurrences(of: text, with: other)
    try Data(new.utf8).write(to: URL(fileURLWithPath: "\(path)/\(file)"))
  }
}

struct SentenceModuleTests {
  /// Three layers and two products of float32 sums in another order: 1e-5 leaves 80 ulps.
  private static let tolerance: Float = 1e-5

  @Test(arguments: [
    ("joined", "max+mean"), ("flags", "cls+mean"), ("dense-tanh", "mean.dense"),
    ("dense-relu", "mean.dense"), ("dense-gelu", "mean.dense"), ("dense-sigmoid", "mean.dense"),
    ("dense-silu", "mean.dense"), ("dense-identity", "mean.dense"),
    ("dense-several", "mean+cls.dense"),
  ])
  func vectorsEqualSentenceTransformers(name: String, view: String) throws {
    let sentence = try SentenceFolder(name)
    #expect(try sentence.folder().declaredPooling()?.description == view)
    let found = try sentence.vectors()
    let expected = try sentence.expected()
    try #require(found.storage.count == expected.count)
    #expect(zip(found.storage, expected).allSatisfy { abs($0 - $1) < Self.tolerance })
  }

  @Test(arguments: ["prompt", "prompt-first"])
  func promptTakesNoPart(name: String) throws {
    let sentence = try SentenceFolder(name)
    #expect(try !sentence.folder().poolsPrompt())
    let skipped = 3
    let found = try sentence.vectors(skipped: skipped)
    let expected = try sentence.expected()
    let batch = sentence.bert.batch
    for row in 0..<batch.count {
      let values = expected[row * found.columns..<(row + 1) * found.columns]
      if batch.range(row).count > skipped {
        #expect(zip(found[row: row], values).allSatisfy { abs($0 - $1) < Self.tolerance })
      } else {
        #expect(found[row: row].allSatisfy { $0 == 0 })
      }
    }
  }

  /// As sentence-transformers before 1.0 wrote it.
  @Test func encoderInAModulesFolder() throws {
    let top = try SentenceFolder("dense-tanh")
    let inside = try SentenceFolder("dense-tanh", encoder: "0_Transformer")
    try inside.replace("\"path\": \"\"", by: "\"path\": \"0_Transformer\"", in: "modules.json")
    #expect(try inside.vectors() == top.vectors())
    #expect(try inside.folder().name == (inside.path as NSString).lastPathComponent)
  }

  /// Two calls, two batch sizes: a projected row does not depend on its neighbours either.
  @Test func projectedRowsAreTheSameAlone() throws {
    let sentence = try SentenceFolder("dense-several")
    let all = try sentence.vectors()
    let folder = try sentence.folder()
    let encoder = try EncoderLoader.load(folder, Numerics(kernels: .selected()))
    let views = [
      FeatureKey(layer: 2, pooling: try #require(PoolingPlan(name: "mean+cls.dense")))
    ]
    let extractor = FeatureExtractor(
      encoder: encoder, projection: try .load(for: views, of: encoder, folder), keys: views,
      normalize: false, threads: 1, longest: 40)
    for row in 0..<all.rows {
      let range = sentence.bert.batch.range(row)
      var alone = TokenBatch()
      alone.append(ids: sentence.bert.batch.ids[range], types: sentence.bert.batch.types[range])
      #expect(try extractor.extract(alone)[0].storage == Array(all[row: row]))
    }
  }

  @Test func digestCoversDenseModulesAlone() throws {
    // Held: a folder goes with its object.
    let (dense, joined) = (try SentenceFolder("dense-tanh"), try SentenceFolder("joined"))
    let files = try dense.folder().definingFiles()
    #expect(
      files.map { ($0 as NSString).lastPathComponent } == [
        "config.json", "model.safetensors", "modules.json", "config.json", "model.safetensors",
      ])
    #expect(try joined.folder().definingFiles().count == 2)
  }

  @Test(arguments: [
    (#""torch.nn.modules.activation.Tanh""#, #""torch.nn.Mish""#, "activation_function"),
    (#""torch.nn.modules.activation.Tanh""#, #""mine.Tanh""#, "activation_function"),
    (#""in_features": 24"#, #""in_features": 25"#, "in_features"),
    (
      #""module_input_name": "sentence_embedding""#, #""module_input_name": "token_embeddings""#,
      "module_input_name"
    ),
  ])
  func refusesDenseSettings(text: String, other: String, key: String) throws {
    let sentence = try SentenceFolder("dense-tanh")
    try sentence.replace(text, by: other, in: "2_Dense/config.json")
    #expect {
      _ = try sentence.vectors()
    } throws: { error in
      switch error as? CheckpointError {
      case .unsupported(_, let found, _, _), .badValue(_, let found, _, _): found == key
      default: false
      }
    }
  }

  @Test func refusesOtherModulesAndPoolings() throws {
    let sentence = try SentenceFolder("dense-tanh")
    try sentence.replace("modules.dense.Dense", by: "modules.lstm.LSTM", in: "modules.json")
    #expect(
      throws: CheckpointError.unsupported(
        path: sentence.path + "/modules.json", key: "modules[2].type", value: "LSTM",
        supported: "Dense or Normalize or Dropout")
    ) { _ = try sentence.vectors() }
    let joined = try SentenceFolder("joined")
    try joined.replace("\"max\"", by: "\"median\"", in: "1_Pooling/config.json")
    #expect(throws: CheckpointError.self) { _ = try joined.folder().declaredPooling() }
    let pickle = try SentenceFolder("dense-tanh")
    try FileManager.default.moveItem(
      atPath: pickle.path + "/2_Dense/model.safetensors",
      toPath: pickle.path + "/2_Dense/pytorch_model.bin")
    #expect(
      throws: CheckpointError.foreignWeights(
        path: pickle.path + "/2_Dense/pytorch_model.bin", format: .pytorch)
    ) { _ = try pickle.vectors() }
  }

  @Test func namesOfViews() {
    let key = FeatureKey(path: "layers/12/mean+max.dense")
    #expect(key?.pooling == PoolingPlan([.mean, .max], isProjected: true))
    #expect(key?.description == "layers/12/mean+max.dense")
    for name in ["", "mean+", "mean+mean", ".dense", "mean.dens", "mean.dense.dense", "mean max"] {
      #expect(PoolingPlan(name: name) == nil, "\(name)")
    }
  }
}
