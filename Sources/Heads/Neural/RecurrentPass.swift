import Kernels
import Optimization

/// Forward and backward passes of recurrent layers over batches, in memory that stays.
///
/// Unchecked because threads share the buffers: each part of a phase writes its own rows.
final class RecurrentPass: @unchecked Sendable {
  let network: RecurrentNetwork
  let kernels: KernelSet
  let team: Team
  let parameters: FloatBuffer
  let gradients: FloatBuffer
  /// [layers][directions].
  private let passes: [[DirectionPass]]
  private let trains: Bool

  private(set) var packs = SequencePacks(lengths: [])
  /// The first layer's inputs as packed: [tokens, inputs].
  private(set) var input = FloatBuffer(count: 0)
  /// Their gradient, where it is asked for.
  private(set) var inputGradient = FloatBuffer(count: 0)
  /// [sequences, directions * size], before dropout and after.
  private var pooled = FloatBuffer(count: 0)
  private var dropped = FloatBuffer(count: 0)
  /// The last layer's scores, then their gradients: [sequences, outputs].
  private(set) var scores = FloatBuffer(count: 0)

  private var pooledGradient = FloatBuffer(count: 0)
  /// Of maxima, the row that each was found in: [sequences, directions * size].
  private var winners: [Int32] = []
  /// Inputs of each layer but the first, forwards in time, and of each layer backwards.
  private var joints: [FloatBuffer]
  private var mirrored: [FloatBuffer]
  /// Gradients of a layer's inputs, a direction each.
  private var parts: [FloatBuffer]

  /// `trains`: whether gradients will be asked for.
  init(
    _ network: RecurrentNetwork, parameters: FloatBuffer, trains: Bool, kernels: KernelSet,
    team: Team
  ) {
    self.network = network
    self.parameters = parameters
    self.trains = trains
    self.kernels = kernels
    self.team = team
    gradients = FloatBuffer(count: trains ? network.parameterCount : 0)
    passes = network.layers.map { layer in
      layer.map {
        DirectionPass($0, cell: network.cell, parameters: parameters.pointer, kernels: kernels)
      }
    }
    let none = network.layers.map { _ in FloatBuffer(count: 0) }
    (joints, mirrored) = (none, none)
    parts = (0..<network.directions).map { _ in FloatBuffer(count: 0) }
  }

  private var joined: Int { network.directions * network.size }

  private static func grow(_ buffer: inout FloatBuffer, _ count: Int) {
    if buffer.count < count { buffer = FloatBuffer(count: count + count / 4, zeroed: false) }
  }

  /// Makes room for sequences of these lengths.
  func prepare(lengths: [Int], wantsInputGradient: Bool = false) {
    packs = SequencePacks(lengths: lengths)
    let tokens = packs.tokenCount
    Self.grow(&input, tokens * network.inputs)
    if wantsInputGradient { Self.grow(&inputGradient, tokens * network.inputs) }
    for buffer in [\RecurrentPass.pooled, \.dropped, \.pooledGradient] {
      Self.grow(&self[keyPath: buffer], lengths.count * joined)
    }
    Self.grow(&scores, lengths.count * network.output.outputs)
    if network.pooling == .max, winners.count < lengths.count * joined {
      winners = [Int32](repeating: 0, count: lengths.count * joined)
    }
    for (l, layer) in network.layers.enumerated() {
      if l > 0 {
        Self.grow(&joints[l], tokens * joined)
      }
      if network.directions == 2 { Self.grow(&mirrored[l], tokens * layer[0].inputs) }
    }
    if trains {
      for d in parts.indices {
        Self.grow(&parts[d], tokens * max(joined, wantsInputGradient ? network.inputs : 0))
      }
    }
    let all = passes.flatMap { $0 }
    team.forEach(all.count) { _, i in all[i].prepare(tokens: tokens, backward: trains) }
  }

  // MARK: - Forward

