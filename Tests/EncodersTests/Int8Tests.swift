import Contracts
import Encoders
import Kernels
import Testing

/// Features in 8-bit integers are near those in float32: a head must not see the difference.
struct Int8Tests {
  @Test(arguments: ParityTests.models)
  func meanCosineIsNearOne(model: String) throws {
    let reference = try ReferenceModel(model)
    let keys = [FeatureKey(layer: try reference.layerCount(), pooling: .mean)]
    let float = try reference.extractor(kernels: try .selected(), keys: keys)
      .extract(reference.batch)[0]
    let small = try reference.extractor(kernels: try .selected(), keys: keys, precision: .int8)
      .extract(reference.batch)[0]
    let cosines = (0..<float.rows).map { row in
      let (a, b) = (float[row: row], small[row: row])
      func dot(_ x: ArraySlice<Float>, _ y: ArraySlice<Float>) -> Float {
        zip(x, y).reduce(0) { $0 + $1.0 * $1.1 }
      }
      return dot(a, b) / (dot(a, a) * dot(b, b)).squareRoot()
    }
    #expect(cosines.reduce(0, +) / Float(cosines.count) > 0.99)
    #expect(float.storage != small.storage)
  }
}
