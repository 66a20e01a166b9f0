public import Contracts
import Foundation

/// A model on this machine: config.json, the weights and the tokenizer in one folder.
public struct ModelFolder: Sendable {
  /// The name for reports and files: the hub id, or the folder's own name. Never a path.
  public let name: String
  /// Where the folder lies.
  public let path: String
  /// config.json.
  public let config: JSONFile

  /// Finds MODEL: a local folder first, then a hub id in the cache. Never touches the network.
  ///
  /// - Throws: ``CheckpointError`` when there is none, or its config.json cannot be read.
  public init(_ model: String, hub: HubCache) throws(CheckpointError) {
    var isFolder: ObjCBool = false
    if FileManager.default.fileExists(atPath: model, isDirectory: &isFolder), isFolder.boolValue {
      path = model
      let real = URL(fileURLWithPath: model).standardizedFileURL
      name = real.lastPathComponent
    } else if let snapshot = hub.snapshot(of: model) {
      path = snapshot
      name = model
    } else {
      throw .noSuchModel(
        model: model,
        lookedIn: [model] + (HubCache.isHubID(model) ? [hub.folder] : []))
    }
    config = try JSONFile(path: path + "/config.json")
  }

  /// The path of a file of this folder.
  public func file(_ name: String) -> String { path + "/" + name }

  /// Whether a file is there.
  public func has(_ name: String) -> Bool { FileManager.default.fileExists(atPath: file(name)) }

  /// The files that hold the weights, in the order of their names.
  ///
  /// - Throws: ``CheckpointError`` when there are none, or only pickled ones.
  public func weightFiles() throws(CheckpointError) -> [String] {
    if has("model.safetensors") { return [file("model.safetensors")] }
    let index = "model.safetensors.index.json"
    if has(index) {
      let shards = Set(try JSONFile(path: file(index)).strings(in: "weight_map").values)
      for shard in shards where shard.contains("/") || !has(shard) {
        throw .missingFile(path: file(shard))
      }
      return shards.sorted().map(file)
    }
    if has("pytorch_model.bin") { throw .pickledWeights(path: file("pytorch_model.bin")) }
    throw .missingFile(path: file("model.safetensors"))
  }

  /// The files that the hidden states depend on: config.json and the weights.
  public func definingFiles() throws(CheckpointError) -> [String] {
    [config.path] + (try weightFiles())
  }

  /// The max-length that sentence-transformers would use (sentence_bert_config.json).
  public func sentenceMaxLength() throws(CheckpointError) -> Int? {
    guard has("sentence_bert_config.json") else { return nil }
    let file = try JSONFile(path: file("sentence_bert_config.json"))
    return file.has("max_seq_length") ? try file.integer("max_seq_length") : nil
  }

  /// The modules that sentence-transformers would run (modules.json); empty without that file.
  public func sentenceModules() throws(CheckpointError) -> [SentenceModule] {
    guard has("modules.json") else { return [] }
    return try SentenceModule.read(file("modules.json"))
  }

  /// The poolings that the folder's own 1_Pooling asks for; nil when it says nothing.
  ///
  /// - Throws: ``CheckpointError`` when it asks for a pooling that Firn does not have.
  public func declaredPoolings() throws(CheckpointError) -> [Pooling]? {
    let module = try sentenceModules().first { $0.kind == "Pooling" }
    guard let folder = module?.path ?? (has("1_Pooling/config.json") ? "1_Pooling" : nil) else {
      return nil
    }
    let config = try JSONFile(path: file(folder + "/config.json"))
    let flags: [(key: String, pooling: Pooling)] = [
      ("pooling_mode_cls_token", .cls), ("pooling_mode_max_tokens", .max),
      ("pooling_mode_mean_tokens", .mean),
      ("pooling_mode_mean_sqrt_len_tokens", .meanSqrtLenTokens),
      ("pooling_mode_weightedmean_tokens", .weightedMean), ("pooling_mode_lasttoken", .lastToken),
    ]
    var poolings: [Pooling] = []
    for flag in flags where try config.bool(flag.key, default: false) {
      poolings.append(flag.pooling)
    }
    if poolings.isEmpty, config.has("pooling_mode") {
      let name = try config.string("pooling_mode")
      guard let pooling = Pooling(rawValue: name) else {
        throw .unsupported(
          path: config.path, key: "pooling_mode", value: name,
          supported: Pooling.allCases.map(\.rawValue).joined(separator: ", "))
      }
      poolings = [pooling]
    }
    return poolings.isEmpty ? nil : poolings
  }
}

/// One entry of sentence-transformers' modules.json.
public struct SentenceModule: Sendable, Equatable {
  /// The class without its package: Transformer, Pooling, Dense, Normalize.
  public let kind: String
  /// The module's folder, relative to the model's.
  public let path: String

  static func read(_ path: String) throws(CheckpointError) -> [SentenceModule] {
    struct Entry: Decodable {
      let path: String
      let type: String
    }
    do {
      let data = try Data(contentsOf: URL(fileURLWithPath: path))
      return try JSONDecoder().decode([Entry].self, from: data).map {
        SentenceModule(kind: String($0.type.split(separator: ".").last ?? ""), path: $0.path)
      }
    } catch {
      throw .notJSON(path: path, reason: "it is not a list of modules with path and type")
    }
  }
}
