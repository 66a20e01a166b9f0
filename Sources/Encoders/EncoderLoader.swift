public import Checkpoints
public import Kernels

/// The architectures that Firn has, by config.json's `model_type`.
public enum EncoderLoader {
  /// Every `model_type` that ``load(_:kernels:)`` knows.
  public static let modelTypes = ["bert"]

  /// Loads a folder's encoder.
  ///
  /// - Throws: ``CheckpointError``.
  public static func load(
    _ folder: ModelFolder, kernels: KernelSet
  ) throws(CheckpointError) -> any Encoder {
    switch try modelType(folder) {
    case "bert": try Bert(folder, kernels: kernels)
    case let other: throw unknown(other, folder)
    }
  }

  /// The number of tokens that a text may have, from config.json alone; nil when nothing limits it.
  ///
  /// - Throws: ``CheckpointError``.
  public static func maximumTokens(_ folder: ModelFolder) throws(CheckpointError) -> Int? {
    switch try modelType(folder) {
    case "bert": try BertConfig(folder.config).maxPositionEmbeddings
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
