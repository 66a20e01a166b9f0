public import Contracts

/// Why an HDF5 file is not the file of Firn's that it should be.
public enum FeatureStoreError: Error, Sendable, Equatable {
  /// The file is of another kind, or (`found` nil) none of Firn's.
  case wrongFormat(path: String, expected: FileFormat, found: String?)
  /// The file was written by a later Firn.
  case newerVersion(path: String, format: FileFormat, found: Int, supported: Int)
  /// The file names a version that there never was.
  case noVersion(path: String, format: FileFormat, found: Int)
  /// A root attribute is not there.
  case missingAttribute(path: String, name: String)
  /// A dataset has another shape than the rest of the file says.
  case wrongShape(path: String, dataset: String, expected: [Int], found: [Int])
  /// A number lies outside what it may be.
  case invalidValue(
    path: String, dataset: String, row: Int, value: Int, allowed: ClosedRange<Int>)
  /// A number of float64 is not what the dataset may hold.
  case invalidNumber(path: String, dataset: String, row: Int, value: Double)
  /// Texts were asked for and the file was made without them.
  case noTexts(path: String)
  /// Vectors of tokens were asked for and the file was made without them.
  case noTokenFeatures(path: String)
  /// The view asked for is not in the file.
  case noSuchView(path: String, view: FeatureKey, available: [FeatureKey])
  /// The views are not the hard link `embeddings` and what it links to.
  case noDefaultView(path: String)
  /// What the file says of the shard that it is makes no sense.
  case invalidShard(path: String)
  /// The file is a shard, where all rows are wanted.
  case isShard(path: String, shard: Shard)
  /// A file that rows are merged from is another than it was when they were merged.
  case otherShard(path: String, shard: String)
  /// Writing ended before all rows were there.
  case unfinished(path: String, expected: Int, found: Int)
}
