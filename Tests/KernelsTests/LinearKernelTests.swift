import Foundation
import Kernels
import Testing

/// The products of linear heads of every set against plain float64.
struct LinearKernelTests {
  private static let names = KernelSet.available.map(\.name)
  /// Rows, width, outputs: around the sizes of tiles and vectors.
  private static let shapes = [
    (1, 1, 1), (3, 7, 2), (4, 16, 5), (65, 33, 6), (130, 37, 11), (200, 64, 3), (7, 130, 4),
    (2, 0, 2),
  ]

  private func values(_ count: Int, seed: UInt64) -> [Float] {
    testValues(count, seed: seed, magnitude: 2)
  }

  private func expectClose(_ found: [Double], _ expected: [Double], _ bound: Double) {
    #expect(found.count == expected.count)
    #expect((zip(found, expected).map { abs($0 - $1) }.max() ?? 0) <= bound)
  }

  @Test(arguments: names, shapes)
  func scoresAndGradients(name: String, shape: (rows: Int, width: Int, outputs: Int)) throws {
    let kernels = try KernelSet.named(name)
    let (rows, width, outputs) = shape
    let columns = width + 1
    let x = values(rows * width, seed: 1)
    let w = values(outputs * columns, seed: 2)
    let d = values(rows * outputs, seed: 3)
    let old = values(outputs * columns, seed: 4)
    var scores = [Double](repeating: 0, count: rows * outputs)
    var gradient = old.map(Double.init)
    for r in 0..<rows {
      for k in 0..<outputs {
        scores[r * outputs + k] = Double(w[k * columns + width])
        for c in 0..<width {
          let value = Double(x[r * width + c])
          scores[r * outputs + k] += value * Double(w[k * columns + c])
          gradient[k * columns + c] += value * Double(d[r * outputs + k])
        }
      }
    }
    var found = [Double](repeating: .nan, count: rows * outputs)
    var sums = old.map(Double.init)
    // As many roundings as terms, each of at most half an ulp of a sum below 4 terms.
    let forward = 4 * Double(columns * columns), backward = 4 * Double((rows + 1) * (rows + 1))
    kernels.linearScores(
      &found, x, rows: rows, width: width, w.map(Double.init), outputs: outputs)
    kernels.addLinearGradient(
      &sums, d.map(Double.init), x, rows: rows, width: width, outputs: outputs)
    expectClose(found, scores, forward * 0x1p-53)
    expectClose(sums, gradient, backward * 0x1p-53)

    found = found.map { _ in .nan }
    var singles = old
    kernels.linearScores(&found, x, rows: rows, width: width, w, outputs: outputs)
    kernels.addLinearGradient(&singles, d, x, rows: rows, width: width, outputs: outputs)
    expectClose(found, scores, forward * 0x1p-24)
    expectClose(singles.map(Double.init), gradient, backward * 0x1p-24)
    // The intercepts' places are not touched.
    for k in 0..<outputs {
      #expect(sums[k * columns + width] == Double(old[k * columns + width]))
      #expect(singles[k * columns + width] == old[k * columns + width])
    }
  }

  @Test(arguments: names)
  func aRowAloneHasTheSameBits(name: String) throws {
    let kernels = try KernelSet.named(name)
    let (rows, width, outputs) = (70, 53, 7)
    let x = values(rows * width, seed: 5)
    let w = values(outputs * (width + 1), seed: 6).map(Double.init)
    var all = [Double](repeating: 0, count: rows * outputs)
    kernels.linearScores(&all, x, rows: rows, width: width, w, outputs: outputs)
    for row in [0, 1, 2, 63, 64, 69] {
      var alone = [Double](repeating: 0, count: outputs)
      kernels.linearScores(
        &alone, Array(x[row * width..<(row + 1) * width]), rows: 1, width: width, w,
        outputs: outputs)
      #expect(alone == Array(all[row * outputs..<(row + 1) * outputs]))
    }
  }

  @Test(arguments: names) func exponentials(name: String) throws {
    let kernels = try KernelSet.named(name)
    let step: Double = (690 + 709) / 5000
    var x: [Double] = (0...5000).map { (i: Int) -> Double in Double(i) * step - 690 }
    x += [0, -0.0, 1e-300, -1e-17]
    var y = x
    kernels.exp(&y, y, count: y.count)
    for (x, y) in zip(x, y) { #expect(abs(y - exp(x)) <= 2 * exp(x).ulp, "\(x)") }
    var beyond = [-1e9, -.infinity, 1e9, .infinity, .nan]
    kernels.exp(&beyond, beyond, count: beyond.count)
    #expect(beyond[0] == beyond[1] && beyond[0] > 0 && beyond[0] < 1e-299)
    #expect(beyond[2] == beyond[3] && beyond[2] > 8e307)
    #expect(beyond[4].isNaN)
  }
}
