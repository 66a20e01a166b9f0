public import Contracts
internal import HDF5

/// An open features.h5, checked: format, version, the datasets, their types and lengths.
public final class FeaturesFile: Sendable {
  public let path: String
  public let provenance: Provenance
  /// Ids, labels, splits and so on of the rows.
  public let columns: RowColumns
  /// All views, by layer and pooling.
  public let views: [FeatureKey]
  /// The view that was asked for first: what `embeddings` names.
  public let defaultView: FeatureKey
  /// The vectors of every token; nil where the file was made without.
  let tokenDataset: HDF5Dataset?
  let tokenOffsets: RaggedOffsets?
  private let counts: HDF5Dataset
  private let keyColumn: HDF5Dataset?
  private let datasets: [FeatureKey: HDF5Dataset]

  /// The files that the rows stand in, in their order, where the file is a virtual merge.
  public let shardFiles: [String]

  /// `allowingShard`: whether the file may be one shard, where else all rows are wanted.
  ///
  /// - Throws: `HDF5Error`: `.missingSource` where the file is merged of others and one is not there;
  ///   `FeatureStoreError`.
  public init(path: String, allowingShard: Bool = false) throws {
    let file = try HDF5File(reading: path)
    self.path = path
    provenance = try Provenance(reading: file, as: .features)
    if let shard = provenance.shard?.shard, !allowingShard {
      throw FeatureStoreError.isShard(path: path, shard: shard)
    }
    columns = try RowColumns(file)
    counts = try file.column("n_tokens", .int32, shape: [columns.count])
    keyColumn =
      try file.contains("token_sha256")
      ? file.column("token_sha256", .uint8, shape: [columns.count, RowKey.size]) : nil
    if let shard = provenance.shard, shard.rows.count != columns.count {
      throw FeatureStoreError.invalidShard(path: path)
    }
    let embeddings = try file.dataset("embeddings")
    shardFiles = embeddings.sources.map(\.dataset.file)
    try provenance.checkSources(of: embeddings)
    var datasets: [FeatureKey: HDF5Dataset] = [:]
    var defaultView: FeatureKey?
    for layer in try file.names(in: "layers") {
      for pooling in try file.names(in: "layers/\(layer)") {
        let name = "layers/\(layer)/\(pooling)"
        // What a later Firn may add beside the poolings is none of this one's business.
        guard let key = FeatureKey(path: name) else { continue }
        datasets[key] = try file.view(name, rows: columns.count)
        if try file.areSame(name, embeddings.name) { defaultView = key }
      }
    }
    guard let defaultView else { throw FeatureStoreError.noDefaultView(path: path) }
    self.datasets = datasets
    self.defaultView = defaultView
    views = datasets.keys.sorted {
      ($0.layer, $0.pooling.description) < ($1.layer, $1.pooling.description)
    }
    let (rows, longest) = (columns.count, provenance.maxLength)
    tokenDataset = try file.contains("token_features") ? file.view("token_features") : nil
    tokenOffsets = try tokenDataset.map {
      try RaggedOffsets(file, rows: rows, tokenCount: $0.rows, longest: longest)
    }
  }

  /// The number of rows.
  public var count: Int { columns.count }

  /// How many tokens each row was encoded from.
  public func tokenCounts(_ rows: Range<Int>) throws -> [Int32] {
    try counts.read(rows)
  }

  /// Whether the file says what tokens its rows were made from; Firn 0.2 did not.
  public var hasRowKeys: Bool { keyColumn != nil }

  /// The rows' keys.
  ///
  /// - Precondition: ``hasRowKeys``.
  public func rowKeys(_ rows: Range<Int>) throws -> [RowKey] {
    guard let keyColumn else { preconditionFailure("\(path) has no token_sha256") }
    let bytes: [UInt8] = try keyColumn.read(rows)
    return rows.indices.map { row in
      let start = (row - rows.lowerBound) * RowKey.size
      return RowKey(bytes[start..<start + RowKey.size])
    }
  }

  /// The numbers of a row in a view.
  public func width(of view: FeatureKey? = nil) throws -> Int { try dataset(view).width }

  /// The precision on file.
  public func type(of view: FeatureKey? = nil) throws -> FeatureType {
    FeatureType(try dataset(view).content) ?? .float32
  }

  func dataset(_ view: FeatureKey?) throws(FeatureStoreError) -> HDF5Dataset {
    let key = view ?? defaultView
    guard let dataset = datasets[key] else {
      throw .noSuchView(path: path, view: key, available: views)
    }
    return dataset
  }
}

extension HDF5File {
  /// Opens a dataset of vectors; `rows`: how many there must be, where that is known.
  fileprivate func view(_ name: String, rows: Int? = nil) throws -> HDF5Dataset {
    let dataset = try dataset(name)
    let rows = rows ?? dataset.rows
    guard FeatureType(dataset.content) != nil else {
      throw HDF5Error.wrongType(
        file: path, object: name, expected: "float32 or float16", found: dataset.content.name)
    }
    guard dataset.shape.count == 2, dataset.rows == rows, dataset.width > 0 else {
      throw FeatureStoreError.wrongShape(
        path: path, dataset: name, expected: [rows, dataset.width], found: dataset.shape)
    }
    return dataset
  }
}
