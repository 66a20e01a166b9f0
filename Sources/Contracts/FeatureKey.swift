/// One view of the encoder: a layer's hidden states under a pooling.
///
/// Its description, `layers/<k>/<pooling>`, is the dataset's path in features.h5.
public struct FeatureKey: Hashable, Sendable, CustomStringConvertible {
  /// The layer as transformers' `hidden_states` counts it: 0 is the embedding output.
  public let layer: Int
  public let pooling: PoolingPlan

  public init(layer: Int, pooling: PoolingPlan) {
    self.layer = layer
    self.pooling = pooling
  }

  /// One pooling alone.
  public init(layer: Int, pooling: Pooling) {
    self.init(layer: layer, pooling: PoolingPlan([pooling]))
  }

  /// Reads `layers/<k>/<pooling>`; nil when it is not of that form.
  public init?(path: String) {
    let parts = path.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 3, parts[0] == "layers", let layer = Int(parts[1]), layer >= 0,
      let pooling = PoolingPlan(name: String(parts[2]))
    else { return nil }
    self.init(layer: layer, pooling: pooling)
  }

  public var description: String { "layers/\(layer)/\(pooling)" }
}
