import Contracts
import Kernels
import Optimization

/// The layers of a perceptron: their places in the flat memory of parameters, in order.
struct DenseNetwork: Sendable, Equatable {
  let layers: [DenseShape]
  let activation: Activation
  let dropout: Double

  init(inputs: Int, hidden: [Int], outputs: Int, activation: Activation, dropout: Double) {
    var layers: [DenseShape] = []
    var start = 0
    for (from, to) in zip([inputs] + hidden, hidden + [outputs]) {
      layers.append(DenseShape(inputs: from, outputs: to, start: start))
      start += from * to + to
    }
    self.layers = layers
    self.activation = activation
    self.dropout = dropout
  }

  var parameterCount: Int { layers.last?.end ?? 0 }
  var inputs: Int { layers.first?.inputs ?? 0 }
  var outputs: Int { layers.last?.outputs ?? 0 }
  /// Of the widest hidden layer and of the outputs.
  var widest: Int { layers.map(\.outputs).max() ?? 0 }

  /// PyTorch's initial weights, drawn from the seed.
  func initialized(seed: UInt64) -> FloatBuffer {
    let parameters = FloatBuffer(count: parameterCount)
    for (i, layer) in layers.enumerated() {
      layer.initialize(parameters.pointer, seed: seed, tensor: 2 * i)
    }
    return parameters
  }

  /// The scores of `rows` rows without dropout; a row's bits depend on that row alone.
  ///
  /// `x`: [rows, inputs]. `out`: [rows, outputs]. `scratch`: 2 * rows * ``widest`` floats.
  func scores(
    _ x: UnsafePointer<Float>, rows: Int, _ parameters: UnsafePointer<Float>,
    into out: UnsafeMutablePointer<Float>, scratch: UnsafeMutablePointer<Float>,
    _ kernels: KernelSet
  ) {
    var from = x
    for (i, layer) in layers.enumerated() {
      let isLast = i == layers.count - 1
      let to = isLast ? out : scratch + i % 2 * rows * widest
      kernels.product(
        to, stride: layer.outputs, ProductOperand(from, stride: layer.inputs),
        ProductOperand(parameters + layer.start, stride: layer.inputs, transposed: true),
        rows: rows, depth: layer.inputs, columns: layer.outputs, bias: parameters + layer.bias)
      if !isLast { kernels.activate(to, to, count: rows * layer.outputs, activation) }
      from = UnsafePointer(to)
    }
  }
}

/// Forward and backward passes of a perceptron over batches, in memory that stays.
///
/// Unchecked because threads share the buffers: each part of a phase writes its own columns or rows.
final class DenseTrainer: @unchecked Sendable {
  private static let rowBlock = 16

  let network: DenseNetwork
  let kernels: KernelSet
  let team: Team
  let parameters: FloatBuffer
  let gradients: FloatBuffer
  /// The batch: [rows, inputs]; who calls ``run(rows:loss:step:update:)`` has filled it.
  let input: FloatBuffer

  /// Of each layer before its activation; the last one's are the scores: [rows, outputs].
  private let sums: [FloatBuffer]
  /// Of each hidden layer after activation and dropout.
  private let values: [FloatBuffer]
  /// Gradients of ``sums``.
  private let sumGradients: [FloatBuffer]
  /// The inputs of each layer, packed for the gradients of its weights: all blocks of outputs read them.
  private let packedInputs: [FloatBuffer]
  private var losses: [Double]

  init(
    _ network: DenseNetwork, parameters: FloatBuffer, batch: Int, kernels: KernelSet, team: Team
  ) {
    self.network = network
    self.kernels = kernels
    self.team = team
    self.parameters = parameters
    gradients = FloatBuffer(count: network.parameterCount)
    input = FloatBuffer(count: batch * network.inputs)
    sums = network.layers.map { FloatBuffer(count: batch * $0.outputs) }
    sumGradients = network.layers.map { FloatBuffer(count: batch * $0.outputs) }
    values = network.layers.dropLast().map { FloatBuffer(count: batch * $0.outputs) }
    packedInputs = network.layers.map {
      FloatBuffer(count: kernels.packedSize(columns: $0.inputs, depth: batch))
    }
    losses = [Double](repeating: 0, count: batch)
  }

