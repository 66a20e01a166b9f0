public import Contracts
public import FeatureStore
public import Heads

/// A view of features.h5 as the rows that a head trains on.
public struct FeaturesView: FeatureSource {
  public let file: FeaturesFile
  public let key: FeatureKey
  public let width: Int

  /// - Throws: `FeatureStoreError.noSuchView`.
  public init(_ file: FeaturesFile, _ key: FeatureKey) throws {
    self.file = file
    self.key = key
    width = try file.width(of: key)
  }

  public var count: Int { file.count }

  /// - Throws: `HDF5Error`.
  public func read(_ rows: Range<Int>, into buffer: UnsafeMutableBufferPointer<Float>) throws {
    try file.read(rows, of: key, into: buffer)
  }

  /// Each chunk of the file that holds one of the rows is read once.
  ///
  /// - Throws: `HDF5Error`.
  public func read(
    at indices: ArraySlice<Int>, into buffer: UnsafeMutableBufferPointer<Float>
  ) throws {
    _ = buffer.update(fromContentsOf: try file.features(at: Array(indices), of: key).storage)
  }
}
