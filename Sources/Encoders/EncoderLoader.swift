public import Checkpoints
import Kernels

/// The architectures that Firn has, by config.json's `model_type`.
public enum EncoderLoader {
  /// Every `model_type` that ``load(_:_:)`` knows.
  public static let modelTypes = ["bert", "distilbert"]

  /// Loads a folder's encoder.
  ///
  /// - Throws: ``CheckpointError``.
  public static func load(
    _ folder: ModelFolder, _ numerics: Numerics
  ) throws(CheckpointError) -> any Encoder {
    switch try modelType(folder) {
    case "bert": try Bert(folder, numerics)
    case "distilbert": try DistilBert(folder, numerics)
    case let other: throw unknown(other, folder)
    }
  }

  /// The number of tokens that a text may have, from config.json alone; nil when nothing limits it.
  ///
  /// - Throws: ``CheckpointError``.
  public static func maximumTokens(_ folder: ModelFolder) throws(CheckpointError) -> Int? {
    switch try modelType(folder) {
    case "bert": try BertConfig(folder.config).maxPositionEmbeddings
    case "distilbert": try DistilBertConfig(folder.config).maxPositionEmbeddings
    case let other: throw unknown(other, folder)
    }
  }

  private static func modelType(_ folder: ModelFolder) throws(CheckpointError) -> String {
    try folder.config.string("model_type")
  }

  private static func unknown(_ modelType: String, _ folder: ModelFolder) -> CheckpointError {
    .unknownArchitecture(path: folder.config.path, modelType: modelType, known: modelTypes)
  }
}

extension Activation {
  /// The activation that config.json names.
  ///
  /// - Throws: ``CheckpointError`` for one that Firn does not have.
  init(_ config: JSONFile, key: String, default standard: String) throws(CheckpointError) {
    let name = try config.string(key, default: standard)
    guard let activation = Activation(rawValue: name) else {
      throw .unsupported(
        path: config.path, key: key, value: name,
        supported: Activation.allCases.map(\.rawValue).joined(separator: ", "))
    }
    self = activation
  }
}