  /// One batch forward and back.
  ///
  /// - Parameters:
  ///   - rows: The rows of the training set that ``input`` holds.
  ///   - loss: The loss of the outputs.
  ///   - generator: Of the dropouts of this step by their number; nil: no dropout.
  ///   - finished: Called for each part of the parameters as soon as its gradients are there, from
  ///     any thread.
  /// - Returns: The sum over the batch of weight times loss, and the sum of weights.
  func run(
    rows: ArraySlice<Int>, loss: OutputLoss, dropout generator: ((Int) -> Philox)?,
    finished: @escaping (Range<Int>) -> Void
  ) -> (loss: Double, weight: Double) {
    let count = rows.count
    let last = network.layers.count - 1
    for layer in 0..<last { forward(layer, count, generator) }
    let weight = loss.weight(of: rows)
    output(rows, loss, weight)
    for layer in stride(from: last, to: 0, by: -1) { backward(layer, count, generator) }
    weightGradients(count, finished)
    return (losses[..<count].reduce(0, +), weight)
  }

  private func layerInput(_ layer: Int) -> UnsafeMutablePointer<Float> {
    layer == 0 ? input.pointer : values[layer - 1].pointer
  }

  /// One hidden layer, a block of its columns a part.
  private func forward(_ layer: Int, _ rows: Int, _ generator: ((Int) -> Philox)?) {
    let shape = network.layers[layer]
    let from = layerInput(layer)
    team.forEach(ColumnBlocks.count(shape.outputs)) { _, block in
      let columns = ColumnBlocks[block, of: shape.outputs]
      let start = columns.lowerBound
      let z = sums[layer].pointer + start
      product(shape, columns, from: from, rows: rows, into: z)
      let y = values[layer].pointer + start
      for r in 0..<rows {
        kernels.activate(
          y + r * shape.outputs, z + r * shape.outputs, count: columns.count, network.activation)
      }
      drop(y, layer, block, rows, generator)
    }
  }

  /// Dropout of a block of a hidden layer's columns: of its values, and of their gradients.
  private func drop(
    _ y: UnsafeMutablePointer<Float>, _ layer: Int, _ block: Int, _ rows: Int,
    _ generator: ((Int) -> Philox)?
  ) {
    guard let generator else { return }
    let width = network.layers[layer].outputs
    kernels.dropout(
      y, y, rows: rows, columns: ColumnBlocks[block, of: width].count, stride: width, firstRow: 0,
      generator(layer << 10 | block).dropout(network.dropout))
  }

  /// c[:, columns] = x W^T + bias.
  private func product(
    _ shape: DenseShape, _ columns: Range<Int>, from: UnsafePointer<Float>, rows: Int,
    into c: UnsafeMutablePointer<Float>
  ) {
    let start = columns.lowerBound
    kernels.product(
      c, stride: shape.outputs, ProductOperand(from, stride: shape.inputs),
      ProductOperand(
        parameters.pointer + shape.start + start * shape.inputs, stride: shape.inputs,
        transposed: true),
      rows: rows, depth: shape.inputs, columns: columns.count,
      bias: parameters.pointer + shape.bias + start)
  }

