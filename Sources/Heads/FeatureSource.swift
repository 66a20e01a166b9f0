public import Contracts

/// Rows of features that need not be in memory: what heads that train in passes read.
///
/// A `Contracts/Matrix` is one; StageKit makes one of a view of features.h5. Reading is safe from
/// several threads at a time.
public protocol FeatureSource: Sendable {
  /// The number of rows.
  var count: Int { get }
  /// The number of columns.
  var width: Int { get }

  /// Reads `rows` into `buffer` [rows.count, width], row-major.
  ///
  /// - Throws: what the medium throws.
  func read(_ rows: Range<Int>, into buffer: UnsafeMutableBufferPointer<Float>) throws

  /// Reads the rows named by `indices`, in that order, into `buffer` [indices.count, width].
  ///
  /// - Throws: what the medium throws.
  func read(at indices: ArraySlice<Int>, into buffer: UnsafeMutableBufferPointer<Float>) throws
}

extension FeatureSource {
  /// Bytes of all rows in float32.
  public var byteCount: Int { count * width * MemoryLayout<Float>.stride }

  /// One read a run of neighbouring indices.
  public func read(
    at indices: ArraySlice<Int>, into buffer: UnsafeMutableBufferPointer<Float>
  ) throws {
    var begin = indices.startIndex
    while begin < indices.endIndex {
      var end = begin + 1
      while end < indices.endIndex, indices[end] == indices[end - 1] + 1 { end += 1 }
      let target = (begin - indices.startIndex) * width..<(end - indices.startIndex) * width
      try read(
        indices[begin]..<indices[end - 1] + 1,
        into: UnsafeMutableBufferPointer(rebasing: buffer[target]))
      begin = end
    }
  }

  /// All rows in memory: [count, width].
  ///
  /// - Throws: what the medium throws.
  public func loaded() throws -> Matrix {
    if let matrix = self as? Matrix { return matrix }
    var matrix = Matrix(rows: count, columns: width)
    // In steps, so that a medium that decodes needs little memory of its own.
    let step = max(1, (1 << 22) / max(width, 1))
    try matrix.storage.withUnsafeMutableBufferPointer { buffer in
      for begin in stride(from: 0, to: count, by: step) {
        let rows = begin..<min(begin + step, count)
        let part = buffer[rows.lowerBound * width..<rows.upperBound * width]
        try read(rows, into: UnsafeMutableBufferPointer(rebasing: part))
      }
    }
    return matrix
  }
}

extension Matrix: FeatureSource {
  public var count: Int { rows }
  public var width: Int { columns }

  public func read(_ rows: Range<Int>, into buffer: UnsafeMutableBufferPointer<Float>) {
    _ = buffer.update(
      fromContentsOf: storage[rows.lowerBound * columns..<rows.upperBound * columns])
  }
}

/// Some rows of a source, in an order of one's own: a split, a fold. Nothing is copied.
public struct SelectedRows: FeatureSource {
  public let base: any FeatureSource
  /// Row i is row `indices[i]` of `base`.
  public let indices: [Int]

  /// - Precondition: each index is a row of `base`.
  public init(_ base: any FeatureSource, _ indices: [Int]) {
    precondition(indices.allSatisfy { 0 <= $0 && $0 < base.count })
    self.base = base
    self.indices = indices
  }

  public var count: Int { indices.count }
  public var width: Int { base.width }

  public func read(_ rows: Range<Int>, into buffer: UnsafeMutableBufferPointer<Float>) throws {
    try base.read(at: indices[rows], into: buffer)
  }

  public func read(
    at positions: ArraySlice<Int>, into buffer: UnsafeMutableBufferPointer<Float>
  ) throws {
    try base.read(at: positions.map { indices[$0] }[...], into: buffer)
  }
}
