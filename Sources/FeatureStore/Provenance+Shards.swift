internal import HDF5

extension Provenance {
  /// Checks that the files that a merged dataset's rows stand in are the shards that it was merged of:
  /// each may have been written anew since.
  ///
  /// - Throws: `FeatureStoreError.otherShard`; `HDF5Error`.
  func checkSources(of dataset: HDF5Dataset) throws {
    for source in dataset.sources {
      let path = source.dataset.file
      let found = try Provenance.read(path, format: .features)
      guard let shard = found.shard, shard.rows == source.rows, shard.total == dataset.rows,
        found.isOfOneRun(with: self)
      else { throw FeatureStoreError.otherShard(path: dataset.file, shard: path) }
    }
  }

  /// Whether the rows of two files are of the same tokens, made by the same Firn with the same settings
  /// and kernels.
  func isOfOneRun(with other: Provenance) -> Bool {
    firnVersion == other.firnVersion && configSHA256 == other.configSHA256
      && inputSHA256 == other.inputSHA256 && modelSHA256 == other.modelSHA256
      && tokenizerSHA256 == other.tokenizerSHA256 && kernels == other.kernels
  }
}