  /// The last layer, its losses and their gradients, a block of rows a part; and as no sum is outstanding
  /// then, the inputs of each layer are packed, one a part.
  private func output(_ rows: ArraySlice<Int>, _ loss: OutputLoss, _ weight: Double) {
    let last = network.layers.count - 1
    let shape = network.layers[last]
    let from = layerInput(last)
    let scores = sumGradients[last].pointer
    let blocks = (rows.count + Self.rowBlock - 1) / Self.rowBlock
    losses.withUnsafeMutableBufferPointer { losses in
      let losses = SharedDoubles(losses)
      team.forEach(blocks + packedInputs.count) { _, part in
        guard part >= packedInputs.count else { return pack(part, rows: rows.count) }
        let block = part - packedInputs.count
        let range = block * Self.rowBlock..<min((block + 1) * Self.rowBlock, rows.count)
        let z = scores + range.lowerBound * shape.outputs
        product(
          shape, 0..<shape.outputs, from: from + range.lowerBound * shape.inputs,
          rows: range.count, into: z)
        for r in range {
          let row = rows[rows.startIndex + r]
          let own = loss.weights[row]
          losses[r] =
            own
            * loss.evaluate(
              row, scores + r * shape.outputs, share: weight > 0 ? own / weight : 0)
        }
      }
    }
  }

  private func pack(_ layer: Int, rows: Int) {
    let inputs = network.layers[layer].inputs
    kernels.packStraight(
      packedInputs[layer].pointer, layerInput(layer), stride: inputs, columns: inputs, depth: rows)
  }

  /// The gradients of the sums of the layer before, a block of its columns a part.
  private func backward(_ layer: Int, _ rows: Int, _ generator: ((Int) -> Philox)?) {
    let shape = network.layers[layer]
    team.forEach(ColumnBlocks.count(shape.inputs)) { _, block in
      let columns = ColumnBlocks[block, of: shape.inputs]
      let start = columns.lowerBound
      let dz = sumGradients[layer - 1].pointer + start
      kernels.product(
        dz, stride: shape.inputs,
        ProductOperand(sumGradients[layer].pointer, stride: shape.outputs),
        ProductOperand(parameters.pointer + shape.start + start, stride: shape.inputs),
        rows: rows, depth: shape.outputs, columns: columns.count)
      drop(dz, layer - 1, block, rows, generator)
      for r in 0..<rows {
        let at = r * shape.inputs
        kernels.activationGradient(
          dz + at, dz + at, sums[layer - 1].pointer + start + at, count: columns.count,
          network.activation)
      }
    }
  }

  /// The gradients of all weights and biases, a block of a layer's outputs a part.
  private func weightGradients(_ rows: Int, _ finished: @escaping (Range<Int>) -> Void) {
    var parts: [(layer: Int, block: Int)] = []
    for (i, layer) in network.layers.enumerated() {
      parts += (0..<ColumnBlocks.count(layer.outputs)).map { (i, $0) }
    }
    team.forEach(parts.count) { _, part in
      let (layer, block) = parts[part]
      let shape = network.layers[layer]
      let outputs = ColumnBlocks[block, of: shape.outputs]
      let dz = sumGradients[layer].pointer + outputs.lowerBound
      let weights = shape.start + outputs.lowerBound * shape.inputs
      kernels.product(
        gradients.pointer + weights, stride: shape.inputs,
        ProductOperand(dz, stride: shape.outputs, transposed: true),
        ProductOperand(packed: packedInputs[layer].pointer), rows: outputs.count, depth: rows,
        columns: shape.inputs)
      let bias = gradients.pointer + shape.bias + outputs.lowerBound
      for c in outputs.indices { bias[c - outputs.lowerBound] = 0 }
      for r in 0..<rows {
        kernels.axpy(bias, 1, dz + r * shape.outputs, count: outputs.count)
      }
      finished(weights..<weights + outputs.count * shape.inputs)
      finished(shape.bias + outputs.lowerBound..<shape.bias + outputs.upperBound)
    }
  }
}

/// Memory that parts of a phase write side by side, each its own places.
struct SharedDoubles: @unchecked Sendable {
  private let base: UnsafeMutableBufferPointer<Double>

  init(_ base: UnsafeMutableBufferPointer<Double>) { self.base = base }

  subscript(index: Int) -> Double {
    get { base[index] }
    nonmutating set { base[index] = newValue }
  }
}
