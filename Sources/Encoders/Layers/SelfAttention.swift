import Checkpoints
import Contracts
import Kernels

/// Attention of a layer, without the residual and the normalization around it.
protocol AttentionBlock: Sendable {
  /// FLOP of its products for a text of `tokens` tokens.
  func flop(tokens: Int) -> Int

  /// Floats of a workspace for batches of up to `tokens` tokens and texts of up to `longest`.
  func workspaceSizes(tokens: Int, longest: Int, _ numerics: Numerics) -> Workspace.Sizes

  /// product = attention of `input` [tokens, width], which may be the hidden states or lie in the
  /// context.
  ///
  /// With `only` it is that token of each text alone, and the hidden states are moved together to
  /// those of the same tokens; the bits are those that they have among all.
  ///
  /// - Returns: the number of rows of the product and of the hidden states.
  func callAsFunction(
    _ kernels: KernelSet, _ slice: TokenSlice, _ workspace: Workspace,
    _ input: UnsafePointer<Float>, only: TokenPlace?
  ) -> Int
}

extension TokenSlice {
  /// Calls `body` with each text's tokens as rows of the slice, the queries that are wanted among them,
  /// and the first of the rows that take their outputs.
  ///
  /// - Returns: the number of rows with outputs.
  func forEachText(
    only: TokenPlace?, _ body: (_ rows: Range<Int>, _ queries: Range<Int>, _ to: Int) -> Void
  ) -> Int {
    var to = 0
    for text in texts {
      let range = range(text)
      let queries = only?.places(range.count) ?? 0..<range.count
      let first = range.lowerBound - start
      body(first..<first + range.count, queries, to)
      to += queries.count
    }
    return to
  }

  /// Moves the rows of `hidden` [tokens, width] together to those of `only`.
  func gather(_ hidden: UnsafeMutablePointer<Float>, width: Int, only: TokenPlace?) {
    guard only != nil else { return }
    _ = forEachText(only: only) { rows, queries, to in
      // Rows move to the front only, and never past one that is still to be read.
      (hidden + to * width).update(
        from: hidden + (rows.lowerBound + queries.lowerBound) * width,
        count: queries.count * width)
    }
  }
}

/// Multi-head self-attention (Vaswani et al. 2017, arXiv:1706.03762) of queries, keys and values.
struct SelfAttention: AttentionBlock {
  struct Shape: Sendable {
    /// Of the hidden states.
    let width: Int
    let heads: Int
    let headSize: Int
    /// What products of query and key are multiplied by.
    var scale: Float
    /// The tokens that a token sees.
    var reach = AttentionReach.all
    /// What it makes of places.
    var positions = Positions.none

    init(width: Int, heads: Int, headSize: Int? = nil) {
      self.width = width
      self.heads = heads
      self.headSize = headSize ?? width / heads
      scale = 1 / Float(self.headSize).squareRoot()
    }

    /// Of all heads together.
    var inner: Int { heads * headSize }
  }

  /// How the tables in `workspace[.positions]` come in.
  enum Positions: Sendable {
    case none
    /// They are a bias: ``RelativeBias``.
    case bias
    /// They turn queries and keys: the rotation of that number in ``Rotations``.
    case rotation(Int)
  }

  private let shape: Shape
  /// Query, key and value as one product.
  private let qkv: Linear
  private let output: Linear

  /// `qkv`: [3 * inner, width]; `output`: [width, inner].
  init(_ shape: Shape, qkv: Linear, output: Linear) {
    precondition(qkv.outputs == 3 * shape.inner && output.inputs == shape.inner)
    self.shape = shape
    self.qkv = qkv
    self.output = output
  }

  func flop(tokens: Int) -> Int {
    8 * shape.width * shape.inner * tokens + 4 * shape.inner * shape.reach.pairs(tokens: tokens)
  }

  /// Floats of a workspace for batches of up to `tokens` tokens and texts of up to `longest`.
  func workspaceSizes(tokens: Int, longest: Int, _ numerics: Numerics) -> Workspace.Sizes {
    [
      .context: tokens * max(shape.inner, shape.width), .product: tokens * shape.width,
      .wide: tokens * 3 * shape.inner,
      .attention: KernelSet.attentionScratch(tokens: longest, headSize: shape.headSize),
      .operand: numerics.productScratch(rows: tokens, shape.width, shape.inner),
    ]
  }

  func callAsFunction(
    _ kernels: KernelSet, _ slice: TokenSlice, _ workspace: Workspace,
    _ input: UnsafePointer<Float>, only: TokenPlace?
  ) -> Int {
    let inner = shape.inner
    let wide = workspace[.wide]
    let context = workspace[.context]

    qkv(kernels, wide, input, rows: slice.tokenCount, scratch: workspace[.operand])
    if case .rotation(let number) = shape.positions {
      Rotations.turn(
        kernels, wide, stride: 3 * inner, slice, workspace, number, heads: 2 * shape.heads,
        half: shape.headSize / 2)
    }
    var bias: AttentionBias?
    if case .bias = shape.positions {
      bias = .relative(workspace[.positions], span: workspace.longest)
    }
    let rows = slice.forEachText(only: only) { rows, queries, to in
      kernels.attention(
        context + to * inner, qkv: wide + rows.lowerBound * 3 * inner, stride: 3 * inner,
        tokens: rows.count, queries: queries, heads: shape.heads, headSize: shape.headSize,
        scale: shape.scale, bias: bias, reach: shape.reach, scratch: workspace[.attention])
    }
    slice.gather(workspace[.hidden], width: shape.width, only: only)
    output(kernels, workspace[.product], context, rows: rows, scratch: workspace[.operand])
    return rows
  }
}
