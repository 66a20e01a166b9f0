import Contracts
public import FeatureStore
import Foundation
import Reporting

/// What firn-inspect says of a tokens.h5 or features.h5.
public struct StoreInspection: Sendable {
  public let stored: StoredFile
  /// The rows, counted; nil where only headers are wanted.
  public let rows: RowSummary?
  /// The views with their numbers, and the tokens' vectors under the name of their dataset.
  public let views: [(name: String, summary: ViewSummary)]
  /// The shards of a virtual merge.
  private let shards: [String]

  /// `headersOnly`: whether rows and numbers are left unread.
  ///
  /// - Throws: `HDF5Error`, `FeatureStoreError`.
  public init(path: String, headersOnly: Bool, _ console: Console) throws {
    stored = try StoredFile(path: path)
    var views: [(String, ViewSummary)] = []
    switch stored.format {
    case .tokens:
      let file = try TokensFile(path: path)
      rows = headersOnly ? nil : try RowSummary(file)
      shards = []
    case .features:
      let file = try FeaturesFile(path: path, allowingShard: true)
      rows = headersOnly ? nil : try RowSummary(file)
      shards = file.shardFiles
      guard !headersOnly else { break }
      let tokens = file.hasTokenFeatures ? try file.tokenFeatureCount() : 0
      let progress = Progress(
        console, "reading", total: file.count * file.views.count + tokens, unit: "vectors")
      for view in EncodingSettings.views(of: file) {
        views.append((view.description, try ViewSummary(file, view) { progress.advance($0) }))
      }
      if file.hasTokenFeatures {
        views.append(
          ("token_features", try ViewSummary(tokensOf: file) { progress.advance($0) }))
      }
      progress.finish()
    }
    self.views = views
  }

  // MARK: - For people

  public var text: String {
    let made = stored.provenance
    var lines = [
      "\(stored.path): \(stored.format.rawValue), version \(stored.version), by Firn "
        + made.firnVersion
    ]
    if let shard = made.shard {
      lines.append(
        "shard \(shard.shard): rows \(shard.rows.lowerBound) to \(shard.rows.upperBound) of "
          + "\(shard.total)")
    }
    if let first = shards.first {
      lines.append("merged of \(shards.count) shards, which hold the rows: \(first) and on")
    }
    lines.append("model \(made.model), max-length \(made.maxLength)")
    lines.append("  model      \(made.modelSHA256)")
    lines.append("  tokenizer  \(made.tokenizerSHA256)")
    lines.append("  input      \(made.inputSHA256)")
    lines.append("  config     \(made.config)")
    if let kernels = made.kernels { lines.append("  kernels    \(kernels)") }
    lines.append("")
    return lines.joined(separator: "\n") + "\n" + datasetTable + rowText + viewTable
  }

  private var datasetTable: String {
    var table = TextTable([
      ("dataset", .left), ("type", .left), ("shape", .left), ("bytes", .right), ("checksum", .left),
    ])
    for dataset in stored.datasets {
      let shape = dataset.shape.map(String.init).joined(separator: " × ")
      table.append(
        dataset.alias.map { [dataset.name, "= \($0)", "", "", ""] } ?? [
          dataset.name, dataset.type, shape,
          dataset.sources > 0 ? "in \(dataset.sources) files" : String(dataset.bytes),
          dataset.hasChecksums ? "fletcher32" : "–",
        ])
    }
    return table.text
  }

  private var rowText: String {
    guard let rows else { return "" }
    var lines = ["", "\(rows.rows) rows, \(rows.tokens) tokens (longest \(rows.longest))"]
    if rows.truncated > 0 { lines.append("\(rows.truncated) texts are cut at max-length") }
    if rows.withoutTokens > 0 { lines.append("\(rows.withoutTokens) texts have no token") }
    if rows.hasWeights { lines.append("rows have weights") }
    lines.append("")
    var table = TextTable(
      [("split", .left), ("rows", .right), ("labelled", .right)]
        + rows.classNames.prefix(Self.classesShown).map { ($0, .right) })
    for split in Split.allCases {
      guard let part = rows.parts[split] else { continue }
      table.append(
        [split.name, String(part.rows), String(part.labelled)]
          + rows.classNames.indices.prefix(Self.classesShown).map { index in
            guard part.classes.indices.contains(index) else { return "–" }
            return "\(part.classes[index]) (\(Self.percent(part.classes[index], part.labelled)))"
          })
    }
    if rows.classNames.count > Self.classesShown {
      lines.append("the first \(Self.classesShown) of \(rows.classNames.count) classes:")
    }
    return lines.joined(separator: "\n") + "\n" + table.text
  }

