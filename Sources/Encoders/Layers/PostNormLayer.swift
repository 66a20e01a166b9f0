import Checkpoints
import Contracts
import Kernels

/// One post-norm transformer layer (Vaswani et al. 2017, arXiv:1706.03762): self-attention, then the
/// feed-forward network, each added to its input and normalized. BERT and its kin differ only in the
/// names of its tensors, and in what attention makes of places.
struct PostNormLayer: EncoderLayer {
  typealias Names = PostNormNames

  /// The sizes that all layers of an encoder share.
  struct Shape: Sendable {
    var attention: SelfAttention.Shape
    let intermediateSize: Int
    let activation: Activation
    let epsilon: Float
    var form = Linear.Form.linear
  }

  private let attention: any AttentionBlock
  private let attentionNorm: LayerNorm
  private let feedForward: FeedForward
  private let outputNorm: LayerNorm

  init(
    _ weights: inout Weights, _ names: Names, _ shape: Shape, _ numerics: Numerics
  ) throws(CheckpointError) {
    let width = shape.attention.width
    let inner = shape.attention.inner
    let attention = SelfAttention(
      shape.attention,
      qkv: try Linear(
        &weights, joining: names.qkv, inputs: width, outputs: 3 * inner / names.qkv.count,
        form: shape.form, numerics),
      output: try Linear(
        &weights, names.attentionOutput, inputs: inner, outputs: width, form: shape.form, numerics))
    try self.init(&weights, names, shape, attention, numerics)
  }

  /// The same around another attention; the names of its tensors are not read.
  init(
    _ weights: inout Weights, _ names: Names, _ shape: Shape, _ attention: any AttentionBlock,
    _ numerics: Numerics
  ) throws(CheckpointError) {
    let width = shape.attention.width
    self.attention = attention
    attentionNorm = try LayerNorm(
      &weights, names.attentionNorm, size: width, epsilon: shape.epsilon)
    feedForward = FeedForward(
      shape.activation,
      intermediate: try Linear(
        &weights, names.intermediate, inputs: width, outputs: shape.intermediateSize,
        form: shape.form,
        numerics),
      output: try Linear(
        &weights, names.output, inputs: shape.intermediateSize, outputs: width, form: shape.form,
        numerics))
    outputNorm = try LayerNorm(&weights, names.outputNorm, size: width, epsilon: shape.epsilon)
  }

  func flop(tokens: Int) -> Int {
    attention.flop(tokens: tokens) + feedForward.flop(tokens: tokens)
  }

  func workspaceSizes(tokens: Int, longest: Int, _ numerics: Numerics) -> Workspace.Sizes {
    attention.workspaceSizes(tokens: tokens, longest: longest, numerics)
      .merging(feedForward.workspaceSizes(tokens: tokens, numerics), uniquingKeysWith: max)
  }

  func forward(
    _ kernels: KernelSet, _ slice: TokenSlice, _ workspace: Workspace, only: TokenPlace?
  ) -> Int {
    let hidden = workspace[.hidden]
    let product = workspace[.product]
    let rows = attention(kernels, slice, workspace, hidden, only: only)
    attentionNorm(kernels, hidden, product, residual: hidden, rows: rows)
    feedForward(kernels, workspace, hidden, rows: rows)
    outputNorm(kernels, hidden, product, residual: hidden, rows: rows)
    return rows
  }
}
