public import Contracts

/// The numbers of a view of features.h5, or of its token features, in short.
public struct ViewSummary: Sendable {
  public let rows: Int
  public let width: Int
  public let type: FeatureType
  /// Euclidean norms of the rows whose numbers are all finite; NaN where there is none.
  public private(set) var smallestNorm = Double.infinity
  public private(set) var largestNorm = -Double.infinity
  /// Their mean.
  public var meanNorm: Double { normSum / Double(finite) }
  /// Rows of zeros alone.
  public private(set) var zeroRows = 0
  /// Numbers that are NaN, and that are infinite.
  public private(set) var nanCount = 0
  public private(set) var infiniteCount = 0
  private var normSum = 0.0
  private var finite = 0

  private static var floatsPerRead: Int { 1 << 20 }

  /// Reads a view whole.
  ///
  /// `progress`: called with the number of rows that were read.
  ///
  /// - Throws: `HDF5Error`, `FeatureStoreError`, and what `progress` throws.
  public init(
    _ file: FeaturesFile, _ view: FeatureKey, progress: (Int) throws -> Void = { _ in }
  ) throws {
    try self.init(
      rows: file.count, width: file.width(of: view), type: file.type(of: view),
      read: { try file.read($0, of: view, into: $1) }, progress: progress)
  }

  /// Reads the vectors of every token.
  ///
  /// - Throws: `HDF5Error`, `FeatureStoreError`, and what `progress` throws.
  public init(
    tokensOf file: FeaturesFile, progress: (Int) throws -> Void = { _ in }
  ) throws {
    try self.init(
      rows: file.tokenFeatureCount(), width: file.tokenFeatureWidth(),
      type: file.tokenFeatureType(), read: { try file.readTokenFeatures($0, into: $1) },
      progress: progress)
  }

  private init(
    rows: Int, width: Int, type: FeatureType,
    read: (Range<Int>, UnsafeMutableBufferPointer<Float>) throws -> Void,
    progress: (Int) throws -> Void
  ) throws {
    self.rows = rows
    self.width = width
    self.type = type
    let rowsPerRead = max(1, Self.floatsPerRead / width)
    var values = [Float](repeating: 0, count: min(rows, rowsPerRead) * width)
    for start in stride(from: 0, to: rows, by: rowsPerRead) {
      let part = start..<min(start + rowsPerRead, rows)
      try values.withUnsafeMutableBufferPointer { buffer in
        let target = UnsafeMutableBufferPointer(rebasing: buffer[..<(part.count * width)])
        try read(part, target)
        for row in 0..<part.count { add(target[row * width..<(row + 1) * width]) }
      }
      try progress(part.count)
    }
    if finite == 0 { (smallestNorm, largestNorm) = (.nan, .nan) }
  }

  private mutating func add(_ row: Slice<UnsafeMutableBufferPointer<Float>>) {
    var sum = 0.0
    for value in row { sum += Double(value) * Double(value) }
    guard sum.isFinite else {
      nanCount += row.count { $0.isNaN }
      infiniteCount += row.count { $0.isInfinite }
      return
    }
    finite += 1
    let norm = sum.squareRoot()
    normSum += norm
    smallestNorm = min(smallestNorm, norm)
    largestNorm = max(largestNorm, norm)
    if sum == 0 { zeroRows += 1 }
  }
}
