import Contracts
import Kernels

/// Embeddings, then layers of one kind, then at most a normalization: what the architectures are made of.
struct StackedEncoder<Layer: EncoderLayer>: Encoder {
  let hiddenSize: Int
  let maximumTokens: Int?
  let vocabularySize: Int
  let typeVocabularySize: Int
  let numerics: Numerics
  let embeddings: Embeddings
  let layers: [Layer]
  /// What the layers read in `workspace[.positions]`.
  var positions: PositionTables?
  /// That of the last layer's hidden states.
  var finalNorm: Norm?

  /// The number of types for an encoder that does not read them: any will do.
  static var anyType: Int { Int(UInt8.max) + 1 }

  var layerCount: Int { layers.count }

  func flop(tokens: Int, layers count: Int) -> Int {
    layers.prefix(count).reduce(embeddings.flop(tokens: tokens)) { $0 + $1.flop(tokens: tokens) }
  }

  func makeWorkspace(tokens: Int, longest: Int) -> Workspace {
    var sizes = embeddings.workspaceSizes(tokens: tokens, numerics)
    for layer in layers {
      sizes.merge(
        layer.workspaceSizes(tokens: tokens, longest: longest, numerics), uniquingKeysWith: max)
    }
    if let positions { sizes[.positions] = positions.size(longest: longest) }
    let workspace = Workspace(tokens: tokens, longest: longest, sizes)
    positions?.fill(workspace[.positions], longest: longest)
    return workspace
  }

  func forward(
    _ batch: TokenSlice, workspace: Workspace, lastLayer: Int, only: TokenPlace?,
    visit: (_ layer: Int, _ hidden: UnsafePointer<Float>) -> Void
  ) {
    precondition(batch.tokenCount <= workspace.tokens, "the batch is larger than its workspace")
    let kernels = numerics.kernels
    let hidden = workspace[.hidden]
    embeddings.forward(kernels, batch, workspace)
    visit(0, hidden)
    for (k, layer) in layers.prefix(lastLayer).enumerated() {
      let rows = layer.forward(
        kernels, batch, workspace, only: k + 1 == lastLayer ? only : nil)
      if k + 1 == layers.count { finalNorm?(kernels, hidden, hidden, rows: rows) }
      visit(k + 1, hidden)
    }
  }
}

/// One layer of an encoder.
protocol EncoderLayer: Sendable {
  /// FLOP of its products for a text of `tokens` tokens.
  func flop(tokens: Int) -> Int

  /// Floats of a workspace for batches of up to `tokens` tokens and texts of up to `longest`.
  func workspaceSizes(tokens: Int, longest: Int, _ numerics: Numerics) -> Workspace.Sizes

  /// Computes the workspace's hidden states [tokens, width] in place; with `only` those of that token
  /// of each text: [texts with tokens, width], with the bits that they have among all.
  ///
  /// - Returns: the number of rows of hidden states that it leaves.
  func forward(
    _ kernels: KernelSet, _ slice: TokenSlice, _ workspace: Workspace, only: TokenPlace?
  ) -> Int
}
