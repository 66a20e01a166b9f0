public import Heads

/// What a head says of rows, of one kind with their labels.
public enum Predictions: Sendable {
  /// One class a row: [rows, classes], each row's sum is 1.
  case classes(ClassProbabilities)
  /// Any number of labels a row: [rows, labels], each a probability of its own.
  case sets(ClassProbabilities)
  /// A number a row: [rows].
  case numbers([Double])
}
