internal import HDF5

/// A tokens.h5 or features.h5 as it lies on the disk: its datasets, and what it says of itself.
public struct StoredFile: Sendable {
  /// One dataset.
  public struct Dataset: Sendable {
    public let name: String
    /// The type of its elements.
    public let type: String
    public let shape: [Int]
    /// The bytes that its elements take in this file, without those of strings.
    public let bytes: Int
    /// Whether its chunks have checksums of their own.
    public let hasChecksums: Bool
    /// In how many other files its rows stand; 0 where they stand here.
    public let sources: Int
    /// The name that it has besides, where it is the same dataset.
    public let alias: String?
  }

  public let path: String
  public let format: FileFormat
  public let version: Int
  public let provenance: Provenance
  public let datasets: [Dataset]
  /// The digest of its strings; nil in files of Firn 0.3.0 and before.
  let stringsSHA256: String?

  /// - Throws: `HDF5Error`, `FeatureStoreError`.
  public init(path: String) throws {
    let file = try HDF5File(reading: path)
    let named = try file.stringAttribute("format")
    guard let format = named.flatMap(FileFormat.init(rawValue:)) else {
      throw FeatureStoreError.wrongFormat(path: path, expected: .features, found: named)
    }
    self.path = path
    self.format = format
    provenance = try Provenance(reading: file, as: format)
    version = try file.integerAttribute("format_version") ?? 0
    stringsSHA256 = try file.stringAttribute("strings_sha256")
    let names = try file.datasetNames()
    var datasets: [Dataset] = []
    for name in names {
      let alias =
        name == "embeddings"
        ? try names.first { try $0 != name && file.areSame($0, name) } : nil
      let dataset = try file.dataset(name)
      datasets.append(
        Dataset(
          name: name, type: dataset.content.name, shape: dataset.shape,
          bytes: dataset.storedBytes, hasChecksums: try dataset.checksums,
          sources: dataset.sources.count, alias: alias))
    }
    self.datasets = datasets
  }
}

extension HDF5Dataset {
  /// Whether whatever holds the rows has checksums.
  fileprivate var checksums: Bool {
    get throws(HDF5Error) {
      guard !sources.isEmpty else { return try hasChecksums }
      for source in sources where try !source.dataset.hasChecksums { return false }
      return true
    }
  }
}
