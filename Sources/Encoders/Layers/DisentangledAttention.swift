import Checkpoints
import Contracts
import Glibc
import Kernels

/// DeBERTa's attention (He et al. 2021, arXiv:2006.03654): to the score of a query and a key come those of
/// the query with the distance between the two, and of the key with it.
///
/// Source: `DisentangledSelfAttention` in `transformers/models/deberta_v2/modeling_deberta_v2.py`.
struct DisentangledAttention: AttentionBlock {
  private let shape: SelfAttention.Shape
  private let qkv: Linear
  private let output: Linear
  /// Of each head [2 * span, headSize]: what distances are as keys, and as queries; empty for none.
  private let distanceKeys: [PackedMatrix]
  private let distanceQueries: [PackedMatrix]
  private let buckets: DistanceBuckets

  /// `distanceKeys`, `distanceQueries`: [2 * span, inner], nil for a term that is not there.
  init(
    _ shape: SelfAttention.Shape, qkv: Linear, output: Linear, distanceKeys: FloatBuffer?,
    distanceQueries: FloatBuffer?, _ buckets: DistanceBuckets, _ kernels: KernelSet
  ) {
    self.shape = shape
    self.qkv = qkv
    self.output = output
    self.buckets = buckets
    func heads(_ table: FloatBuffer?) -> [PackedMatrix] {
      guard let table else { return [] }
      return (0..<shape.heads).map { head in
        let own = FloatBuffer(count: buckets.count * shape.headSize)
        for row in 0..<buckets.count {
          (own.pointer + row * shape.headSize).update(
            from: table.pointer + row * shape.inner + head * shape.headSize,
            count: shape.headSize)
        }
        return kernels.pack(own.pointer, columns: buckets.count, depth: shape.headSize)
      }
    }
    self.distanceKeys = heads(distanceKeys)
    self.distanceQueries = heads(distanceQueries)
  }

  private var terms: Int { (distanceKeys.isEmpty ? 0 : 1) + (distanceQueries.isEmpty ? 0 : 1) }

  var cost: EncoderCost {
    EncoderCost(
      perToken: 8 * shape.width * shape.inner + 2 * terms * buckets.count * shape.inner,
      perSquaredLength: 4 * shape.inner)
  }

  func workspaceSizes(tokens: Int, longest: Int, _ numerics: Numerics) -> Workspace.Sizes {
    [
      .context: tokens * max(shape.inner, shape.width), .product: tokens * shape.width,
      .wide: tokens * 3 * shape.inner,
      .attention: KernelSet.attentionScratch(tokens: longest, headSize: shape.headSize),
      .bias: longest * longest + 2 * tokens * buckets.count,
      .operand: numerics.productScratch(rows: tokens, shape.width, shape.inner),
    ]
  }

  func callAsFunction(
    _ kernels: KernelSet, _ slice: TokenSlice, _ workspace: Workspace,
    _ input: UnsafePointer<Float>, only: TokenPlace?
  ) -> Int {
    let (inner, headSize, scale) = (shape.inner, shape.headSize, shape.scale)
    let stride = 3 * inner
    let tokens = slice.tokenCount
    let columns = buckets.count
    let context = workspace[.context]
    let bias = workspace[.bias]
    // Of one head: each token's query with every distance, and its key with every distance.
    let byQuery = bias + workspace.longest * workspace.longest
    let byKey = byQuery + workspace.tokens * columns
    qkv(kernels, workspace[.wide], input, rows: tokens, scratch: workspace[.operand])
    var rows = 0
    for head in 0..<shape.heads {
      let query = workspace[.wide] + head * headSize
      let key = query + inner
      if !distanceKeys.isEmpty {
        kernels.multiply(byQuery, query, stride: stride, distanceKeys[head], rows: tokens)
      }
      if !distanceQueries.isEmpty {
        kernels.multiply(byKey, key, stride: stride, distanceQueries[head], rows: tokens)
      }
      rows = slice.forEachText(only: only) { own, queries, to in
        let n = own.count
        buckets.withColumns { column in
          for i in queries {
            let mine = byQuery + (own.lowerBound + i) * columns
            for j in 0..<n {
              let c = Int(column[i - j])
              var sum: Float = 0
              if !distanceKeys.isEmpty { sum += mine[c] }
              if !distanceQueries.isEmpty { sum += byKey[(own.lowerBound + j) * columns + c] }
              bias[i * n + j] = sum * scale
            }
          }
        }
        let first = own.lowerBound * stride
        kernels.attention(
          context + to * inner + head * headSize, outStride: inner, query: query + first,
          key: key + first, value: key + inner + first, stride: stride, tokens: n,
          queries: queries, heads: 1, headSize: headSize, scale: scale,
          bias: .full(bias, tokens: n), scratch: workspace[.attention])
      }
    }
    slice.gather(workspace[.hidden], width: shape.width, only: only)
    output(kernels, workspace[.product], context, rows: rows, scratch: workspace[.operand])
    return rows
  }
}

/// The row of a table of distances for each distance: one each for near ones, one for several far ones.
///
/// Source: `make_log_bucket_position` and the clamps of `disentangled_attention_bias`, same file.
struct DistanceBuckets: Sendable {
  /// The number of rows: 2 * span.
  let count: Int
  private let rows: [Int32]
  private let longest: Int

  /// `buckets`: nil for a row for each distance up to `maximumDistance`; `longest`: of any text.
  init(buckets: Int?, maximumDistance: Int, longest: Int) {
    let span = buckets ?? maximumDistance
    count = 2 * span
    self.longest = longest
    rows = (-(longest - 1)...(longest - 1)).map { distance in
      let place = buckets.map { Self.place(distance, $0, maximumDistance) } ?? distance
      return Int32(min(max(place + span, 0), 2 * span - 1))
    }
  }

  /// Calls `body` with the rows, such that that of a distance (query less key) is at the distance.
  func withColumns(_ body: (UnsafePointer<Int32>) -> Void) {
    rows.withUnsafeBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return }
      body(base + (longest - 1))
    }
  }

  /// In float32, as PyTorch computes it: a distance at a bucket's edge must fall on the same side.
  static func place(_ distance: Int, _ buckets: Int, _ maximumDistance: Int) -> Int {
    let middle = buckets / 2
    let steps = abs(distance)
    guard steps > middle else { return distance }
    let far =
      logf(Float(steps) / Float(middle))
      / logf(Float(Double(maximumDistance - 1) / Double(middle))) * Float(middle - 1)
    return (Int(far.rounded(.up)) + middle) * distance.signum()
  }
}
