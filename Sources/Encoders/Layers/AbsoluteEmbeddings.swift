import Checkpoints
import Contracts
import Kernels

/// Word embeddings with learned absolute positions and, where the model has them, token types,
/// summed and normalized: those of BERT and its kin.
struct AbsoluteEmbeddings: Sendable {
  private let word: UnsafePointerBox
  private let position: UnsafePointerBox
  private let tokenType: UnsafePointerBox?
  private let norm: LayerNorm

  /// Loads `embeddings.*`; `types`: the number of token types, nil for a model without.
  init(
    _ weights: inout Weights, width: Int, vocabulary: Int, positions: Int, types: Int?,
    epsilon: Float
  ) throws(CheckpointError) {
    word = .init(try weights.tensor("embeddings.word_embeddings.weight", [vocabulary, width]))
    position = .init(
      try weights.tensor("embeddings.position_embeddings.weight", [positions, width]))
    tokenType =
      if let types {
        .init(try weights.tensor("embeddings.token_type_embeddings.weight", [types, width]))
      } else { nil }
    norm = try LayerNorm(&weights, "embeddings.LayerNorm", size: width, epsilon: epsilon)
  }

  /// hidden: [tokens, width].
  func forward(_ kernels: KernelSet, _ slice: TokenSlice, _ hidden: UnsafeMutablePointer<Float>) {
    let width = norm.size
    var row = hidden
    for text in slice.texts {
      for (place, token) in slice.range(text).enumerated() {
        row.update(from: word.pointer + Int(slice.batch.ids[token]) * width, count: width)
        if let tokenType {
          kernels.axpy(
            row, 1, tokenType.pointer + Int(slice.batch.types[token]) * width, count: width)
        }
        kernels.axpy(row, 1, position.pointer + place * width, count: width)
        row += width
      }
    }
    norm(kernels, hidden, hidden, rows: slice.tokenCount)
  }
}
