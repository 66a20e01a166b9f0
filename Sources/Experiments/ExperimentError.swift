/// What a learner cannot learn from, beyond what heads refuse.
public enum ExperimentError: Error, Sendable, Equatable {
  /// The training texts have no term that is frequent enough.
  case noTerms
}
