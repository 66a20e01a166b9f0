/// Where a head's features came from: features.h5's attributes and the view that was taken.
///
/// Prediction compares it with what it is about to feed the head.
public struct FeatureProvenance: Sendable, Equatable, Codable {
  /// The dataset in features.h5: `layers/6/mean`.
  public var view: String
  public var model: String
  public var modelSHA256: String
  public var tokenizerSHA256: String
  /// The canonical JSON of all that the numbers depend on.
  public var config: String
  public var configSHA256: String
  /// Tokens a text, special ones included.
  public var maxLength: Int

  public init(
    view: String, model: String, modelSHA256: String, tokenizerSHA256: String, config: String,
    configSHA256: String, maxLength: Int
  ) {
    self.view = view
    self.model = model
    self.modelSHA256 = modelSHA256
    self.tokenizerSHA256 = tokenizerSHA256
    self.config = config
    self.configSHA256 = configSHA256
    self.maxLength = maxLength
  }

  enum CodingKeys: String, CodingKey {
    case view, model, config
    case modelSHA256 = "model_sha256"
    case tokenizerSHA256 = "tokenizer_sha256"
    case configSHA256 = "config_sha256"
    case maxLength = "max_length"
  }
}
