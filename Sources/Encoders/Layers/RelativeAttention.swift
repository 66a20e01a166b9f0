import Checkpoints
import Contracts
import Kernels

/// Attention whose scores depend on the distance of query and key by products of their own: DeBERTa's and
/// XLNet's.
struct RelativeAttention: AttentionBlock {
  let shape: SelfAttention.Shape
  /// Query, key and value as one product.
  let qkv: Linear
  let output: Linear
  let distances: Distances

  /// What distances are to an attention.
  enum Distances: Sendable {
    /// Tables of each head, none where no term depends on distances.
    case fixed([RelativeScores], DistanceColumns)
    /// Tables that grow with the texts.
    case growing(GrowingDistances)

    /// Those for texts of up to `longest` tokens.
    func tables(longest: Int) -> ([RelativeScores], DistanceColumns) {
      switch self {
      case .fixed(let scores, let columns): (scores, columns)
      case .growing(let distances): distances.tables(longest: longest)
      }
    }

    /// The most columns that a table has for texts of up to `longest` tokens.
    func columns(longest: Int) -> Int {
      switch self {
      case .fixed(_, let columns): columns.count
      case .growing: GrowingDistances.columns(longest: longest)
      }
    }
  }

  /// Queries whose scores are made at a time: they and what they are made of stay in the second-level
  /// cache, and few columns are computed for neighbours alone.
  private static var queriesAtATime: Int { 128 }

  func flop(tokens: Int) -> Int {
    let products =
      switch distances {
      case .fixed(let scores, let columns):
        (scores.first?.terms ?? 0) * columns.products(tokens: tokens)
      case .growing: tokens * tokens
      }
    return 8 * shape.width * shape.inner * tokens
      + 4 * shape.inner * shape.reach.pairs(tokens: tokens) + 2 * shape.inner * products
  }

  func workspaceSizes(tokens: Int, longest: Int, _ numerics: Numerics) -> Workspace.Sizes {
    let stride = numerics.kernels.relativeStride(tokens: longest)
    return [
      .context: tokens * max(shape.inner, shape.width), .product: tokens * shape.width,
      .wide: tokens * 3 * shape.inner,
      .attention: max(
        KernelSet.attentionScratch(tokens: longest, headSize: shape.headSize),
        KernelSet.relativeScratch(tokens: longest, columns: distances.columns(longest: longest))),
      .bias: min(longest, Self.queriesAtATime) * stride,
      .operand: numerics.productScratch(rows: tokens, shape.width, shape.inner),
    ]
  }

  func callAsFunction(
    _ kernels: KernelSet, _ slice: TokenSlice, _ workspace: Workspace,
    _ input: UnsafePointer<Float>, only: TokenPlace?
  ) -> Int {
    let stride = 3 * shape.inner
    let context = workspace[.context]
    qkv(kernels, workspace[.wide], input, rows: slice.tokenCount, scratch: workspace[.operand])
    let longest = slice.texts.map { slice.range($0).count }.max() ?? 0
    let (scores, columns) = distances.tables(longest: longest)
    var rows = 0
    // A head's tables stay in the cache from text to text.
    for head in 0..<shape.heads {
      rows = slice.forEachText(only: only) { own, queries, to in
        var rest = queries
        while !rest.isEmpty {
          let some = rest.prefix(Self.queriesAtATime)
          attend(
            kernels, slice, workspace, own, head, queries: some,
            context + (to + some.lowerBound - queries.lowerBound) * shape.inner,
            stride: stride, scores.isEmpty ? nil : scores[head], columns)
          rest = rest.dropFirst(some.count)
        }
      }
    }
    slice.gather(workspace[.hidden], width: shape.width, only: only)
    output(kernels, workspace[.product], context, rows: rows, scratch: workspace[.operand])
    return rows
  }

  /// out [queries, inner]: one head of some queries of one text.
  private func attend(
    _ kernels: KernelSet, _ slice: TokenSlice, _ workspace: Workspace, _ own: Range<Int>,
    _ head: Int, queries: Range<Int>, _ out: UnsafeMutablePointer<Float>, stride: Int,
    _ scores: RelativeScores?, _ columns: DistanceColumns
  ) {
    let first = head * shape.headSize
    let query = workspace[.wide] + own.lowerBound * stride + first
    let key = query + shape.inner
    let scratch = workspace[.attention]
    var bias: AttentionBias?
    if let scores {
      let rowStride = kernels.relativeStride(tokens: own.count)
      slice.batch.types.withUnsafeBufferPointer { types in
        kernels.relative(
          workspace[.bias], query: query, key: key, stride: stride,
          types: types.baseAddress.map { $0 + (slice.start + own.lowerBound) },
          tokens: own.count, queries: queries, scale: shape.scale, scores, columns,
          headSize: shape.headSize, scratch: scratch)
      }
      bias = AttentionBias(
        workspace[.bias] - queries.lowerBound * rowStride, headStride: 0, rowStride: rowStride)
    }
    kernels.attention(
      out + first, outStride: shape.inner, query: query, key: key, value: key + shape.inner,
      stride: stride, tokens: own.count, queries: queries, heads: 1, headSize: shape.headSize,
      scale: shape.scale, bias: bias, reach: shape.reach, scratch: scratch)
  }
}

/// Tables of distances that are computed when a text is longer than all before, for the workers of an
/// encoder together.
///
/// Unchecked because the monitor guards what changes.
final class GrowingDistances: @unchecked Sendable {
  private let monitor = Monitor()
  private let make: @Sendable (_ longest: Int) -> [RelativeScores]
  private var scores: [RelativeScores] = []
  private var columnsOfAll = DistanceColumns([0], count: 1)

  /// `make`: the tables of each head for distances below `longest`, 2 * longest - 1 columns.
  init(_ make: @escaping @Sendable (_ longest: Int) -> [RelativeScores]) {
    self.make = make
  }

  /// For texts of up to `longest` tokens.
  func tables(longest: Int) -> ([RelativeScores], DistanceColumns) {
    monitor.withLock {
      if scores.isEmpty || columnsOfAll.longest < longest {
        let size = Self.size(longest: longest)
        scores = make(size)
        columnsOfAll = DistanceColumns(Array(0..<2 * size - 1), count: 2 * size - 1)
      }
      return (scores, columnsOfAll)
    }
  }

  /// The most columns that tables have while no text is longer than `longest`.
  static func columns(longest: Int) -> Int { 2 * size(longest: longest) - 1 }

  /// Doubled each time: what is computed again is never more than what is kept.
  private static func size(longest: Int) -> Int {
    var size = 64
    while size < longest { size *= 2 }
    return size
  }
}
