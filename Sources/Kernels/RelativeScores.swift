internal import CKernels

/// What distances and segments add to the scores of one head, as tables.
///
/// Columns stand in the order of distances, a key's place less its query's; in the table by key the other
/// way round.
public struct RelativeScores: Sendable {
  let byQuery: PackedMatrix?
  let byQueryBias: FloatBuffer?
  let byKey: PackedMatrix?
  let segment: FloatBuffer?
  let segmentBias: Float

  /// `byQuery`: [columns, headSize], what a query is multiplied by for each column.
  /// `byQueryBias`: [headSize], what the query is moved by before; only with `byQuery`.
  /// `byKey`: [columns, headSize], what a key is multiplied by, the last column first.
  /// `segment`: [headSize] each, what a query is multiplied by for keys of its own segment, and what it
  /// is moved by before; only with `byQuery`.
  public init(
    byQuery: FloatBuffer?, byQueryBias: [Float]? = nil, byKey: FloatBuffer? = nil,
    segment: (weight: [Float], bias: [Float])? = nil, columns: Int, headSize: Int,
    _ kernels: KernelSet
  ) {
    precondition(byQuery != nil || (byQueryBias == nil && segment == nil))
    func pack(_ table: FloatBuffer) -> PackedMatrix {
      precondition(table.count == columns * headSize)
      return kernels.pack(table.pointer, columns: columns, depth: headSize)
    }
    let byQuery = byQuery.map(pack)
    self.byQuery = byQuery
    self.byKey = byKey.map(pack)
    // (q + moved) . column = q . column + moved . column
    self.byQueryBias = byQueryBias.map { moved in
      // Whole panels of any set are read.
      let products = FloatBuffer(count: (columns + 31) / 32 * 32)
      if let byQuery { kernels.multiply(products.pointer, moved, byQuery, rows: 1) }
      return products
    }
    self.segment = segment.map { FloatBuffer($0.weight) }
    segmentBias = segment.map { zip($0.weight, $0.bias).reduce(0) { $0 + $1.0 * $1.1 } } ?? 0
  }
}

extension RelativeScores {
  /// The products with distances that a score has.
  public var terms: Int { (byQuery == nil ? 0 : 1) + (byKey == nil ? 0 : 1) }
}

/// The column of each distance, a key's place less its query's.
public struct DistanceColumns: Sendable {
  /// Of a table.
  public let count: Int
  /// The tokens that a text may have.
  public let longest: Int
  private let columns: [Int32]
  /// Distances up to this have a column each, side by side.
  private let straight: Int

  /// `columns`: of the distances 1 - longest ... longest - 1; they never fall.
  public init(_ columns: [Int], count: Int) {
    precondition(columns.count % 2 == 1 && columns.allSatisfy { 0..<count ~= $0 })
    precondition(zip(columns, columns.dropFirst()).allSatisfy(<=))
    self.count = count
    self.columns = columns.map(Int32.init)
    let middle = columns.count / 2
    longest = middle + 1
    straight =
      (1..<longest).first {
        columns[middle + $0] != columns[middle] + $0 || columns[middle - $0] != columns[middle] - $0
      }.map { $0 - 1 } ?? middle
  }

  /// The number of products of a query with a column that a text of `tokens` tokens has.
  public func products(tokens: Int) -> Int {
    let middle = longest - 1
    return (0..<tokens).reduce(0) {
      $0 + Int(columns[middle + tokens - 1 - $1] - columns[middle - $1]) + 1
    }
  }

  /// Calls `body` with the column of distance 0 among the others, and how many are straight.
  func withColumns(_ body: (UnsafePointer<Int32>, Int) -> Void) {
    columns.withUnsafeBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return }
      body(base + (longest - 1), straight)
    }
  }
}

extension KernelSet {
  /// What distances and segments add to the scaled scores of one head of one text.
  ///
  /// `bias`: [queries, ``relativeStride(tokens:)``], of which the rows' rests are scratch.
  /// `query`, `key`: [tokens, stride].
  /// `types`: the tokens' segments, [tokens].
  /// `scratch`: ``relativeScratch(tokens:columns:)`` floats.
  public func relative(
    _ bias: UnsafeMutablePointer<Float>, query: UnsafePointer<Float>, key: UnsafePointer<Float>,
    stride: Int, types: UnsafePointer<UInt8>?, tokens: Int, queries: Range<Int>, scale: Float,
    _ scores: RelativeScores, _ columns: DistanceColumns, headSize: Int,
    scratch: UnsafeMutablePointer<Float>
  ) {
    precondition(tokens <= columns.longest, "a text is longer than the table of distances")
    guard !queries.isEmpty else { return }
    columns.withColumns { column, straight in
      var task = firn_relative(
        bias: bias, query: query, key: key, stride: stride, tokens: tokens,
        first: queries.lowerBound, queries: queries.count, head_size: headSize, scale: scale,
        by_query: scores.byQuery.map { UnsafePointer($0.buffer.pointer) },
        by_query_bias: scores.byQueryBias.map { UnsafePointer($0.pointer) },
        by_key: scores.byKey.map { UnsafePointer($0.buffer.pointer) }, columns: columns.count,
        column: column, straight: straight, types: types,
        segment: scores.segment.map { UnsafePointer($0.pointer) },
        segment_bias: scores.segmentBias, scratch: scratch)
      table.pointee.relative(&task)
    }
  }

  /// Floats from one row to the next of what `relative` writes.
  public func relativeStride(tokens: Int) -> Int { firn_relative_stride(table, tokens) }

  /// Floats of scratch that it needs.
  public static func relativeScratch(tokens: Int, columns: Int) -> Int {
    firn_relative_scratch(tokens, columns)
  }
}
