import Checkpoints
import Contracts
import Kernels

/// Word embeddings with whatever an architecture adds to them: learned absolute positions, token
/// types, a normalization, and a product that brings them to the hidden size.
struct Embeddings: Sendable {
  typealias Names = EmbeddingNames
  typealias Counting = PositionCounting

  /// The number of rows of the tables, and their width.
  struct Shape {
    let width: Int
    let vocabulary: Int
    var positions = 0
    var types = 0
    var epsilon: Float = 0
    var normBias = true
    /// What the projection gives; the tables' own width where there is none.
    var hiddenSize: Int
    /// Whether the normalization is that of what the projection gives, which then has no bias.
    var projectsFirst = false
  }

  private let width: Int
  private let hiddenSize: Int
  private let projectsFirst: Bool
  private let counting: Counting
  private let word: UnsafePointerBox
  private let position: UnsafePointerBox?
  private let tokenType: UnsafePointerBox?
  private let norm: LayerNorm?
  private let projection: Linear?

  init(
    _ weights: inout Weights, _ names: Names, _ shape: Shape, counting: Counting = .fromZero,
    _ numerics: Numerics
  ) throws(CheckpointError) {
    let width = shape.width
    word = .init(try weights.tensor(names.word, [shape.vocabulary, width]))
    position =
      if let name = names.position {
        .init(try weights.tensor(name, [shape.positions, width]))
      } else { nil }
    tokenType =
      if let name = names.tokenType {
        .init(try weights.tensor(name, [shape.types, width]))
      } else { nil }
    norm =
      if let name = names.norm {
        try LayerNorm(
          &weights, name, size: shape.projectsFirst ? shape.hiddenSize : width,
          epsilon: shape.epsilon, bias: shape.normBias)
      } else { nil }
    projection =
      if let name = names.projection {
        try Linear(
          &weights, name, inputs: width, outputs: shape.hiddenSize,
          form: shape.projectsFirst ? .withoutBias : .linear, numerics)
      } else { nil }
    self.width = width
    self.counting = counting
    hiddenSize = shape.hiddenSize
    projectsFirst = shape.projectsFirst
  }

  /// FLOP of the projection, where there is one.
  func flop(tokens: Int) -> Int { projection == nil ? 0 : 2 * width * hiddenSize * tokens }

  /// Floats of a workspace that ``forward(_:_:_:)`` needs for `tokens` tokens.
  func workspaceSizes(tokens: Int, _ numerics: Numerics) -> Workspace.Sizes {
    guard projection != nil else { return [.hidden: tokens * hiddenSize] }
    return [
      .hidden: tokens * hiddenSize, .context: tokens * width,
      .operand: numerics.productScratch(rows: tokens, width),
    ]
  }

  /// Writes the workspace's hidden states: [tokens, hiddenSize].
  func forward(_ kernels: KernelSet, _ slice: TokenSlice, _ workspace: Workspace) {
    let sums = projection == nil ? workspace[.hidden] : workspace[.context]
    var row = sums
    for text in slice.texts {
      var place = 0
      for token in slice.range(text) {
        let id = Int(slice.batch.ids[token])
        row.update(from: word.pointer + id * width, count: width)
        if let tokenType {
          kernels.axpy(
            row, 1, tokenType.pointer + Int(slice.batch.types[token]) * width, count: width)
        }
        if let position {
          kernels.axpy(
            row, 1, position.pointer + counting.row(&place, id: id) * width, count: width)
        }
        row += width
      }
    }
    let hidden = workspace[.hidden]
    let rows = slice.tokenCount
    if !projectsFirst { norm?(kernels, sums, sums, rows: rows) }
    projection?(kernels, hidden, sums, rows: rows, scratch: workspace[.operand])
    if projectsFirst { norm?(kernels, hidden, hidden, rows: rows) }
  }
}
