import Checkpoints
import Contracts
import Kernels

/// One pre-norm transformer layer: self-attention, then the feed-forward network, each of the
/// normalized hidden states, to which it is added.
struct PreNormLayer: EncoderLayer {
  let width: Int
  /// Nil where the hidden states come in normalized already.
  let attentionNorm: Norm?
  let attention: SelfAttention
  let outputNorm: Norm
  let feedForward: FeedForward

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
    // Attention has read it all before it writes there.
    let normalized = workspace[.context]
    attentionNorm?(kernels, normalized, hidden, rows: slice.tokenCount)
    let rows = attention(
      kernels, slice, workspace, attentionNorm == nil ? hidden : normalized, only: only)
    kernels.axpy(hidden, 1, product, count: rows * width)
    outputNorm(kernels, normalized, hidden, rows: rows)
    feedForward(kernels, workspace, normalized, rows: rows)
    kernels.axpy(hidden, 1, product, count: rows * width)
    return rows
  }
}
