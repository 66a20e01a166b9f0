import Contracts
import FeatureStore
import Heads

/// The hidden states of every token of features.h5, read as they are needed.
struct TokenFeaturesView: SequenceSource {
  private let file: FeaturesFile
  private let bounds: [Int]
  let width: Int

  /// - Throws: `HDF5Error`, `FeatureStoreError.noTokenFeatures`.
  init(_ file: FeaturesFile) throws {
    self.file = file
    bounds = try file.tokenFeatureBounds(0..<file.count)
    width = try file.tokenFeatureWidth()
  }

  var count: Int { bounds.count - 1 }
  /// Of all tokens in float32.
  var byteCount: Int { (bounds.last ?? 0) * width * MemoryLayout<Float>.stride }
  func length(_ i: Int) -> Int { bounds[i + 1] - bounds[i] }

  /// - Throws: `HDF5Error`.
  func tokens(at indices: [Int]) throws -> TokenFeatures { try file.tokenFeatures(at: indices) }
}

extension FeaturesFile {
  /// The hidden states of every token, in memory where they are not too many.
  ///
  /// - Throws: `HDF5Error`, `FeatureStoreError.noTokenFeatures`.
  func tokenSource() throws -> any SequenceSource {
    let view = try TokenFeaturesView(self)
    return view.byteCount <= Self.largestInMemory ? try tokenFeatures(0..<count) : view
  }
}
