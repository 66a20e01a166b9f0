public import Contracts
import Kernels

/// Rows scaled to length 1, in memory: the cosine of two is their product.
///
/// A row of zeros (a text without tokens) stays one, and its cosine with every row is 0, as
/// scikit-learn's `cosine_similarity` has it. A row with a number that is not finite is near to none.
public struct UnitRows: Sendable {
  public let count: Int
  public let width: Int
  /// [count, width], row-major.
  let values: FloatBuffer

  /// Rows read together; a block that a worker scales.
  private static var rowsPerBlock: Int { 4096 }

  /// Reads `count` rows of `width` numbers and scales them on `threads` threads.
  ///
  /// `read`: puts rows into the buffer, [rows, width]. It is called on the calling thread, for
  /// ranges that ascend from 0.
  ///
  /// - Throws: what `read` throws.
  public init(
    count: Int, width: Int, threads: Int,
    read: (Range<Int>, UnsafeMutableBufferPointer<Float>) throws -> Void
  ) rethrows {
    precondition(count >= 0 && width > 0)
    let values = FloatBuffer(count: count * width, zeroed: false)
    let blocks = Blocks(count: count, size: Self.rowsPerBlock)
    for block in 0..<blocks.number {
      let rows = blocks[block]
      try read(
        rows,
        UnsafeMutableBufferPointer(
          start: values.pointer + rows.lowerBound * width, count: rows.count * width))
    }
    Workers.forEach(blocks.number, workers: threads) { _, block in
      for row in blocks[block] { Self.scale(values.pointer + row * width, width) }
    }
    self.count = count
    self.width = width
    self.values = values
  }

  /// The rows of a matrix.
  public init(_ matrix: Matrix, threads: Int = 1) {
    self.init(count: matrix.rows, width: matrix.columns, threads: threads) { rows, buffer in
      let elements = rows.lowerBound * matrix.columns..<rows.upperBound * matrix.columns
      _ = buffer.update(fromContentsOf: matrix.storage[elements])
    }
  }

  func pointer(_ row: Int) -> UnsafePointer<Float> { UnsafePointer(values.pointer + row * width) }

  private static func scale(_ row: UnsafeMutablePointer<Float>, _ width: Int) {
    let length = dot(row, row, width).squareRoot()
    guard length > 0 else { return }
    for column in 0..<width { row[column] = Float(Double(row[column]) / length) }
  }

  /// The product of two rows, in float64.
  static func dot(_ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, _ width: Int) -> Double {
    // Eight sums side by side, for the processor's sake; their order is fixed.
    var sums = SIMD8<Double>()
    var column = 0
    while column + 8 <= width {
      let x = UnsafeRawPointer(a + column).loadUnaligned(as: SIMD8<Float>.self)
      let y = UnsafeRawPointer(b + column).loadUnaligned(as: SIMD8<Float>.self)
      sums += SIMD8<Double>(x) * SIMD8<Double>(y)
      column += 8
    }
    var sum = sums.sum()
    while column < width {
      sum += Double(a[column]) * Double(b[column])
      column += 1
    }
    return sum
  }

  /// The cosine of a row and a row of `other`, in float64; 1 exactly for rows of equal numbers.
  func cosine(_ row: Int, _ other: UnitRows, _ otherRow: Int) -> Double {
    let (a, b) = (pointer(row), other.pointer(otherRow))
    // Their lengths are 1 but for the rounding to float32, which this takes out again.
    let lengths = Self.dot(a, a, width) * Self.dot(b, b, width)
    return lengths > 0 ? Self.dot(a, b, width) / lengths.squareRoot() : 0
  }

  /// How far a product of two rows in float32, summed in whatever order, can be from their cosine:
  /// width roundings, each of half a unit in the last place of a sum that is at most 1, and as much
  /// again for the rows' own.
  var slack: Double { Double(width + 2) * Double(Float.ulpOfOne) }
}

/// `0..<count` cut into blocks of `size`, the last one shorter.
struct Blocks: Sendable {
  let count: Int
  let size: Int

  var number: Int { (count + size - 1) / size }

  subscript(block: Int) -> Range<Int> { block * size..<min((block + 1) * size, count) }
}
