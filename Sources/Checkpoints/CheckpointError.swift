public import Safetensors

/// What can be wrong with a model folder or the hub cache.
public enum CheckpointError: Error, Equatable {
  /// MODEL is neither a folder nor a hub id in the cache.
  case noSuchModel(model: String, lookedIn: [String])
  /// A file of the folder is missing.
  case missingFile(path: String)
  /// A file of the folder cannot be read.
  case unreadable(path: String, reason: String)
  /// Weights are there, but in another format than safetensors alone.
  case foreignWeights(path: String, format: ForeignWeights)
  /// Not JSON, or not an object.
  case notJSON(path: String, reason: String)
  /// A key of a JSON file is missing or of the wrong kind.
  case badValue(path: String, key: String, found: String?, expected: String)
  /// The architecture is not one of those that Firn has.
  case unknownArchitecture(path: String, modelType: String, known: [String])
  /// A setting whose effect Firn does not compute.
  case unsupported(path: String, key: String, value: String, supported: String)
  /// Tensors are missing or have the wrong shape; all of them together.
  case badTensors(path: String, missing: [String], misshapen: [MisshapenTensor])
  /// A projection was asked for, and the folder has no modules behind its pooling.
  case noProjection(path: String)
  /// The weights' file itself lies.
  case weights(SafetensorsError)

  /// A tensor whose shape is not what config.json asks for.
  public struct MisshapenTensor: Error, Equatable, Sendable {
    public let name: String
    public let expected: [Int]
    public let found: [Int]

    public init(name: String, expected: [Int], found: [Int]) {
      self.name = name
      self.expected = expected
      self.found = found
    }
  }
}
