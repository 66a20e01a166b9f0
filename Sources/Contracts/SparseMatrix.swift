/// A sparse float64 matrix in compressed rows (CSR): what a vectorizer of texts makes.
public struct SparseMatrix: Sendable, Equatable {
  public let rows: Int
  public let columns: Int
  /// Where each row's entries begin, and the end of the last: [rows + 1].
  public let rowStarts: [Int]
  /// The column of each entry, ascending within a row: [rowStarts.last].
  public let columnIndices: [Int32]
  /// [rowStarts.last].
  public var values: [Double]

  /// - Precondition: the starts ascend from 0 to the number of entries; columns ascend strictly
  ///   within each row and lie in `0..<columns`.
  public init(
    rows: Int, columns: Int, rowStarts: [Int], columnIndices: [Int32], values: [Double]
  ) {
    precondition(rowStarts.count == rows + 1 && rowStarts.first == 0)
    precondition(rowStarts.last == values.count && columnIndices.count == values.count)
    for row in 0..<rows {
      precondition(rowStarts[row] <= rowStarts[row + 1])
      var previous: Int32 = -1
      for entry in rowStarts[row]..<rowStarts[row + 1] {
        precondition(previous < columnIndices[entry] && Int(columnIndices[entry]) < columns)
        previous = columnIndices[entry]
      }
    }
    self.rows = rows
    self.columns = columns
    self.rowStarts = rowStarts
    self.columnIndices = columnIndices
    self.values = values
  }

  /// The entries of row `r`, as places in `columnIndices` and `values`.
  public func entries(ofRow r: Int) -> Range<Int> { rowStarts[r]..<rowStarts[r + 1] }

  /// The rows named by `indices`, in that order.
  public func rows(at indices: some Collection<Int>) -> SparseMatrix {
    var starts = [0]
    var picked: [Int32] = []
    var numbers: [Double] = []
    for row in indices {
      picked += columnIndices[entries(ofRow: row)]
      numbers += values[entries(ofRow: row)]
      starts.append(numbers.count)
    }
    return SparseMatrix(
      rows: indices.count, columns: columns, rowStarts: starts, columnIndices: picked,
      values: numbers)
  }

  /// Columns as rows: [columns, rows]. Each column's entries stand in the order of the rows.
  public func transposed() -> SparseMatrix {
    var starts = [Int](repeating: 0, count: columns + 1)
    for column in columnIndices { starts[Int(column) + 1] += 1 }
    for column in 0..<columns { starts[column + 1] += starts[column] }
    var next = starts
    var indices = [Int32](repeating: 0, count: values.count)
    var numbers = [Double](repeating: 0, count: values.count)
    for row in 0..<rows {
      for entry in entries(ofRow: row) {
        let column = Int(columnIndices[entry])
        indices[next[column]] = Int32(row)
        numbers[next[column]] = values[entry]
        next[column] += 1
      }
    }
    return SparseMatrix(
      rows: columns, columns: rows, rowStarts: starts, columnIndices: indices, values: numbers)
  }
}
