import Safetensors

extension Standardization {
  private enum Name {
    static let mean = "mean"
    static let scale = "scale"
  }

  /// `mean` and `scale` [width], float64.
  var tensors: [SafetensorsWriter.Tensor] {
    [
      SafetensorsWriter.Tensor(name: Name.mean, shape: [mean.count], values: .float64(mean)),
      SafetensorsWriter.Tensor(name: Name.scale, shape: [scale.count], values: .float64(scale)),
    ]
  }

  /// Reads them again.
  ///
  /// - Throws: `weights`, `badShape`, `nonFiniteWeights`, `inconsistent`.
  init(width: Int, _ tensors: SafetensorsFile) throws(HeadError) {
    let scale = try tensors.checked(Name.scale, [width])
    guard scale.allSatisfy({ $0 > 0 }) else {
      throw .inconsistent(path: tensors.path, field: Name.scale)
    }
    self.init(mean: try tensors.checked(Name.mean, [width]), scale: scale)
  }
}
