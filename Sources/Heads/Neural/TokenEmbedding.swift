import Kernels
import Optimization

/// A table of vectors of the ids that training saw: [ids, width], as PyTorch's nn.Embedding. Any
/// other id has the zero vector.
///
/// Unchecked because the table is shared by pointer: it is written between passes alone.
final class TokenEmbedding: @unchecked Sendable {
  /// Ascending.
  let vocabulary: [Int32]
  let width: Int
  let table: FloatBuffer
  private let rows: [Int32: Int]

  init(vocabulary: [Int32], width: Int, table: FloatBuffer) {
    self.vocabulary = vocabulary
    self.width = width
    self.table = table
    rows = Dictionary(uniqueKeysWithValues: vocabulary.enumerated().map { ($1, $0) })
  }

  /// The ids of `sequences`, their vectors drawn from N(0, 1) as PyTorch's: vector by vector, so that
  /// an id's depends on id and seed alone.
  convenience init(_ sequences: TokenSequences, width: Int, seed: UInt64) {
    let vocabulary = Set(sequences.ids).sorted()
    let table = FloatBuffer(count: vocabulary.count * width)
    for (row, id) in vocabulary.enumerated() {
      Philox(seed: seed, .initialization, Int(UInt32(bitPattern: id)), part: 1)
        .fillNormal(table.pointer + row * width, count: width, deviation: 1)
    }
    self.init(vocabulary: vocabulary, width: width, table: table)
  }

  /// The row of an id; nil where training did not see it.
  func row(_ id: Int32) -> Int? { rows[id] }

  /// Adds the gradients of one id in the order of its places, into the first of them.
  ///
  /// `gradients`: [places, width]; `ids`: of each place.
  ///
  /// - Returns: the first place of each id that the table holds.
  func sum(
    _ gradients: UnsafeMutablePointer<Float>, ids: [Int32], kernels: KernelSet, team: Team
  ) -> [Int] {
    let spans = Self.spans(ids)
    // Parts of 64 ids: a vector each is too little to share out.
    team.forEach((spans.count + 63) / 64) { _, part in
      for span in spans[part * 64..<min(part * 64 + 64, spans.count)] {
        for place in span.dropFirst() {
          kernels.axpy(
            gradients + span[0] * width, 1, gradients + place * width, count: width)
        }
      }
    }
    return spans.map { $0[0] }.filter { rows[ids[$0]] != nil }
  }

  /// Moves the vectors of the ids at `places`, and no others, as torch.optim.SparseAdam.
  func update(
    _ gradients: UnsafePointer<Float>, places: [Int], ids: [Int32], _ optimizer: Optimizer,
    learningRate: Double, firstMoment: Double?, gradientScale: Float
  ) {
    for place in places {
      guard let row = rows[ids[place]] else { continue }
      optimizer.move(
        table.pointer + row * width, gradients + place * width, at: row * width, count: width,
        learningRate: learningRate, firstMoment: firstMoment, gradientScale: gradientScale)
    }
  }

  /// The places of each id, in their order.
  private static func spans(_ ids: [Int32]) -> [[Int]] {
    var places: [Int32: Int] = [:]
    var spans: [[Int]] = []
    for (place, id) in ids.enumerated() {
      if let span = places[id] {
        spans[span].append(place)
      } else {
        places[id] = spans.count
        spans.append([place])
      }
    }
    return spans
  }
}
