/// A dense float32 matrix, row-major: element (r, c) is `storage[r * columns + c]`.
public struct Matrix: Sendable, Equatable {
  public let rows: Int
  public let columns: Int
  /// `rows * columns` values, one row after the other.
  public var storage: [Float]

  /// A matrix over existing values.
  ///
  /// - Precondition: `storage.count == rows * columns`.
  public init(rows: Int, columns: Int, storage: [Float]) {
    precondition(
      storage.count == rows * columns,
      "a \(rows) x \(columns) matrix needs \(rows * columns) values, not \(storage.count)")
    self.rows = rows
    self.columns = columns
    self.storage = storage
  }

  /// A matrix of zeros.
  public init(rows: Int, columns: Int) {
    self.init(rows: rows, columns: columns, storage: [Float](repeating: 0, count: rows * columns))
  }

  /// Row `r` as a slice of the storage.
  public subscript(row r: Int) -> ArraySlice<Float> {
    storage[r * columns..<(r + 1) * columns]
  }

  /// The rows named by `indices`, in that order.
  public func rows(at indices: some Collection<Int>) -> Matrix {
    var picked: [Float] = []
    picked.reserveCapacity(indices.count * columns)
    for index in indices { picked.append(contentsOf: self[row: index]) }
    return Matrix(rows: indices.count, columns: columns, storage: picked)
  }
}
