import Checkpoints
import Contracts
import Encoders
import Foundation
import Kernels
import Safetensors
import Testing

/// The tiny BERT's checkpoint written in other forms that hubs hold.
final class RewrittenCheckpoint {
  let path: String
  let bert: ReferenceModel
  /// By name.
  var tensors: [String: (shape: [Int], values: [Float])] = [:]

  init() throws {
    bert = try ReferenceModel("bert")
    path = NSTemporaryDirectory() + "firn-checkpoint-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    try FileManager.default.copyItem(
      atPath: bert.folder.path + "/config.json", toPath: path + "/config.json")
    let file = try SafetensorsFile(path: bert.folder.path + "/model.safetensors")
    for name in file.names {
      tensors[name] = (try file.info(name).shape, try file.floats(name))
    }
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func rename(_ change: (String) -> String) {
    tensors = Dictionary(uniqueKeysWithValues: tensors.map { (change($0), $1) })
  }

  /// Writes tensors, all or those named, in a dtype.
  func write(
    _ file: String = "model.safetensors", _ dtype: String = "F32", only: [String]? = nil
  ) throws {
    var header: [String: Any] = [:]
    var content = Data()
    for (name, tensor) in tensors.sorted(by: { $0.key < $1.key })
    where only?.contains(name) ?? true {
      let start = content.count
      for value in tensor.values {
        switch dtype {
        case "F16": withUnsafeBytes(of: Float16(value)) { content.append(contentsOf: $0) }
        case "BF16":
          let bits = UInt16(truncatingIfNeeded: value.bitPattern >> 16)
          withUnsafeBytes(of: bits) { content.append(contentsOf: $0) }
        case "F64": withUnsafeBytes(of: Double(value)) { content.append(contentsOf: $0) }
        default: withUnsafeBytes(of: value) { content.append(contentsOf: $0) }
        }
      }
      header[name] = [
        "dtype": dtype, "shape": tensor.shape, "data_offsets": [start, content.count],
      ]
    }
    let json = try JSONSerialization.data(withJSONObject: header, options: .sortedKeys)
    let length = withUnsafeBytes(of: UInt64(json.count)) { Data($0) }
    try (length + json + content).write(to: URL(fileURLWithPath: path + "/" + file))
  }

  func text(_ text: String, to file: String) throws {
    try Data(text.utf8).write(to: URL(fileURLWithPath: path + "/" + file))
  }

  func folder() throws -> ModelFolder {
    try ModelFolder(path, hub: HubCache(folder: "/nonexistent"))
  }

  func features(_ folder: ModelFolder? = nil) throws -> [Float] {
    let encoder = try EncoderLoader.load(
      try folder ?? self.folder(), Numerics(kernels: .selected()))
    let extractor = FeatureExtractor(
      encoder: encoder, keys: [FeatureKey(layer: encoder.layerCount, pooling: .mean)],
      normalize: false, threads: 1, longest: bert.longest)
    return try extractor.extract(bert.batch)[0].storage
  }

  /// What the fixture itself gives.
  func reference() throws -> [Float] { try features(bert.folder) }
}

struct CheckpointFormTests {
  @Test(arguments: ["", "bert.", "model.", "0.auto_model.", "encoder.bert."])
  func prefixes(prefix: String) throws {
    let checkpoint = try RewrittenCheckpoint()
    checkpoint.rename { prefix + $0 }
    // A head beside the encoder is none of its business.
    checkpoint.tensors["cls.predictions.bias"] = ([3], [1, 2, 3])
    checkpoint.tensors["classifier.0.weight"] = ([1, 1], [1])
    try checkpoint.write()
    let folder = try checkpoint.folder()
    #expect(try checkpoint.features(folder) == checkpoint.reference())
    #expect(folder.unusedTensors.isEmpty)
  }

  @Test func oldNamesOfLayerNorm() throws {
    let checkpoint = try RewrittenCheckpoint()
    checkpoint.rename {
      $0.replacing("LayerNorm.weight", with: "LayerNorm.gamma")
        .replacing("LayerNorm.bias", with: "LayerNorm.beta")
    }
    try #require(checkpoint.tensors["embeddings.LayerNorm.gamma"] != nil)
    try checkpoint.write()
    #expect(try checkpoint.features() == checkpoint.reference())
  }

