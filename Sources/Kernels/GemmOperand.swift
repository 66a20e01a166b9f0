/// A row-major matrix in memory, `stride` elements from one row to the next.
public struct GemmOperand<Element: BinaryFloatingPoint> {
  let base: UnsafePointer<Element>
  let stride: Int
  let transposed: Bool

  /// - Precondition: `base` outlives the call that the operand is made for.
  public init(_ base: UnsafePointer<Element>, stride: Int, transposed: Bool = false) {
    self.base = base
    self.stride = stride
    self.transposed = transposed
  }
}
