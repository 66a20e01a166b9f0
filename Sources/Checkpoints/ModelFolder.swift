import Foundation
import Synchronization

/// A model on this machine: config.json, the weights and the tokenizer in one folder.
public struct ModelFolder: Sendable {
  /// The name for reports and files: the hub id, or the folder's own name. Never a path.
  public let name: String
  /// Where config.json, the weights and the tokenizer lie: the folder itself, or for a
  /// sentence-transformers' folder with nothing at its top that of the first module.
  public let path: String
  /// The folder itself, where modules.json lies.
  public let root: String
  /// config.json.
  public let config: JSONFile
  let unused = UnusedTensors()

  /// Tensors of the encoder's layers that loading it had no use for, as config.json counts fewer.
  public var unusedTensors: [String] { unused.names.withLock { $0 } }

  /// Finds MODEL: a local folder first, then a hub id in the cache. Never touches the network.
  ///
  /// - Throws: ``CheckpointError`` when there is none, or its config.json cannot be read.
  public init(_ model: String, hub: HubCache) throws(CheckpointError) {
    var isFolder: ObjCBool = false
    if FileManager.default.fileExists(atPath: model, isDirectory: &isFolder), isFolder.boolValue {
      root = model
      let real = URL(fileURLWithPath: model).standardizedFileURL
      name = real.lastPathComponent
    } else if let snapshot = hub.snapshot(of: model) {
      root = snapshot
      name = model
    } else {
      throw .noSuchModel(
        model: model,
        lookedIn: [model] + (HubCache.isHubID(model) ? [hub.folder] : []))
    }
    path = try Self.encoderFolder(root)
    config = try JSONFile(path: path + "/config.json")
  }

  /// sentence-transformers before 1.0 wrote the encoder to 0_Transformer, as modules.json says.
  private static func encoderFolder(_ root: String) throws(CheckpointError) -> String {
    let modules = root + "/modules.json"
    guard !FileManager.default.fileExists(atPath: root + "/config.json"),
      FileManager.default.fileExists(atPath: modules)
    else { return root }
    let first = try SentenceModule.read(modules).first
    return first.map { $0.path.isEmpty ? root : root + "/" + $0.path } ?? root
  }

  /// The path of a file of this folder.
  public func file(_ name: String) -> String { path + "/" + name }

  /// Whether a file is there.
  public func has(_ name: String) -> Bool { FileManager.default.fileExists(atPath: file(name)) }

  /// The files that hold the weights, in the order of their names.
  ///
  /// - Throws: ``CheckpointError`` when there are none, or only those of another format.
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
    for format in ForeignWeights.allCases where has(format.rawValue) {
      throw .foreignWeights(path: file(format.rawValue), format: format)
    }
    throw .missingFile(path: file("model.safetensors"))
  }

  /// The files that features depend on: config.json and the weights, and those of modules that
  /// change vectors behind the pooling.
  public func definingFiles() throws(CheckpointError) -> [String] {
    [config.path] + (try weightFiles()) + projectionFiles()
  }
}

/// Weights in a format that Firn does not read, by the file's name.
public enum ForeignWeights: String, CaseIterable, Sendable {
  case pytorch = "pytorch_model.bin"
  case pytorchShards = "pytorch_model.bin.index.json"
  case tensorFlow = "tf_model.h5"
  case tensorFlowShards = "tf_model.h5.index.json"
  case flax = "flax_model.msgpack"
}
