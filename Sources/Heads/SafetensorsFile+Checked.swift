import Safetensors

extension SafetensorsFile {
  /// The tensor `name` in float64.
  ///
  /// - Throws: `weights`, `badShape`, `nonFiniteWeights`.
  func checked(_ name: String, _ shape: [Int]) throws(HeadError) -> [Double] {
    let found: [Int]
    let values: [Double]
    do throws(SafetensorsError) {
      found = try info(name).shape
      values = try doubles(name)
    } catch {
      throw .weights(error)
    }
    guard found == shape else {
      throw .badShape(path: path, tensor: name, expected: shape, found: found)
    }
    guard values.allSatisfy(\.isFinite) else {
      throw .nonFiniteWeights(path: path, tensor: name)
    }
    return values
  }
}
