import Checkpoints
import Contracts
import Kernels

/// XLNet's attention (Yang et al. 2019, arXiv:1906.08237): to the score of a query and a key come those of
/// the query with the distance between the two, and with whether they are of one segment.
///
/// Source: `XLNetRelativeAttention` in `transformers/models/xlnet/modeling_xlnet.py`.
struct SegmentAttention: AttentionBlock {
  let shape: SelfAttention.Shape
  /// Its query has the bias `r_w_bias`.
  let qkv: Linear
  let output: Linear
  /// From sines and cosines of a distance to keys.
  let distance: Linear
  /// `r_r_bias - r_w_bias`, and `r_s_bias - r_w_bias`: [inner].
  let distanceBias: UnsafePointerBox
  let segmentBias: UnsafePointerBox
  /// [2, inner]: the same segment, another one.
  let segments: UnsafePointerBox

  /// The product with distances is one of places, not of tokens; it is counted as that of a text which
  /// fills its batch.
  var cost: EncoderCost {
    let scores = shape.reach == .causal ? 2 * shape.inner : 4 * shape.inner
    return EncoderCost(
      perToken: 12 * shape.width * shape.inner, perSquaredLength: scores + 4 * shape.inner)
  }

  func workspaceSizes(tokens: Int, longest: Int, _ numerics: Numerics) -> Workspace.Sizes {
    let places = max(2 * longest - 1, 0)
    return [
      .context: tokens * max(shape.inner, shape.width), .product: tokens * shape.width,
      .wide: tokens * 3 * shape.inner,
      .attention: KernelSet.attentionScratch(tokens: longest, headSize: shape.headSize),
      .bias: places * shape.inner + longest * shape.headSize + longest * places
        + numerics.kernels.packedSize(columns: places, depth: shape.headSize),
      .operand: numerics.productScratch(rows: max(tokens, places), shape.width, shape.inner),
    ]
  }

  func callAsFunction(
    _ kernels: KernelSet, _ slice: TokenSlice, _ workspace: Workspace,
    _ input: UnsafePointer<Float>, only: TokenPlace?
  ) -> Int {
    let (inner, headSize) = (shape.inner, shape.headSize)
    let stride = 3 * inner
    let context = workspace[.context]
    let operand = workspace[.operand]
    qkv(kernels, workspace[.wide], input, rows: slice.tokenCount, scratch: operand)

    // Keys of the distances that the longest text has, from the largest down: [2 * longest - 1, inner].
    let longest = slice.texts.map { slice.range($0).count }.max() ?? 0
    let places = max(2 * longest - 1, 0)
    let distances = workspace[.bias]
    let moved = distances + (2 * workspace.longest - 1) * inner
    let bias = moved + workspace.longest * headSize
    let packed = bias + workspace.longest * (2 * workspace.longest - 1)
    distance(
      kernels, distances, workspace[.positions] + (workspace.longest - longest) * shape.width,
      rows: places, scratch: operand)

    var rows = 0
    for head in 0..<shape.heads {
      let query = workspace[.wide] + head * headSize
      let key = query + inner
      rows = slice.forEachText(only: only) { own, queries, to in
        let n = own.count
        let first = own.lowerBound * stride
        // With no token there is nothing to see.
        guard n > 0 else { return }
        let width = 2 * n - 1
        move(query + first, stride: stride, rows: n, head, to: moved)
        kernels.multiplyTransposed(
          bias, moved, aStride: headSize, rows: n,
          distances + (longest - n) * inner + head * headSize, bStride: inner, columns: width,
          depth: headSize, scratch: packed)
        addSegments(bias, query + first, stride: stride, slice, own, head)
        // Row i holds its keys from column n - 1 - i on.
        kernels.attention(
          context + to * inner + head * headSize, outStride: inner, query: query + first,
          key: key + first, value: key + inner + first, stride: stride, tokens: n,
          queries: queries, heads: 1, headSize: headSize, scale: shape.scale,
          bias: AttentionBias(bias + (n - 1), headStride: 0, rowStride: width - 1),
          reach: shape.reach, scratch: workspace[.attention])
      }
    }
    slice.gather(workspace[.hidden], width: shape.width, only: only)
    output(kernels, workspace[.product], context, rows: rows, scratch: operand)
    return rows
  }

  /// to [rows, headSize] = the queries of one head with the bias for distances, scaled.
  private func move(
    _ query: UnsafePointer<Float>, stride: Int, rows: Int, _ head: Int,
    to: UnsafeMutablePointer<Float>
  ) {
    let delta = distanceBias.pointer + head * shape.headSize
    for i in 0..<rows {
      for c in 0..<shape.headSize {
        to[i * shape.headSize + c] = (query[i * stride + c] + delta[c]) * shape.scale
      }
    }
  }

  /// Adds to bias [n, 2 n - 1] what a query of one head gives a key of its segment, or of another.
  private func addSegments(
    _ bias: UnsafeMutablePointer<Float>, _ query: UnsafePointer<Float>, stride: Int,
    _ slice: TokenSlice, _ own: Range<Int>, _ head: Int
  ) {
    let n = own.count
    let types = slice.start + own.lowerBound
    let delta = segmentBias.pointer + head * shape.headSize
    let same = segments.pointer + head * shape.headSize
    let other = same + shape.inner
    for i in 0..<n {
      var (near, far): (Float, Float) = (0, 0)
      for c in 0..<shape.headSize {
        let x = query[i * stride + c] + delta[c]
        near += x * same[c]
        far += x * other[c]
      }
      let mine = slice.batch.types[types + i]
      let row = bias + i * (2 * n - 1) + (n - 1 - i)
      for j in 0..<n {
        row[j] += (slice.batch.types[types + j] == mine ? near : far) * shape.scale
      }
    }
  }
}
