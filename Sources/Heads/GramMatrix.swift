import Kernels

/// XᵀX over the rows of blocks, in float64.
enum GramMatrix {
  /// Blocks of rows that are one product: 2048 rows.
  static let chunkBlocks = 8
  // Columns of the result that a thread takes at a time.
  private static let strip = 48

  /// The lower triangle of XᵀX, X [rows, columns] being the rows after `prepare`: [columns,
  /// columns], row-major. The same bits for any number of threads, streamed or in memory.
  ///
  /// `prepare`: changes one row, [columns] with its one at the end, in place.
  ///
  /// - Throws: what the rows' medium throws.
  /// - Complexity: rows · columns² multiplications.
  static func lowerTriangle(
    _ blocks: RowBlocks, threads: Int,
    _ prepare: (_ row: Int, _ values: UnsafeMutablePointer<Double>) -> Void
  ) throws -> [Double] {
    let columns = blocks.columns
    var matrix = [Double](repeating: 0, count: columns * columns)
    try forEachChunk(blocks, threads: threads, prepare) { x, rows in
      matrix.withUnsafeMutableBufferPointer { matrix in
        guard let target = matrix.baseAddress else { return }
        Parallel.forEach((columns + strip - 1) / strip, threads: threads) { index in
          let begin = index * strip
          let height = min(strip, columns - begin)
          DoubleGemm.multiply(
            m: height, n: begin + height, k: rows,
            .init(x + begin, stride: columns, transposed: true), .init(x, stride: columns), beta: 1,
            into: target + begin * columns, stride: columns)
        }
      }
    }
    return matrix
  }

  /// Calls `body` with chunks of prepared rows [rows, columns], in order.
  ///
  /// - Throws: what the rows' medium throws.
  static func forEachChunk(
    _ blocks: RowBlocks, threads: Int,
    _ prepare: (_ row: Int, _ values: UnsafeMutablePointer<Double>) -> Void,
    _ body: (_ x: UnsafePointer<Double>, _ rows: Int) -> Void
  ) throws {
    let columns = blocks.columns
    let capacity = min(chunkBlocks, blocks.count) * RowBlocks.blockRows
    var chunk = [Double](repeating: 0, count: capacity * columns)
    try blocks.forEachWindow { window in
      for begin in stride(
        from: window.blocks.lowerBound, to: window.blocks.upperBound, by: chunkBlocks)
      {
        let range = begin..<min(begin + chunkBlocks, window.blocks.upperBound)
        let first = blocks.rows(begin).lowerBound
        chunk.withUnsafeMutableBufferPointer { chunk in
          guard let x = chunk.baseAddress else { return }
          Parallel.forEach(range.count, threads: threads) { index in
            let rows = blocks.rows(begin + index)
            let values = x + (rows.lowerBound - first) * columns
            blocks.doubles(begin + index, of: window, into: values)
            for (i, row) in rows.enumerated() { prepare(row, values + i * columns) }
          }
          body(x, blocks.rows(range.upperBound - 1).upperBound - first)
        }
      }
    }
  }
}
