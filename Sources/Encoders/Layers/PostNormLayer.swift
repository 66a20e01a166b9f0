import Checkpoints
import Kernels

/// One post-norm transformer layer (Vaswani et al. 2017, arXiv:1706.03762): self-attention, then the
/// feed-forward network, each added to its input and normalized. BERT and its kin differ only in the
/// names of its tensors.
struct PostNormLayer: Sendable {
  /// The tensors' names in a checkpoint, without `.weight` and `.bias`.
  struct Names {
    let query: String
    let key: String
    let value: String
    let attentionOutput: String
    let attentionNorm: String
    let intermediate: String
    let output: String
    let outputNorm: String
  }

  /// The sizes that all layers of an encoder share.
  struct Shape: Sendable {
    let width: Int
    let heads: Int
    let intermediateSize: Int
    let activation: Activation
    let epsilon: Float

    var headSize: Int { width / heads }

    /// FLOP of the products of one layer, two a multiply-add.
    var cost: EncoderCost {
      EncoderCost(
        perToken: 2 * (4 * width * width + 2 * width * intermediateSize),
        perSquaredLength: 4 * width)
    }

    /// Memory for batches of up to `tokens` tokens and texts of up to `longest`.
    func makeWorkspace(tokens: Int, longest: Int, _ numerics: Numerics) -> Workspace {
      Workspace(
        tokens: tokens,
        [
          .hidden: tokens * width, .context: tokens * width, .product: tokens * width,
          .wide: tokens * max(3 * width, intermediateSize),
          .attention: KernelSet.attentionScratch(tokens: longest, headSize: headSize),
          .operand: numerics.productScratch(rows: tokens, width, intermediateSize),
        ])
    }
  }

  private let shape: Shape
  /// Query, key and value as one product.
  private let qkv: Linear
  private let attentionOutput: Linear
  private let attentionNorm: LayerNorm
  private let intermediate: Linear
  private let output: Linear
  private let outputNorm: LayerNorm

  init(
    _ weights: inout Weights, _ names: Names, _ shape: Shape, _ numerics: Numerics
  ) throws(CheckpointError) {
    let width = shape.width
    self.shape = shape
    qkv = try Linear(
      &weights, joining: [names.query, names.key, names.value], inputs: width, outputs: width,
      numerics)
    attentionOutput = try Linear(
      &weights, names.attentionOutput, inputs: width, outputs: width, numerics)
    attentionNorm = try LayerNorm(
      &weights, names.attentionNorm, size: width, epsilon: shape.epsilon)
    intermediate = try Linear(
      &weights, names.intermediate, inputs: width, outputs: shape.intermediateSize, numerics)
    output = try Linear(
      &weights, names.output, inputs: shape.intermediateSize, outputs: width, numerics)
    outputNorm = try LayerNorm(&weights, names.outputNorm, size: width, epsilon: shape.epsilon)
  }

  /// hidden [tokens, width] in place; with `only`, the outputs of that token of each text:
  /// [texts, width], with the bits that they have among all.
  func forward(
    _ kernels: KernelSet, _ slice: TokenSlice, _ workspace: Workspace, only: TokenPlace? = nil
  ) {
    let width = shape.width
    let hidden = workspace[.hidden]
    let wide = workspace[.wide]
    let context = workspace[.context]
    let product = workspace[.product]
    let operand = workspace[.operand]

    qkv(kernels, wide, hidden, rows: slice.tokenCount, scratch: operand)
    var rows = 0
    for text in slice.texts {
      let range = slice.range(text)
      let start = range.lowerBound - slice.start
      let queries = only?.places(range.count) ?? 0..<range.count
      kernels.attention(
        context + rows * width, qkv: wide + start * 3 * width, stride: 3 * width,
        tokens: range.count, queries: queries, heads: shape.heads, headSize: shape.headSize,
        scale: 1 / Float(shape.headSize).squareRoot(), scratch: workspace[.attention])
      if only != nil {
        // Rows move to the front only, and never past one that is still to be read.
        (hidden + rows * width).update(
          from: hidden + (start + queries.lowerBound) * width, count: queries.count * width)
      }
      rows += queries.count
    }
    attentionOutput(kernels, product, context, rows: rows, scratch: operand)
    attentionNorm(kernels, hidden, product, residual: hidden, rows: rows)

    intermediate(kernels, wide, hidden, rows: rows, shape.activation, scratch: operand)
    output(kernels, product, wide, rows: rows, scratch: operand)
    outputNorm(kernels, hidden, product, residual: hidden, rows: rows)
  }
}

extension [PostNormLayer] {
  /// Runs layers 1...lastLayer over the hidden states in `workspace`, as `Encoder.forward` says.
  func forward(
    _ kernels: KernelSet, _ slice: TokenSlice, _ workspace: Workspace, lastLayer: Int,
    only: TokenPlace?, _ visit: (_ layer: Int, _ hidden: UnsafePointer<Float>) -> Void
  ) {
    precondition(slice.tokenCount <= workspace.tokens, "the batch is larger than its workspace")
    for k in 0..<Swift.min(lastLayer, count) {
      self[k].forward(kernels, slice, workspace, only: k + 1 == lastLayer ? only : nil)
      visit(k + 1, workspace[.hidden])
    }
  }
}
