import Checkpoints
public import Contracts
import Digests
public import Encoders
import Foundation
public import Kernels

/// All that features depend on beside the texts: the `config` attribute of features.h5.
public struct EncodingSettings: Sendable, Equatable {
  public var modelSHA256: String
  public var tokenizerSHA256: String
  public var maxLength: Int
  public var views: [FeatureKey]
  public var normalize: Bool
  /// float32 or float16.
  public var dtype: String
  /// The arithmetic of the encoder's products.
  public var precision: Precision
  /// What the hidden states of every token are stored as, of the first view's layer: float32 or
  /// float16; nil where they are not stored.
  public var tokenFeatures: String?
  /// What is put before every text; empty for nothing.
  public var prompt: String
  /// How many of a text's first tokens pooling leaves out: the prompt's, where the model says so.
  public var skippedTokens: Int

  public init(
    modelSHA256: String, tokenizerSHA256: String, maxLength: Int, views: [FeatureKey],
    normalize: Bool, dtype: String, precision: Precision, tokenFeatures: String? = nil,
    prompt: String = "", skippedTokens: Int = 0
  ) {
    self.modelSHA256 = modelSHA256
    self.tokenizerSHA256 = tokenizerSHA256
    self.maxLength = maxLength
    self.views = views
    self.normalize = normalize
    self.dtype = dtype
    self.precision = precision
    self.tokenFeatures = tokenFeatures
    self.prompt = prompt
    self.skippedTokens = skippedTokens
  }

  /// The layer of the tokens' own hidden states; nil where they are not stored.
  public var tokenLayer: Int? { tokenFeatures == nil ? nil : views.first?.layer }

  /// Canonical JSON.
  public var config: String {
    var values: [String: JSONValue] = [
      "model_sha256": .string(modelSHA256), "tokenizer_sha256": .string(tokenizerSHA256),
      "max_length": .integer(maxLength), "views": .strings(views.map(\.description)),
      "normalize": .bool(normalize), "dtype": .string(dtype),
      "precision": .string(precision.rawValue),
    ]
    // Left out where there are none: files from before are up to date.
    if let tokenFeatures { values["token_features"] = .string(tokenFeatures) }
    if !prompt.isEmpty { values["prompt"] = .string(prompt) }
    if skippedTokens > 0 { values["skipped_tokens"] = .integer(skippedTokens) }
    return JSONValue.object(values).text
  }

  public var configSHA256: String { SHA256Digest(of: config).description }

  /// Reads canonical JSON back; nil when it is not of this form.
  public init?(config: String) {
    struct Stored: Decodable {
      let model_sha256: String
      let tokenizer_sha256: String
      let max_length: Int
      let views: [String]
      let normalize: Bool
      let dtype: String
      /// Firn 0.1 had float32 only and did not write it.
      let precision: String?
      let token_features: String?
      let prompt: String?
      let skipped_tokens: Int?
    }
    guard let stored = try? JSONDecoder().decode(Stored.self, from: Data(config.utf8)),
      let precision = Precision(rawValue: stored.precision ?? Precision.float32.rawValue)
    else { return nil }
    self.init(
      modelSHA256: stored.model_sha256, tokenizerSHA256: stored.tokenizer_sha256,
      maxLength: stored.max_length, views: stored.views.compactMap(FeatureKey.init(path:)),
      normalize: stored.normalize, dtype: stored.dtype, precision: precision,
      tokenFeatures: stored.token_features, prompt: stored.prompt ?? "",
      skippedTokens: stored.skipped_tokens ?? 0)
  }

  /// The layers that `--layers` names: `all`, or numbers where -1 is the last.
  ///
  /// - Throws: ``StageError`` for a layer that the model does not have.
  public static func layers(
    _ option: String, of encoder: any Encoder, model: String
  ) throws(StageError) -> [Int] {
    let count = encoder.layerCount
    if option == "all" { return Array(0...count) }
    var layers: [Int] = []
    for word in option.split(separator: ",") {
      guard let asked = Int(word.trimmingCharacters(in: .whitespaces)) else {
        throw .badOption(
          option: "--layers", value: String(word), expected: "numbers joined by commas, or 'all'")
      }
      let layer = asked < 0 ? asked + count + 1 : asked
      guard (0...count).contains(layer) else {
        throw .noSuchLayer(asked: asked, layers: count, model: model)
      }
      if !layers.contains(layer) { layers.append(layer) }
    }
    guard !layers.isEmpty else {
      throw .badOption(option: "--layers", value: option, expected: "at least one layer")
    }
    return layers
  }

  /// The poolings that `--pooling` names.
  ///
  /// - Throws: ``StageError`` for a name that is not a pooling's.
  public static func poolings(_ option: String) throws(StageError) -> [PoolingPlan] {
    var plans: [PoolingPlan] = []
    for word in option.split(separator: ",") {
      guard let plan = PoolingPlan(name: word.trimmingCharacters(in: .whitespaces)) else {
        throw .badOption(
          option: "--pooling", value: String(word),
          expected: Pooling.allCases.map(\.rawValue).joined(separator: ", ")
            + ", joined by commas, or by + into one vector")
      }
      if !plans.contains(plan) { plans.append(plan) }
    }
    guard !plans.isEmpty else {
      throw .badOption(option: "--pooling", value: option, expected: "at least one pooling")
    }
    return plans
  }
}
