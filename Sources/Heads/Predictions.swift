public import Contracts

/// What a head says of rows, of one kind with their labels.
public enum Predictions: Sendable {
  /// One class a row: [rows, classes], each row's sum is 1.
  case classes(ClassProbabilities)
  /// Any number of labels a row: [rows, labels], each a probability of its own.
  case sets(ClassProbabilities)
  /// A number a row: [rows].
  case numbers([Double])

  /// The number of rows.
  public var count: Int {
    switch self {
    case .classes(let probabilities), .sets(let probabilities): probabilities.rows
    case .numbers(let numbers): numbers.count
    }
  }

  /// The predictions for the rows named by `indices`, in that order.
  public func rows(at indices: some Collection<Int>) -> Predictions {
    switch self {
    case .classes(let probabilities): .classes(probabilities.rows(at: indices))
    case .sets(let probabilities): .sets(probabilities.rows(at: indices))
    case .numbers(let numbers): .numbers(indices.map { numbers[$0] })
    }
  }
}

extension ClassProbabilities {
  /// The labels of each row that are more probable than not: above 0.5, as scikit-learn's
  /// OneVsRestClassifier decides.
  public var labelSets: LabelSets {
    LabelSets(rows: rows, labelCount: classCount, values: values.map { $0 > 0.5 ? 1 : 0 })
  }

  /// The rows named by `indices`, in that order.
  public func rows(at indices: some Collection<Int>) -> ClassProbabilities {
    var picked: [Double] = []
    picked.reserveCapacity(indices.count * classCount)
    for row in indices { picked += self[row: row] }
    return ClassProbabilities(rows: indices.count, classCount: classCount, values: picked)
  }
}
