public import Kernels

/// What an encoder computes with: the kernels, and the arithmetic of its products with weights.
public struct Numerics: Sendable {
  public let kernels: KernelSet
  public let precision: Precision

  public init(kernels: KernelSet, precision: Precision = .float32) {
    self.kernels = kernels
    self.precision = precision
  }

  /// Floats of scratch that products of `rows` rows and these depths need.
  func productScratch(rows: Int, _ depths: Int...) -> Int {
    depths.map { kernels.scratch(rows: rows, depth: $0, precision: precision) }.max() ?? 0
  }
}
