internal import Contracts

/// All shards of one whole, checked: none missing, none twice, none of another.
public struct ShardSet: Sendable {
  /// In the order of their rows.
  public let files: [FeaturesFile]
  /// Of the rows together: what the file of an encoding without shards says.
  public let provenance: Provenance

  /// Opens the shards, in whatever order they are given.
  ///
  /// - Throws: ``ShardError``, `HDF5Error`, `FeatureStoreError`.
  public init(paths: [String]) throws {
    var found: [(place: ShardRows, file: FeaturesFile)] = []
    for path in paths {
      let file = try FeaturesFile(path: path, allowingShard: true)
      guard let place = file.provenance.shard else { throw ShardError.notAShard(path: path) }
      if let (_, first) = found.first { try first.checkSameWhole(as: file) }
      if let twin = found.first(where: { $0.place.shard == place.shard }) {
        throw ShardError.doubled(place.shard, path: path, other: twin.file.path)
      }
      found.append((place, file))
    }
    found.sort { $0.place.shard.index < $1.place.shard.index }
    guard let (first, file) = found.first else { preconditionFailure("no shard") }
    let indices = Set(found.map(\.place.shard.index))
    let missing = (0..<first.shard.count).filter { !indices.contains($0) }
      .compactMap { Shard(index: $0, count: first.shard.count) }
    guard missing.isEmpty else {
      throw ShardError.missing(missing, of: first.shard.count, path: file.path)
    }
    var end = 0
    for (place, file) in found {
      guard place.rows.lowerBound == end,
        place.shard.index + 1 < place.shard.count
          || place.rows.upperBound == place.total
      else { throw FeatureStoreError.invalidShard(path: file.path) }
      end = place.rows.upperBound
    }
    files = found.map(\.file)
    var provenance = file.provenance
    provenance.shard = nil
    self.provenance = provenance
  }

  /// The number of rows together.
  public var count: Int { files.reduce(0) { $0 + $1.count } }

  var rows: JoinedRows { JoinedRows(files.map { ($0, 0..<$0.count) }) }
}

extension FeaturesFile {
  /// - Throws: ``ShardError/differ(_:path:found:other:expected:)`` naming what differs.
  fileprivate func checkSameWhole(as other: FeaturesFile) throws(ShardError) {
    let pairs: [(ShardError.Part, String, String)] = [
      (
        .model, "\(provenance.model) \(provenance.modelSHA256.prefix(12))",
        "\(other.provenance.model) \(other.provenance.modelSHA256.prefix(12))"
      ),
      (
        .tokenizer, "\(provenance.tokenizerSHA256.prefix(12))",
        "\(other.provenance.tokenizerSHA256.prefix(12))"
      ),
      (.settings, provenance.config, other.provenance.config),
      (
        .tokens, "\(provenance.inputSHA256.prefix(12))",
        "\(other.provenance.inputSHA256.prefix(12))"
      ),
      (.version, provenance.firnVersion, other.provenance.firnVersion),
      (
        .kernels, provenance.kernels ?? "that are not named",
        other.provenance.kernels ?? "that are not named"
      ),
      (
        .count, "\(provenance.shard?.shard.count ?? 0) shards",
        "\(other.provenance.shard?.shard.count ?? 0) shards"
      ),
      (.rows, "\(provenance.shard?.total ?? 0) rows", "\(other.provenance.shard?.total ?? 0) rows"),
      (.classes, "\(columns.classNames)", "\(other.columns.classNames)"),
      (
        .classes, "\(columns.labelKind), weighted \(columns.hasWeights)",
        "\(other.columns.labelKind), weighted \(other.columns.hasWeights)"
      ),
      (.views, "\(layout)", "\(other.layout)"),
    ]
    for (part, expected, found) in pairs where found != expected {
      throw .differ(part, path: other.path, found: found, other: path, expected: expected)
    }
  }

  /// The views with their widths and types.
  private var layout: [String] {
    views.map { "\($0) \((try? width(of: $0)) ?? 0) \((try? type(of: $0))?.rawValue ?? "")" }
      + [
        "first \(defaultView)",
        "tokens \((try? tokenFeatureWidth()) ?? 0) \((try? tokenFeatureType())?.rawValue ?? "")",
      ]
  }
}