  private static var classesShown: Int { 8 }

  private var viewTable: String {
    guard !views.isEmpty else { return "" }
    var table = TextTable([
      ("vectors", .left), ("count", .right), ("norm min", .right), ("mean", .right),
      ("max", .right), ("zero", .right), ("NaN", .right), ("infinite", .right),
    ])
    for (name, view) in views {
      table.append([
        name, String(view.rows), Self.figure(view.smallestNorm), Self.figure(view.meanNorm),
        Self.figure(view.largestNorm), String(view.zeroRows), String(view.nanCount),
        String(view.infiniteCount),
      ])
    }
    return "\n" + table.text
  }

  private static func percent(_ count: Int, _ total: Int) -> String {
    total == 0 ? "–" : String(format: "%.1f %%", 100 * Double(count) / Double(total))
  }

  private static func figure(_ value: Double) -> String {
    value.isFinite ? String(format: "%.4g", value) : "–"
  }

  // MARK: - For programs

  public var json: [String: JSONValue] {
    let made = stored.provenance
    var values: [String: JSONValue] = [
      "path": .string(stored.path), "format": .string(stored.format.rawValue),
      "format_version": .integer(stored.version), "firn_version": .string(made.firnVersion),
      "model": .string(made.model), "model_sha256": .string(made.modelSHA256),
      "tokenizer_sha256": .string(made.tokenizerSHA256), "max_length": .integer(made.maxLength),
      "config": .string(made.config), "config_sha256": .string(made.configSHA256),
      "input_sha256": .string(made.inputSHA256),
      "datasets": .array(stored.datasets.map(\.json)), "shards": .strings(shards),
    ]
    if let kernels = made.kernels { values["kernels"] = .string(kernels) }
    if let shard = made.shard {
      values["shard"] = .object([
        "index": .integer(shard.shard.index), "count": .integer(shard.shard.count),
        "first_row": .integer(shard.rows.lowerBound), "rows": .integer(shard.rows.count),
        "total_rows": .integer(shard.total),
      ])
    }
    if let rows {
      values["rows"] = .integer(rows.rows)
      values["tokens"] = .integer(rows.tokens)
      values["longest"] = .integer(rows.longest)
      values["truncated"] = .integer(rows.truncated)
      values["without_tokens"] = .integer(rows.withoutTokens)
      values["label_kind"] = .string("\(rows.labelKind)")
      values["class_names"] = .strings(rows.classNames)
      values["splits"] = .object(
        Dictionary(
          uniqueKeysWithValues: rows.parts.map { split, part in
            (
              split.name,
              .object([
                "rows": .integer(part.rows), "labelled": .integer(part.labelled),
                "classes": .array(part.classes.map { .integer($0) }),
              ])
            )
          }))
    }
    if !views.isEmpty {
      values["views"] = .object(
        Dictionary(uniqueKeysWithValues: views.map { ($0.name, .object($0.summary.json)) }))
    }
    return values
  }
}

extension StoredFile.Dataset {
  fileprivate var json: JSONValue {
    .object([
      "name": .string(name), "type": .string(type), "shape": .array(shape.map { .integer($0) }),
      "bytes": .integer(bytes), "checksums": .bool(hasChecksums), "sources": .integer(sources),
      "alias_of": alias.map { .string($0) } ?? .null,
    ])
  }
}

extension ViewSummary {
  fileprivate var json: [String: JSONValue] {
    [
      "rows": .integer(rows), "width": .integer(width), "type": .string(type.rawValue),
      "smallest_norm": .real(smallestNorm), "mean_norm": .real(meanNorm),
      "largest_norm": .real(largestNorm), "zero_rows": .integer(zeroRows),
      "nan": .integer(nanCount), "infinite": .integer(infiniteCount),
    ]
  }
}
