/// A line of history.csv: a training's state after a step.
public struct HistoryRecord: Sendable, Equatable {
  /// The iteration or the epoch, from 1.
  public var step: Int
  /// The mean objective on the rows learned from.
  public var loss: Double
  /// nil where there is no such thing.
  public var learningRate: Double?
  /// Metrics of the validation rows, by name; empty where they were not looked at.
  public var validation: [String: Double]

  public init(
    step: Int, loss: Double, learningRate: Double? = nil, validation: [String: Double] = [:]
  ) {
    self.step = step
    self.loss = loss
    self.learningRate = learningRate
    self.validation = validation
  }
}