  /// The scores of the sequences that ``prepare(lengths:wantsInputGradient:)`` was told of.
  ///
  /// - Parameters:
  ///   - dropout: The generator of a dropout by its number; nil: no dropout.
  ///   - fill: Writes the input [inputs] of one token.
  func forward(
    dropout: ((Int) -> Philox)?,
    fill: (_ sequence: Int, _ time: Int, _ to: UnsafeMutablePointer<Float>) -> Void
  ) {
    let packs = packs
    team.forEach(packs.packs.count) { _, p in
      for row in packs.packs[p].tokens {
        let place = packs.places[row]
        fill(Int(place.sequence), Int(place.time), input.pointer + row * network.inputs)
      }
    }
    for (l, layer) in passes.enumerated() {
      if l > 0 { join(l, dropout) }
      team.forEach(layer.count * packs.packs.count) { _, item in
        let (d, p) = item.quotientAndRemainder(dividingBy: packs.packs.count)
        let pack = packs.packs[p]
        let inputs = layer[d].shape.inputs
        if d == 1 {
          let from = layerInput(l, 0)
          let to = layerInput(l, 1)
          for row in pack.tokens {
            (to + row * inputs).update(
              from: from + Int(packs.mirror[row]) * inputs, count: inputs)
          }
        }
        layer[d].forward(pack, layerInput(l, d) + pack.tokens.lowerBound * inputs)
      }
    }
    pool()
    dropped.pointer.update(from: pooled.pointer, count: packs.lengths.count * joined)
    drop(dropped.pointer, rows: 0..<packs.lengths.count, dropout?(0))
    let output = network.output
    kernels.product(
      scores.pointer, stride: output.outputs,
      ProductOperand(dropped.pointer, stride: output.inputs),
      ProductOperand(
        parameters.pointer + output.start, stride: output.inputs, transposed: true),
      rows: packs.lengths.count, depth: output.inputs, columns: output.outputs,
      bias: parameters.pointer + output.bias)
  }

  private func layerInput(_ layer: Int, _ direction: Int) -> UnsafeMutablePointer<Float> {
    if direction == 1 { return mirrored[layer].pointer }
    return layer == 0 ? input.pointer : joints[layer].pointer
  }

  /// The inputs of a layer from the outputs of the one before: directions beside each other, dropout.
  private func join(_ layer: Int, _ dropout: ((Int) -> Philox)?) {
    let size = network.size
    let below = passes[layer - 1]
    let packs = packs
    team.forEach(packs.packs.count) { _, p in
      let tokens = packs.packs[p].tokens
      let to = joints[layer].pointer
      for row in tokens {
        (to + row * joined).update(from: below[0].output.pointer + row * size, count: size)
        if below.count == 2 {
          (to + row * joined + size).update(
            from: below[1].output.pointer + Int(packs.mirror[row]) * size, count: size)
        }
      }
      drop(to, rows: tokens, dropout?(layer))
    }
  }

  /// Dropout of rows of joined directions, or of their gradients.
  private func drop(
    _ values: UnsafeMutablePointer<Float>, rows: Range<Int>, _ generator: Philox?
  ) {
    guard let generator else { return }
    let own = values + rows.lowerBound * joined
    kernels.dropout(
      own, own, rows: rows.count, columns: joined, stride: joined, firstRow: rows.lowerBound,
      generator.dropout(network.dropout))
  }

  /// One vector a sequence; zeros for one without tokens.
  private func pool() {
    let size = network.size
    let packs = packs
    winners.withUnsafeMutableBufferPointer { winners in
      let winners = SharedIndices(winners)
      team.forEach(packs.packs.count) { _, p in
        let pack = packs.packs[p]
        for (r, sequence) in pack.sequences.enumerated() {
          for (d, pass) in (passes.last ?? []).enumerated() {
            let at = sequence * joined + d * size
            let to = pooled.pointer + at
            to.update(repeating: 0, count: size)
            let length = packs.lengths[sequence]
            guard length > 0 else { continue }
            let h = pass.output.pointer
            switch network.pooling {
            case .last: to.update(from: h + (pack.starts[length - 1] + r) * size, count: size)
            case .mean:
              let share = 1 / Float(length)
              for t in 0..<length {
                kernels.axpy(to, share, h + (pack.starts[t] + r) * size, count: size)
              }
            case .max:
              let first = pack.starts[0] + r
              to.update(from: h + first * size, count: size)
              for c in 0..<size { winners[at + c] = Int32(first) }
              for t in 1..<max(length, 1) {
                let row = pack.starts[t] + r
                let own = h + row * size
                for c in 0..<size where own[c] > to[c] {
                  to[c] = own[c]
                  winners[at + c] = Int32(row)
                }
              }
            }
          }
        }
      }
    }
  }

  // MARK: - Backward

  /// All gradients, from ``scores``, which are those of the scores by now; `dropout` is that of the forward
  /// pass.
  ///
  /// `finished` is called for each part of the parameters as soon as its gradients are there, from any
  /// thread, when no weight is read any more.
  func backward(
    dropout: ((Int) -> Philox)?, wantsInputGradient: Bool = false,
    finished: (Range<Int>) -> Void
  ) {
    let output = network.output
    let count = packs.lengths.count
    kernels.product(
      pooledGradient.pointer, stride: output.inputs,
      ProductOperand(scores.pointer, stride: output.outputs),
      ProductOperand(parameters.pointer + output.start, stride: output.inputs), rows: count,
      depth: output.outputs, columns: output.inputs)
    drop(pooledGradient.pointer, rows: 0..<count, dropout?(0))
    unpool()
    let packs = packs
    for (l, layer) in passes.enumerated().reversed() {
      let goesOn = l > 0 || wantsInputGradient
      team.forEach(layer.count * packs.packs.count) { _, item in
        let (d, p) = item.quotientAndRemainder(dividingBy: packs.packs.count)
        let pack = packs.packs[p]
        let start = pack.tokens.lowerBound * layer[d].shape.inputs
        layer[d].backward(pack, goesOn ? parts[d].pointer + start : nil)
      }
      if l > 0 { split(l, dropout?(l)) } else if goesOn { gatherInputGradient() }
    }
    weightGradients(finished)
  }

