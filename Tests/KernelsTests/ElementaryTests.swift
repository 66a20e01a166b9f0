import Foundation
import Kernels
import Testing

/// Runs every kernel set of this machine against float64.
struct ElementaryTests {
  /// Error in units in the last place of the float32 nearest to `expected`.
  private func ulps(_ found: Float, _ expected: Double) -> Double {
    let nearest = Float(expected)
    if found == nearest || (found.isNaN && nearest.isNaN) { return 0 }
    let unit = Double(max(nearest.ulp, Float.leastNormalMagnitude.ulp))
    return abs(Double(found) - expected) / unit
  }

  /// Values over the whole range of interest, dense near zero, odd in number so that tails run.
  private func inputs(_ limit: Float) -> [Float] {
    var values: [Float] = [0, -0.0, 1e-30, -1e-30, 1e-6, limit, -limit]
    for i in 0..<40_000 {
      let place = (Float(i) + 0.5) / 40_000
      values += [limit * place, -limit * place, place * 1.5, -place * 1.5]
    }
    return values
  }

  private func worst(
    _ values: [Float], _ f: (UnsafeMutablePointer<Float>, UnsafePointer<Float>, Int) -> Void,
    _ exact: (Double) -> Double
  ) -> Double {
    var out = [Float](repeating: 0, count: values.count)
    out.withUnsafeMutableBufferPointer { y in
      values.withUnsafeBufferPointer { x in
        guard let y = y.baseAddress, let x = x.baseAddress else { return }
        f(y, x, values.count)
      }
    }
    return zip(values, out).map { ulps($1, exact(Double($0))) }.max() ?? .infinity
  }

  @Test(arguments: KernelSet.available.map(\.name))
  func expWithinTwoUlps(name: String) throws {
    let kernels = try KernelSet.named(name)
    #expect(worst(inputs(87), { kernels.exp($0, $1, count: $2) }, Foundation.exp) <= 2)
  }

  @Test(arguments: KernelSet.available.map(\.name))
  func erfWithinFourUlps(name: String) throws {
    let kernels = try KernelSet.named(name)
    #expect(worst(inputs(6), { kernels.erf($0, $1, count: $2) }, Foundation.erf) <= 4)
  }

  @Test(arguments: KernelSet.available.map(\.name))
  func tanhWithinFourUlps(name: String) throws {
    let kernels = try KernelSet.named(name)
    #expect(worst(inputs(12), { kernels.tanh($0, $1, count: $2) }, Foundation.tanh) <= 4)
  }

  @Test(arguments: KernelSet.available.map(\.name))
  func edgesOfExp(name: String) throws {
    let kernels = try KernelSet.named(name)
    let x: [Float] = [.infinity, -.infinity, -200, 200, 0, -104, 88.7, .nan]
    var y = [Float](repeating: -1, count: x.count)
    y.withUnsafeMutableBufferPointer { out in
      if let out = out.baseAddress { kernels.exp(out, x, count: x.count) }
    }
    #expect(y[0] == .infinity && y[1] == 0 && y[7].isNaN)
    #expect(y[2] == 0 && y[3] == .infinity && y[4] == 1 && y[5] <= Float.leastNonzeroMagnitude)
    #expect(abs(y[6] / Float(Foundation.exp(88.7 as Double)) - 1) < 1e-4)
    y.withUnsafeMutableBufferPointer { out in
      if let out = out.baseAddress { kernels.tanh(out, x, count: x.count) }
    }
    #expect(y[0] == 1 && y[1] == -1 && y[7].isNaN)
    y.withUnsafeMutableBufferPointer { out in
      if let out = out.baseAddress { kernels.erf(out, x, count: x.count) }
    }
    #expect(y[0] == 1 && y[1] == -1 && y[7].isNaN)
  }

  @Test
  func unknownNameIsRefused() {
    #expect(throws: KernelError.self) { try KernelSet.named("sse9") }
  }
}
