/// The probabilities of `classCount` classes for each of `rows` rows.
public struct ClassProbabilities: Sendable, Equatable {
  public let rows: Int
  public let classCount: Int
  /// [rows, classCount], row-major; each row of one class sums to 1 up to rounding.
  public let values: [Double]

  /// - Precondition: `values.count == rows * classCount`, `classCount` is positive.
  public init(rows: Int, classCount: Int, values: [Double]) {
    precondition(classCount > 0 && values.count == rows * classCount)
    self.rows = rows
    self.classCount = classCount
    self.values = values
  }

  /// The probabilities of row `r`: [classCount].
  public subscript(row r: Int) -> ArraySlice<Double> {
    values[r * classCount..<(r + 1) * classCount]
  }

  /// The most probable class of each row, of equal ones the lowest: [rows].
  public var classes: [Int] {
    (0..<rows).map { row in
      let probabilities = self[row: row]
      var best = probabilities.startIndex
      for index in probabilities.indices where probabilities[index] > probabilities[best] {
        best = index
      }
      return best - probabilities.startIndex
    }
  }
}
