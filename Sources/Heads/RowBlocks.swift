import Contracts

/// Float32 rows as blocks, standardized: in float32, or in float64 with a column of ones at the end.
///
/// The column makes the intercept a weight like the others, in sums of products of columns.
struct RowBlocks: Sendable {
  enum Rows: Sendable {
    /// All rows of a matrix, or those with the indices.
    case memory(Matrix, at: [Int]?)
    case stream(any FeatureSource)
  }

  /// Rows of a full block. 256 rows of 384 features are 0.8 MB in float64: the backward product
  /// finds in the cache what the forward one read.
  static let blockRows = 256

  let rows: Rows
  let standardization: Standardization?
  let rowCount: Int
  let width: Int

  init(_ rows: Rows, standardization: Standardization?) {
    self.rows = rows
    self.standardization = standardization
    switch rows {
    case .memory(let matrix, let indices):
      rowCount = indices?.count ?? matrix.rows
      width = matrix.columns
    case .stream(let source):
      rowCount = source.count
      width = source.width
    }
  }

  /// Feature columns and the one of ones.
  var columns: Int { width + 1 }
  var count: Int { (rowCount + Self.blockRows - 1) / Self.blockRows }

  /// The rows of block `index`.
  func rows(_ index: Int) -> Range<Int> {
    index * Self.blockRows..<min((index + 1) * Self.blockRows, rowCount)
  }

  // MARK: - Windows

  /// Neighbouring blocks that are in memory at a time.
  struct Window {
    let blocks: Range<Int>
    fileprivate let first: Int
    fileprivate let indices: [Int]?
    fileprivate let base: UnsafePointer<Float>
    fileprivate let width: Int

    /// Row `row` of the whole: [width].
    func row(_ row: Int) -> UnsafePointer<Float> {
      base + (indices?[row] ?? row - first) * width
    }
  }

  /// Calls `body` for all blocks, in windows in their order: one where all rows are in memory.
  ///
  /// - Throws: what the medium or `body` throws.
  func forEachWindow(_ body: (Window) throws -> Void) throws {
    switch rows {
    case .memory(let matrix, let indices):
      try matrix.storage.withUnsafeBufferPointer { storage in
        guard let base = storage.baseAddress else { return }
        try body(
          Window(blocks: 0..<count, first: 0, indices: indices, base: base, width: width))
      }
    case .stream(let source):
      // 16 MB: small beside any model's memory, large beside a chunk of a file. Whole chunks of a
      // Gram matrix, so that its sums are those of rows in memory.
      let chunk = GramMatrix.chunkBlocks
      let blocks = max(1, (1 << 22) / (Self.blockRows * width * chunk)) * chunk
      try ReadAhead(source, rowsPerRead: blocks * Self.blockRows).forEach { positions, base in
        let first = positions.lowerBound / Self.blockRows
        let end = (positions.upperBound + Self.blockRows - 1) / Self.blockRows
        try body(
          Window(
            blocks: first..<end, first: positions.lowerBound, indices: nil, base: base,
            width: width))
      }
    }
  }

  /// Calls `body` for all blocks at once.
  ///
  /// - Precondition: the rows are in memory.
  func withRowsInMemory(_ body: (Window) -> Void) {
    guard case .memory = rows else { preconditionFailure("the rows are not in memory") }
    do {
      try forEachWindow(body)
    } catch {
      preconditionFailure("memory cannot fail to be read: \(error)")
    }
  }

  /// The rows of block `index` in float32 [rows, width]: where they lie, or put into `scratch`.
  func floats(
    _ index: Int, of window: Window, scratch: UnsafeMutablePointer<Float>
  ) -> UnsafePointer<Float> {
    let rows = rows(index)
    if standardization == nil && window.indices == nil { return window.row(rows.lowerBound) }
    for (i, row) in rows.enumerated() {
      let (source, target) = (window.row(row), scratch + i * width)
      if let standardization {
        standardization.mean.withUnsafeBufferPointer { mean in
          standardization.scale.withUnsafeBufferPointer { scale in
            for c in 0..<width { target[c] = Float((Double(source[c]) - mean[c]) / scale[c]) }
          }
        }
      } else {
        target.update(from: source, count: width)
      }
    }
    return UnsafePointer(scratch)
  }

  /// Writes the rows of block `index` in float64, each with its one: [rows, columns].
  func doubles(_ index: Int, of window: Window, into target: UnsafeMutablePointer<Double>) {
    for (i, row) in rows(index).enumerated() {
      load(window.row(row), into: target + i * columns)
    }
  }

  /// Writes one row in float64 with its one: [columns].
  private func load(_ source: UnsafePointer<Float>, into target: UnsafeMutablePointer<Double>) {
    if let standardization {
      standardization.mean.withUnsafeBufferPointer { mean in
        standardization.scale.withUnsafeBufferPointer { scale in
          for c in 0..<width { target[c] = (Double(source[c]) - mean[c]) / scale[c] }
        }
      }
    } else {
      for c in 0..<width { target[c] = Double(source[c]) }
    }
    target[width] = 1
  }

  // MARK: - Picking

  /// The rows at `positions`, not standardized: [positions, width].
  ///
  /// - Throws: what the medium throws.
  func picked(_ positions: [Int]) throws -> Matrix {
    switch rows {
    case .memory(let matrix, let indices):
      return matrix.rows(at: indices.map { indices in positions.map { indices[$0] } } ?? positions)
    case .stream(let source):
      return try SelectedRows(source, positions).loaded()
    }
  }

  /// Looks at every row.
  ///
  /// - Throws: `nonFiniteFeature` for the first NaN or infinity, or what the medium throws.
  func checkFinite(threads: Int) throws {
    let width = width
    try forEachWindow { window in
      // A sum of zeros unless a value is not finite, and one that vectorizes.
      var sums = [Float](repeating: 0, count: window.blocks.count)
      sums.withUnsafeMutableBufferPointer { sums in
        Parallel.forEach(sums.count, threads: threads) { index in
          for row in rows(window.blocks.lowerBound + index) {
            let values = window.row(row)
            var lanes = SIMD16<Float>.zero
            var column = 0
            while column + 16 <= width {
              let pointer = UnsafeRawPointer(values + column)
              lanes += pointer.loadUnaligned(as: SIMD16<Float>.self) * 0
              column += 16
            }
            while column < width {
              lanes[0] += values[column] * 0
              column += 1
            }
            sums[index] += lanes.sum()
          }
        }
      }
      guard let block = sums.firstIndex(where: { $0.isNaN }) else { return }
      for row in rows(window.blocks.lowerBound + block) {
        let values = window.row(row)
        for column in 0..<width where !values[column].isFinite {
          throw HeadError.nonFiniteFeature(row: row, column: column)
        }
      }
    }
  }
}
