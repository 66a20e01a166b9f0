/// What one text's hidden states become: one pooling or several side by side, and with a projection
/// what the model's own modules behind its pooling, such as 2_Dense, make of that.
///
/// The name is that of `--pooling` and the last part of a view's path: `mean`, `mean+max`,
/// `mean.dense`.
public struct PoolingPlan: Hashable, Sendable, CustomStringConvertible {
  /// At least one; their vectors are joined in this order.
  public let poolings: [Pooling]
  /// Whether the model's modules behind its pooling are run.
  public let isProjected: Bool

  private static let projection = ".dense"

  /// - Precondition: `poolings` is not empty.
  public init(_ poolings: [Pooling], isProjected: Bool = false) {
    precondition(!poolings.isEmpty, "at least one pooling")
    self.poolings = poolings
    self.isProjected = isProjected
  }

  /// Reads the name; nil when it is not of that form.
  public init?(name: String) {
    let isProjected = name.hasSuffix(Self.projection)
    let joined = isProjected ? String(name.dropLast(Self.projection.count)) : name
    let parts = joined.split(separator: "+", omittingEmptySubsequences: false)
    let poolings = parts.compactMap { Pooling(rawValue: String($0)) }
    guard poolings.count == parts.count, Set(poolings).count == poolings.count else { return nil }
    self.init(poolings, isProjected: isProjected)
  }

  public var description: String {
    poolings.map(\.rawValue).joined(separator: "+") + (isProjected ? Self.projection : "")
  }
}
