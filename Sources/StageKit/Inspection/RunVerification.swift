import Contracts
import FeatureStore
import Foundation
import Heads
import Safetensors

/// A run folder held against itself: its predictions give its metrics, and what was learned can be read.
public struct RunVerification: Sendable {
  private let rows: Int
  private let metrics: Int
  private let archive: String

  /// How far a metric may be off: a sum in another order, of other versions of Firn.
  private static let bound = 1e-9

  /// - Throws: ``StageError``, ``RunComparisonError``, ``VerificationError``, `HeadError`, `SafetensorsError`.
  public init(path: String) throws {
    let run = try RunRecord(path: path)
    rows = run.table.ids.count
    var compared = 0
    for split in Split.allCases {
      let rows = run.rows(split)
      guard !rows.isEmpty else { continue }
      let found = try run.table.predictions(rows, kind: run.kind)
        .metrics(for: run.table.labels(rows, kind: run.kind))
      for (name, value) in found.sorted(by: { $0.key < $1.key }) {
        let metric = "\(split.name).\(name)"
        guard let kept = run.metrics[metric] else { continue }
        compared += 1
        guard abs(kept - value) <= Self.bound * max(1, abs(value)) || (kept.isNaN && value.isNaN)
        else {
          throw VerificationError.otherMetric(path: path, name: metric, kept: kept, found: value)
        }
      }
    }
    metrics = compared
    if FineTunedReader.isIn(folder: path) {
      archive = "model/model.safetensors"
      _ = try SafetensorsFile(path: "\(path)/\(archive)")
    } else {
      archive = HeadArchive.jsonName
      try RunManifest.demand(archive, in: path)
      if RecurrentArchive.isIn(folder: path) {
        _ = try RecurrentArchive(folder: path)
      } else {
        _ = try HeadArchive(folder: path)
      }
    }
  }

  public var text: String {
    "\nverified: \(metrics) metrics follow from predictions.csv, \(rows) rows; \(archive) can be read\n"
  }

  public var json: [String: JSONValue] {
    ["verified": .object(["metrics": .integer(metrics), "rows": .integer(rows), "ok": true])]
  }
}