  /// The gradients of the last layer's outputs from those of the pooled vectors.
  private func unpool() {
    let size = network.size
    let packs = packs
    team.forEach(packs.packs.count) { _, p in
      let pack = packs.packs[p]
      for (d, pass) in (passes.last ?? []).enumerated() {
        let to = pass.gradient.pointer
        (to + pack.tokens.lowerBound * size).update(
          repeating: 0, count: pack.tokens.count * size)
        for (r, sequence) in pack.sequences.enumerated() {
          let at = sequence * joined + d * size
          let from = pooledGradient.pointer + at
          let length = packs.lengths[sequence]
          guard length > 0 else { continue }
          switch network.pooling {
          case .last:
            (to + (pack.starts[length - 1] + r) * size).update(from: from, count: size)
          case .mean:
            for t in 0..<length {
              kernels.axpy(
                to + (pack.starts[t] + r) * size, 1 / Float(length), from, count: size)
            }
          case .max:
            for c in 0..<size { to[Int(winners[at + c]) * size + c] = from[c] }
          }
        }
      }
    }
  }

  /// The gradients of a layer's inputs become those of the outputs below.
  private func split(_ layer: Int, _ generator: Philox?) {
    let size = network.size
    let below = passes[layer - 1]
    let packs = packs
    team.forEach(packs.packs.count) { _, p in
      let tokens = packs.packs[p].tokens
      addMirrored(tokens, width: joined)
      drop(parts[0].pointer, rows: tokens, generator)
      for row in tokens {
        let from = parts[0].pointer + row * joined
        (below[0].gradient.pointer + row * size).update(from: from, count: size)
        if below.count == 2 {
          (below[1].gradient.pointer + Int(packs.mirror[row]) * size).update(
            from: from + size, count: size)
        }
      }
    }
  }

  /// Adds the backward direction's gradients of inputs to the forward direction's, token by token.
  private func addMirrored(_ tokens: Range<Int>, width: Int) {
    guard parts.count == 2 else { return }
    for row in tokens {
      kernels.axpy(
        parts[0].pointer + row * width, 1,
        parts[1].pointer + Int(packs.mirror[row]) * width, count: width)
    }
  }

  private func gatherInputGradient() {
    let packs = packs
    let width = network.inputs
    team.forEach(packs.packs.count) { _, p in
      let tokens = packs.packs[p].tokens
      addMirrored(tokens, width: width)
      (inputGradient.pointer + tokens.lowerBound * width).update(
        from: parts[0].pointer + tokens.lowerBound * width, count: tokens.count * width)
    }
  }

  private func weightGradients(_ finished: (Range<Int>) -> Void) {
    var items: [(layer: Int, direction: Int, part: Int)] = []
    for (l, layer) in passes.enumerated() {
      for (d, pass) in layer.enumerated() { items += (0..<pass.weightParts).map { (l, d, $0) } }
    }
    let tokens = packs.tokenCount
    // Last, because it is the smallest.
    team.forEach(items.count + 1) { _, index in
      guard index < items.count else { return outputGradients(finished) }
      let item = items[index]
      let ranges = passes[item.layer][item.direction].weightGradients(
        item.part, layerInput(item.layer, item.direction), into: gradients.pointer,
        tokens: tokens)
      for range in ranges { finished(range) }
    }
  }

  private func outputGradients(_ finished: (Range<Int>) -> Void) {
    let output = network.output
    let count = packs.lengths.count
    kernels.product(
      gradients.pointer + output.start, stride: output.inputs,
      ProductOperand(scores.pointer, stride: output.outputs, transposed: true),
      ProductOperand(dropped.pointer, stride: output.inputs), rows: output.outputs, depth: count,
      columns: output.inputs)
    let bias = gradients.pointer + output.bias
    bias.update(repeating: 0, count: output.outputs)
    kernels.addColumnSums(bias, scores.pointer, rows: count, columns: output.outputs)
    finished(output.start..<output.bias)
    finished(output.bias..<output.end)
  }
}

/// Memory that parts of a phase write side by side, each its own places.
private struct SharedIndices: @unchecked Sendable {
  private let base: UnsafeMutableBufferPointer<Int32>

  init(_ base: UnsafeMutableBufferPointer<Int32>) { self.base = base }

  subscript(index: Int) -> Int32 {
    get { base[index] }
    nonmutating set { base[index] = newValue }
  }
}
