/// What the header says of one tensor, after validation.
public struct TensorInfo: Sendable, Equatable {
  public let name: String
  public let dtype: TensorDtype
  /// Outermost dimension first; empty for a scalar.
  public let shape: [Int]
  /// Where the elements lie, counted from the beginning of the file; row-major, little-endian.
  public let byteRange: Range<Int>

  /// The number of elements: the product of the shape.
  public var count: Int { byteRange.count / dtype.byteCount }
}
