import Encoders
package import Kernels

/// Embeddings that learn: word, position and type, a normalization, and a product that brings them to the
/// hidden size.
struct TrainableEmbeddings {
  let word: Int
  let position: Int
  let tokenType: Int?
  let norm: TrainableNorm
  let projection: TrainableLinear?
  let width: Int
  let hiddenSize: Int
  let counting: PositionCounting
  /// The row of the words whose gradient is none, as in `torch.nn.Embedding`.
  let padding: Int

  /// Every parameter.
  var parameters: [Int] {
    [word, position, norm.gamma, norm.beta] + (tokenType.map { [$0] } ?? [])
      + (projection.map { [$0.weight, $0.bias] } ?? [])
  }
}

/// The embeddings' passes over one batch.
struct EmbeddingPass {
  let compute: Compute
  let texts: PackedTexts
  let dropout: DropoutRule?
  let tape: NormTape
  /// [tokens, width]: what the projection reads.
  let narrow: FloatBuffer

  private var kernels: KernelSet { compute.kernels }

  /// hidden [tokens, hiddenSize].
  func forward(_ layer: TrainableEmbeddings, hidden: Floats) {
    let width = layer.width
    let out = layer.projection == nil ? hidden : narrow.pointer
    let places = positions(layer)
    let word = compute.store.value(layer.word)
    let position = compute.store.value(layer.position)
    let types = layer.tokenType.map { compute.store.value($0) }
    compute.forRows(texts.tokenCount) { rows in
      for token in rows {
        let row = out + token * width
        row.update(from: word + Int(texts.ids[token]) * width, count: width)
        if let types {
          kernels.axpy(row, 1, types + Int(texts.types[token]) * width, count: width)
        }
        kernels.axpy(row, 1, position + places[token] * width, count: width)
      }
      compute.forward(layer.norm, out, out, residual: nil, tape, rows: rows)
      drop(out, rows, width)
    }
    if let projection = layer.projection {
      compute.forward(projection, hidden, narrow.pointer, rows: texts.tokenCount)
    }
  }

  /// The gradients from that of the hidden states, which is lost; the words' go to `rows`.
  func backward(_ layer: TrainableEmbeddings, _ gradient: Floats, words: WordGradients) {
    let width = layer.width
    let count = texts.tokenCount
    var slope = gradient
    if let projection = layer.projection {
      slope = compute.scratch(5, count * width)
      compute.backward(projection, dx: slope, gradient, narrow.pointer, rows: count)
    }
    compute.forRows(count) { drop(slope, $0, width) }
    let sum = compute.scratch(3, count * width)
    compute.backward(layer.norm, dx: sum, slope, tape, rows: count)
    // The row of a padding token's position learns nothing, as in `torch.nn.Embedding`.
    var still: Int?
    if case .after(let padding) = layer.counting { still = padding }
    scatter(sum, positions(layer), layer.position, width, except: still)
    if let tokenType = layer.tokenType {
      scatter(sum, texts.types.map { Int($0) }, tokenType, width, except: nil)
    }
    words.add(texts.ids, sum, width: width, except: layer.padding, compute)
  }

  /// Adds each token's row to the row of a small table that it took.
  private func scatter(
    _ rows: Floats, _ places: [Int], _ parameter: Int, _ width: Int, except still: Int?
  ) {
    let table = compute.store.gradient(parameter)
    if !compute.begin(parameter) {
      table.update(repeating: 0, count: compute.store.parameters[parameter].range.count)
    }
    // Each worker takes some of the columns, and all tokens in their order.
    let strip = 64
    compute.team.forEach((width + strip - 1) / strip) { _, item in
      let first = item * strip
      let columns = min(strip, width - first)
      for (token, place) in places.enumerated() where place != still {
        kernels.axpy(
          table + place * width + first, 1, rows + token * width + first, count: columns)
      }
    }
  }

  /// The row of the positions of each token.
  private func positions(_ layer: TrainableEmbeddings) -> [Int] {
    var places: [Int] = []
    places.reserveCapacity(texts.tokenCount)
    for text in 0..<texts.count {
      var place = 0
      for token in texts.offsets[text]..<texts.offsets[text + 1] {
        places.append(layer.counting.row(&place, id: Int(texts.ids[token])))
      }
    }
    return places
  }

  private func drop(_ x: Floats, _ rows: Range<Int>, _ width: Int) {
    guard let dropout else { return }
    let start = x + rows.lowerBound * width
    kernels.dropout(
      start, start, rows: rows.count, columns: width, stride: width, firstRow: rows.lowerBound,
      dropout)
  }
}

/// The gradients of the words that stand in a step's texts: [ids, width].
package final class WordGradients {
  /// The ids, in the order in which they were met.
  package private(set) var ids: [Int] = []
  package private(set) var rows = FloatBuffer(count: 0)
  private var index: [Int: Int] = [:]

  func clear() {
    ids = []
    index = [:]
  }

  /// Adds the rows of the tokens `tokens` to those of their ids, in the tokens' order.
  func add(
    _ tokens: [Int32], _ gradients: Floats, width: Int, except padding: Int, _ compute: Compute
  ) {
    let known = ids.count
    var members: [[Int]] = Array(repeating: [], count: known)
    for (token, id) in tokens.enumerated() where Int(id) != padding {
      if let place = index[Int(id)] {
        members[place].append(token)
      } else {
        index[Int(id)] = ids.count
        ids.append(Int(id))
        members.append([token])
      }
    }
    grow(to: ids.count * width, keeping: known * width)
    let to = rows.pointer
    compute.team.forEach(ids.count) { _, place in
      let row = to + place * width
      if place >= known { row.update(repeating: 0, count: width) }
      for token in members[place] {
        compute.kernels.axpy(row, 1, gradients + token * width, count: width)
      }
    }
  }

  private func grow(to count: Int, keeping kept: Int) {
    guard rows.count < count else { return }
    let larger = FloatBuffer(count: count + count / 2, zeroed: false)
    larger.pointer.update(from: rows.pointer, count: kept)
    rows = larger
  }
}