  /// float64 holds every float32; the halves hold what they are rounded to first.
  @Test(arguments: ["F32", "F64", "F16", "BF16"])
  func dtypes(dtype: String) throws {
    let checkpoint = try RewrittenCheckpoint()
    checkpoint.tensors = checkpoint.tensors.mapValues { tensor in
      let rounded = tensor.values.map { value in
        switch dtype {
        case "F16": Float(Float16(value))
        case "BF16": Float(bitPattern: value.bitPattern & 0xFFFF_0000)
        default: value
        }
      }
      return (tensor.shape, rounded)
    }
    try checkpoint.write()
    let expected = try checkpoint.features()
    try checkpoint.write("model.safetensors", dtype)
    #expect(try checkpoint.features() == expected)
    if dtype == "F64" { #expect(try expected == checkpoint.reference()) }
  }

  @Test func shards() throws {
    let checkpoint = try RewrittenCheckpoint()
    let names = checkpoint.tensors.keys.sorted()
    let half = names.count / 2
    try checkpoint.write("model-00001-of-00002.safetensors", only: Array(names[..<half]))
    try checkpoint.write("model-00002-of-00002.safetensors", only: Array(names[half...]))
    let map = names.enumerated().map { i, name in
      "\"\(name)\": \"model-0000\(i < half ? 1 : 2)-of-00002.safetensors\""
    }
    try checkpoint.text(
      "{\"metadata\": {}, \"weight_map\": {\(map.joined(separator: ", "))}}",
      to: "model.safetensors.index.json")
    #expect(try checkpoint.features() == checkpoint.reference())
    #expect(try checkpoint.folder().definingFiles().count == 3)
    let second = checkpoint.path + "/model-00002-of-00002.safetensors"
    try FileManager.default.removeItem(atPath: second)
    #expect(throws: CheckpointError.missingFile(path: second)) { _ = try checkpoint.features() }
  }

  @Test func whatIsMissingIsNamedTogether() throws {
    let checkpoint = try RewrittenCheckpoint()
    checkpoint.tensors["encoder.layer.0.output.dense.weight"] = nil
    checkpoint.tensors["encoder.layer.1.attention.self.key.bias"] = nil
    checkpoint.tensors["embeddings.LayerNorm.bias"]?.shape = [12, 2]
    try checkpoint.write()
    #expect(
      throws: CheckpointError.badTensors(
        path: checkpoint.path + "/model.safetensors",
        missing: [
          "encoder.layer.0.output.dense.weight", "encoder.layer.1.attention.self.key.bias",
        ].sorted(),
        misshapen: [
          .init(name: "embeddings.LayerNorm.bias", expected: [24], found: [12, 2])
        ])
    ) {
      do {
        _ = try checkpoint.features()
      } catch CheckpointError.badTensors(let path, let missing, let misshapen) {
        // The order is that of loading.
        throw CheckpointError.badTensors(
          path: path, missing: missing.sorted(), misshapen: misshapen)
      }
    }
  }

  /// A model of which config.json counts fewer layers than the weights hold: told, not refused.
  @Test func layersBeyondTheConfigAreNamed() throws {
    let checkpoint = try RewrittenCheckpoint()
    try checkpoint.write()
    let config = try String(contentsOfFile: checkpoint.path + "/config.json", encoding: .utf8)
    try checkpoint.text(
      config.replacing("\"num_hidden_layers\": 2", with: "\"num_hidden_layers\": 1"),
      to: "config.json")
    let folder = try checkpoint.folder()
    _ = try checkpoint.features(folder)
    let expected = checkpoint.tensors.keys.filter { $0.hasPrefix("encoder.layer.1.") }.sorted()
    #expect(folder.unusedTensors == expected)
  }

  @Test(arguments: ForeignWeights.allCases)
  func otherFormats(format: ForeignWeights) throws {
    let checkpoint = try RewrittenCheckpoint()
    try checkpoint.text("", to: format.rawValue)
    #expect(
      throws: CheckpointError.foreignWeights(
        path: checkpoint.path + "/" + format.rawValue, format: format)
    ) { _ = try checkpoint.features() }
  }
}
