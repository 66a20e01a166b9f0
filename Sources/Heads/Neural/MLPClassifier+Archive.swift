import Contracts
public import Safetensors

/// What head.json says of a perceptron.
public struct MLPRecord: Sendable, Equatable, Codable {
  static let kind = "mlp"

  public let output: OutputKind
  /// Predicted numbers are `center + unit * score`.
  public let center: Double
  public let unit: Double
  public let hyperparameters: MLPClassifier.Configuration
  public let training: MLPClassifier.Summary
}

extension MLPClassifier: ArchivableHead {
  public var record: HeadRecord {
    .mlp(
      MLPRecord(
        output: output, center: center, unit: unit, hyperparameters: configuration,
        training: summary))
  }

  /// `layers.<i>.weight` [outputs, inputs] and `layers.<i>.bias` [outputs] in float32, as nn.Linear's;
  /// `mean` and `scale` [width] in float64 where features are standardized.
  public var tensors: [SafetensorsWriter.Tensor] {
    layers.enumerated().flatMap { i, layer in
      [
        SafetensorsWriter.Tensor(
          name: "layers.\(i).weight", shape: [layer.weight.rows, layer.weight.columns],
          values: .float32(layer.weight.storage)),
        SafetensorsWriter.Tensor(
          name: "layers.\(i).bias", shape: [layer.bias.count], values: .float32(layer.bias)),
      ]
    } + (standardization?.tensors ?? [])
  }

  /// Puts a head together again; `path` is that of head.json.
  init(
    _ record: MLPRecord, width: Int, classCount: Int, tensors: SafetensorsFile, path: String
  ) throws(HeadError) {
    let hidden = record.hyperparameters.hiddenLayers
    guard hidden.allSatisfy({ $0 > 0 }) else {
      throw .inconsistent(path: path, field: "hidden_layers")
    }
    guard (record.output == .identity) == (classCount == 0) else {
      throw .inconsistent(path: path, field: "class_names")
    }
    guard record.unit > 0, record.unit.isFinite, record.center.isFinite else {
      throw .inconsistent(path: path, field: "unit")
    }
    var layers: [Layer] = []
    var inputs = width
    for (i, outputs) in (hidden + [record.output == .identity ? 1 : classCount]).enumerated() {
      let weight = try tensors.floats("layers.\(i).weight", [outputs, inputs])
      layers.append(
        Layer(
          weight: Matrix(rows: outputs, columns: inputs, storage: weight),
          bias: try tensors.floats("layers.\(i).bias", [outputs])))
      inputs = outputs
    }
    self.init(
      layers: layers, output: record.output,
      standardization: record.hyperparameters.standardize
        ? try Standardization(width: width, tensors) : nil,
      center: record.center, unit: record.unit, configuration: record.hyperparameters,
      summary: record.training)
  }
}

extension SafetensorsFile {
  /// The finite numbers of a tensor of this shape.
  ///
  /// - Throws: `weights`, `badShape`, `nonFiniteWeights`.
  func floats(_ name: String, _ shape: [Int]) throws(HeadError) -> [Float] {
    let found: [Int]
    let values: [Float]
    do throws(SafetensorsError) {
      found = try info(name).shape
      values = try floats(name)
    } catch {
      throw .weights(error)
    }
    guard found == shape else {
      throw .badShape(path: path, tensor: name, expected: shape, found: found)
    }
    guard values.allSatisfy(\.isFinite) else { throw .nonFiniteWeights(path: path, tensor: name) }
    return values
  }
}
