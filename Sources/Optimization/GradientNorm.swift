import Glibc
public import Kernels

/// x^n for n >= 0.
func power(_ x: Double, _ n: Int) -> Double { pow(x, Double(n)) }

/// The norm of a gradient over all parameters, and clipping by it (Pascanu et al. 2013,
/// arXiv:1211.5063): torch.nn.utils.clip_grad_norm_.
public struct GradientNorm: Sendable {
  /// Squares are summed in blocks of this size, whose sums are then added in order.
  public static let block = 1 << 14

  private var squares = 0.0

  public init() {}

  /// Adds the squares of `gradients` [count].
  public mutating func add(
    _ gradients: UnsafePointer<Float>, count: Int, kernels: KernelSet
  ) {
    for start in stride(from: 0, to: count, by: Self.block) {
      let sum = kernels.sumOfSquares(gradients + start, count: min(Self.block, count - start))
      squares += Double(sum)
    }
  }

  /// Adds a sum of squares that was taken elsewhere: callers with threads sum blocks there, and add them in
  /// a fixed order.
  public mutating func add(square: Double) { squares += square }

  /// The square root of the sum of all squares; infinite or NaN where a gradient is.
  public var value: Double { squares.squareRoot() }

  /// What the gradients are to be multiplied by so that their norm is at most `maximum`.
  public func scale(maximum: Double) -> Float { Float(min(1, maximum / (value + 1e-6))) }
}
