public import Contracts
public import FeatureStore
public import Heads

/// Several views of features.h5 side by side: a row is theirs one after the other.
public struct JoinedViews: FeatureSource {
  private let views: [FeaturesView]

  /// - Throws: `FeatureStoreError.noSuchView`.
  /// - Precondition: there is a view.
  public init(_ file: FeaturesFile, _ keys: [FeatureKey]) throws {
    precondition(!keys.isEmpty)
    views = try keys.map { try FeaturesView(file, $0) }
  }

  public var count: Int { views[0].count }
  public var width: Int { views.reduce(0) { $0 + $1.width } }

  /// - Throws: `HDF5Error`.
  public func read(_ rows: Range<Int>, into buffer: UnsafeMutableBufferPointer<Float>) throws {
    try join(rows.count, into: buffer) { try $0.read(rows, into: $1) }
  }

  /// - Throws: `HDF5Error`.
  public func read(
    at indices: ArraySlice<Int>, into buffer: UnsafeMutableBufferPointer<Float>
  ) throws {
    try join(indices.count, into: buffer) { try $0.read(at: indices, into: $1) }
  }

  /// Reads `count` rows of each view and puts them in their columns of `buffer`.
  private func join(
    _ count: Int, into buffer: UnsafeMutableBufferPointer<Float>,
    _ read: (FeaturesView, UnsafeMutableBufferPointer<Float>) throws -> Void
  ) throws {
    if views.count == 1 { return try read(views[0], buffer) }
    var own: [Float] = []
    var column = 0
    for view in views {
      own = [Float](repeating: 0, count: count * view.width)
      try own.withUnsafeMutableBufferPointer { try read(view, $0) }
      for row in 0..<count {
        let target = row * width + column
        _ = UnsafeMutableBufferPointer(rebasing: buffer[target..<target + view.width])
          .update(fromContentsOf: own[row * view.width..<(row + 1) * view.width])
      }
      column += view.width
    }
  }
}
