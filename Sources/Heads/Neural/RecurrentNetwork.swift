import Kernels
import Optimization

/// The kind of recurrent layer.
public enum RecurrentCell: String, Sendable, Codable, CaseIterable {
  /// Long short-term memory (Hochreiter & Schmidhuber 1997), PyTorch's nn.LSTM.
  case lstm
  /// Gated recurrent unit (Cho et al. 2014), PyTorch's nn.GRU.
  case gru

  /// i, f, g, o; r, z, n.
  var gates: Int { self == .lstm ? 4 : 3 }
}

/// How the outputs of a text's tokens become one vector.
public enum TimePooling: String, Sendable, Codable, CaseIterable {
  /// The state after the last token; backwards, after the first.
  case last
  case max
  case mean
}

/// Where the weights of one direction of a recurrent layer lie in the flat memory of all parameters:
/// input weight [gates * size, inputs], recurrent weight [gates * size, size], and their biases, as
/// PyTorch's weight_ih, weight_hh, bias_ih and bias_hh.
struct RecurrentShape: Sendable, Equatable {
  let inputs: Int
  let size: Int
  let gates: Int
  let start: Int

  var width: Int { gates * size }
  var inputWeight: Int { start }
  var stateWeight: Int { start + width * inputs }
  var inputBias: Int { stateWeight + width * size }
  var stateBias: Int { inputBias + width }
  var end: Int { stateBias + width }

  /// The tensors in their order, by PyTorch's names.
  var tensors: [(name: String, shape: [Int], range: Range<Int>)] {
    [
      ("weight_ih", [width, inputs], inputWeight..<stateWeight),
      ("weight_hh", [width, size], stateWeight..<inputBias),
      ("bias_ih", [width], inputBias..<stateBias),
      ("bias_hh", [width], stateBias..<end),
    ]
  }
}

/// Recurrent layers and a linear output: their places in the flat memory of parameters.
struct RecurrentNetwork: Sendable, Equatable {
  let cell: RecurrentCell
  let pooling: TimePooling
  let dropout: Double
  /// [layers][directions].
  let layers: [[RecurrentShape]]
  let output: DenseShape

  init(
    cell: RecurrentCell, inputs: Int, size: Int, layers count: Int, isBidirectional: Bool,
    pooling: TimePooling, dropout: Double, outputs: Int
  ) {
    self.cell = cell
    self.pooling = pooling
    self.dropout = dropout
    let directions = isBidirectional ? 2 : 1
    var layers: [[RecurrentShape]] = []
    var start = 0
    for layer in 0..<count {
      layers.append(
        (0..<directions).map { _ in
          let shape = RecurrentShape(
            inputs: layer == 0 ? inputs : directions * size, size: size, gates: cell.gates,
            start: start)
          start = shape.end
          return shape
        })
    }
    self.layers = layers
    output = DenseShape(inputs: directions * size, outputs: outputs, start: start)
  }

  var parameterCount: Int { output.end }
  var inputs: Int { layers[0][0].inputs }
  var size: Int { layers[0][0].size }
  var directions: Int { layers[0].count }

  /// All tensors by their names: PyTorch's, `weight_ih_l0_reverse`, after `rnn.`; `output.weight`.
  var tensors: [(name: String, shape: [Int], range: Range<Int>)] {
    var tensors: [(name: String, shape: [Int], range: Range<Int>)] = []
    for (l, layer) in layers.enumerated() {
      for (d, shape) in layer.enumerated() {
        tensors += shape.tensors.map {
          ("rnn.\($0.name)_l\(l)\(d == 1 ? "_reverse" : "")", $0.shape, $0.range)
        }
      }
    }
    tensors.append(
      ("output.weight", [output.outputs, output.inputs], output.start..<output.bias))
    tensors.append(("output.bias", [output.outputs], output.bias..<output.end))
    return tensors
  }

  /// PyTorch's initial weights, drawn from the seed: all of a recurrent layer's, biases too, uniform
  /// within 1 / sqrt(size).
  func initialized(seed: UInt64) -> FloatBuffer {
    let parameters = FloatBuffer(count: parameterCount)
    let bound = 1 / Float(size).squareRoot()
    for (i, tensor) in tensors.dropLast(2).enumerated() {
      Philox(seed: seed, .initialization, i)
        .fillUniform(
          parameters.pointer + tensor.range.lowerBound, count: tensor.range.count, bound: bound)
    }
    output.initialize(parameters.pointer, seed: seed, tensor: tensors.count)
    return parameters
  }
}
