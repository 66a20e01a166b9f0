import AtomicFiles
import Contracts
import FeatureStore
import Reporting
import StageKit

/// The features or tokens alone, as one npy file.
final class ArrayFileExport: Exporter {
  private let arrays: RowArrays

  init(_ path: String, _ layout: ExportLayout) throws {
    arrays = try RowArrays(layout) { _ in path }
  }

  func write(_ rows: ExportBlock) throws { try arrays.write(rows) }
  func finish() throws { try arrays.finish() }
}

/// A folder of arrays: features.npy (of a tokens file tokens.npy, token_types.npy and offsets.npy),
/// labels.npy [n] (or label_matrix.npy [n,k], targets.npy [n]), split.npy [n], weights.npy [n] where
/// there are some, rows.csv with ids, labels and texts, and class_names.json.
final class ArrayFolderExport: Exporter {
  private let folder: AtomicFolder
  private let layout: ExportLayout
  private let arrays: RowArrays
  private let types: ArrayFile?
  private let offsets: ArrayFile?
  private let labels: ArrayFile
  private let split: ArrayFile
  private let weights: ArrayFile?
  private let rows: AtomicStream
  private var tokenEnd: Int64 = 0

  init(_ path: String, _ layout: ExportLayout) throws {
    let folder = try AtomicFolder(path: path, marker: "class_names.json")
    let (inside, count) = (folder.temporaryPath, layout.rows)
    func array(_ name: String, _ descriptor: String, _ shape: [Int]) throws -> ArrayFile {
      try ArrayFile("\(inside)/\(name).npy", descriptor: descriptor, shape: shape)
    }
    self.folder = folder
    self.layout = layout
    arrays = try RowArrays(layout) { "\(inside)/\($0).npy" }
    let isTokens = layout.width == 0
    types = isTokens ? try array("token_types", "|u1", [layout.tokens]) : nil
    offsets = isTokens ? try array("offsets", "<i8", [count + 1]) : nil
    labels =
      switch layout.labelKind {
      case .singleLabel: try array("labels", "<i4", [count])
      case .multiLabel: try array("label_matrix", "|u1", [count, layout.classNames.count])
      case .number: try array("targets", "<f8", [count])
      }
    split = try array("split", "|u1", [count])
    weights = layout.hasWeights ? try array("weights", "<f8", [count]) : nil
    rows = try AtomicStream(path: "\(inside)/rows.csv")
    try rows.write(CSV.record(["id", "split", "label"] + (layout.hasTexts ? ["text"] : [])))
    try folder.write(
      Array((JSONValue.strings(layout.classNames).text + "\n").utf8), to: "class_names.json")
    try offsets?.append([tokenEnd])
  }

  func write(_ block: ExportBlock) throws {
    try arrays.write(block)
    if let tokens = block.tokens {
      try types?.append(tokens.types)
      try offsets?.append(tokens.offsets.dropFirst().map { tokenEnd + Int64($0) })
      tokenEnd += Int64(tokens.tokenCount)
    }
    switch block.labels {
    case .classes(let classes): try labels.append(classes)
    case .sets(let sets): try labels.append(sets.values)
    case .numbers(let numbers): try labels.append(numbers)
    }
    try split.append(block.splits.map(\.rawValue))
    if let own = block.weights { try weights?.append(own) }
    let names = block.labels.names(layout.classNames)
    for row in 0..<block.count {
      let text = block.texts.map { [$0[row]] } ?? []
      try rows.write(
        CSV.record([block.ids[row], block.splits[row].name, names[row]] + text))
    }
  }

  func finish() throws {
    try arrays.finish()
    for array in [types, offsets, labels, split, weights] { try array?.finish() }
    try rows.commit()
    try folder.commit()
  }
}

/// The array that an export is made for: features [n, width], or the tokens of all rows [t].
private final class RowArrays {
  private let layout: ExportLayout
  private let array: ArrayFile

  init(_ layout: ExportLayout, path: (String) -> String) throws {
    self.layout = layout
    array =
      layout.width > 0
      ? try ArrayFile(
        path("features"), descriptor: layout.type == .float16 ? "<f2" : "<f4",
        shape: [layout.rows, layout.width])
      : try ArrayFile(path("tokens"), descriptor: "<i4", shape: [layout.tokens])
  }

  func write(_ block: ExportBlock) throws {
    if let tokens = block.tokens { return try array.append(tokens.ids) }
    if layout.type == .float16 {
      try array.append(block.features.map { Float16($0) })
    } else {
      try array.append(block.features)
    }
  }

  func finish() throws { try array.finish() }
}
