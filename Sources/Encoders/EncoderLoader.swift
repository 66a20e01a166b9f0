public import Checkpoints
import Kernels

/// The architectures that Firn has, by config.json's `model_type`.
public enum EncoderLoader {
  private static let architectures: [any Architecture.Type] = [
    Bert.self, DistilBert.self, Roberta.self, Electra.self, Albert.self, MPNet.self, GPT2.self,
    OpenAIGPT.self, T5.self, ModernBert.self, DebertaV2.self, XLNet.self,
  ]

  /// Every `model_type` that ``load(_:_:)`` knows.
  public static let modelTypes = architectures.flatMap { $0.modelTypes }

  /// Loads a folder's encoder.
  ///
  /// - Throws: `CheckpointError`.
  public static func load(
    _ folder: ModelFolder, _ numerics: Numerics
  ) throws(CheckpointError) -> any Encoder {
    try architecture(folder).load(folder, numerics)
  }

  /// The number of tokens that a text may have, from config.json alone; nil when nothing limits it.
  ///
  /// - Throws: `CheckpointError`.
  public static func maximumTokens(_ folder: ModelFolder) throws(CheckpointError) -> Int? {
    try architecture(folder).maximumTokens(folder.config)
  }

  private static func architecture(
    _ folder: ModelFolder
  ) throws(CheckpointError) -> any Architecture.Type {
    let modelType = try folder.config.string("model_type")
    guard let found = architectures.first(where: { $0.modelTypes.contains(modelType) }) else {
      throw .unknownArchitecture(
        path: folder.config.path, modelType: modelType, known: modelTypes)
    }
    return found
  }
}

/// A family of encoders: what its config.json means and how its tensors are called.
protocol Architecture: Sendable {
  /// The `model_type`s of its config.json.
  static var modelTypes: [String] { get }

  /// The number of tokens that a text may have; nil when nothing limits it.
  static func maximumTokens(_ config: JSONFile) throws(CheckpointError) -> Int?

  /// Loads the encoder of a model folder; heads beside it are left alone.
  ///
  /// - Throws: ``CheckpointError``; missing and misshapen tensors are named together.
  static func load(
    _ folder: ModelFolder, _ numerics: Numerics
  ) throws(CheckpointError) -> any Encoder
}

extension JSONFile {
  /// Refuses another value than the one whose effect is computed; a missing one is that.
  func demand(_ key: String, _ value: Bool) throws(CheckpointError) {
    let found = try bool(key, default: value)
    guard found == value else {
      throw .unsupported(path: path, key: name(key), value: "\(found)", supported: "\(value)")
    }
  }

  /// Refuses another value than the one whose effect is computed; a missing one is that.
  func demand(_ key: String, _ value: String) throws(CheckpointError) {
    let found = try string(key, default: value)
    guard found == value else {
      throw .unsupported(path: path, key: name(key), value: found, supported: value)
    }
  }

  /// Refuses a number that does not divide `size`, which `whole` names.
  func demandDivisor(_ key: String, of whole: String, _ size: Int) throws(CheckpointError) {
    guard size % (try integer(key)) == 0 else { throw bad(key, "a divisor of \(whole) \(size)") }
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
