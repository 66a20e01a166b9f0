import AtomicFiles
import Contracts
import FeatureStore
import HDF5

/// An AnnData file: X [n, width] are the features, obs has a row's id as its name, and its split,
/// label, weight, n_tokens, truncated and text as columns; var has the view of each feature. Label sets
/// are obsm/labels [n, k] (255: not known), their names uns/class_names.
///
/// Element types are those of anndata's on-disk format 0.1.0 (anndata.readthedocs.io,
/// "fileformat-prose"). Firn's provenance stands in the root's attributes, which anndata leaves alone.
final class AnnDataExport: Exporter {
  private let output: AtomicFile
  private let layout: ExportLayout
  private let file: HDF5File
  private let features: HDF5Dataset
  private let names: HDF5Dataset
  private let split: HDF5Dataset
  private let label: HDF5Dataset?
  private let sets: HDF5Dataset?
  private let target: HDF5Dataset?
  private let weight: HDF5Dataset?
  private let tokenCounts: HDF5Dataset
  private let truncated: HDF5Dataset
  private let text: HDF5Dataset?
  private var written = 0

  init(_ path: String, _ layout: ExportLayout) throws {
    output = try AtomicFile(path: path)
    self.layout = layout
    file = try HDF5File(creating: output.temporaryPath, reportedAs: path)
    try file.mark("", as: "anndata", "0.1.0")
    for group in ["layers", "obsm", "obsp", "uns", "varm", "varp"] {
      try file.createGroup(group)
      try file.mark(group, as: "dict", "0.1.0")
    }
    let rows = layout.rows
    features = try file.array(
      "X", layout.type == .float16 ? .float16 : .float32, [rows, layout.width])
    let hasClasses = layout.labelKind == .singleLabel && !layout.classNames.isEmpty
    try file.dataFrame(
      "obs",
      columns: ["split"] + (hasClasses ? ["label"] : [])
        + (layout.labelKind == .number ? ["target"] : [])
        + (layout.hasWeights ? ["weight"] : []) + ["n_tokens", "truncated"]
        + (layout.hasTexts ? ["text"] : []))
    names = try file.strings("obs/_index", rows)
    split = try file.categories("obs/split", Split.allCases.map(\.name), rows)
    label = hasClasses ? try file.categories("obs/label", layout.classNames, rows) : nil
    target = layout.labelKind == .number ? try file.array("obs/target", .float64, [rows]) : nil
    weight = layout.hasWeights ? try file.array("obs/weight", .float64, [rows]) : nil
    tokenCounts = try file.array("obs/n_tokens", .int32, [rows])
    truncated = try file.array("obs/truncated", .uint8, [rows])
    text = layout.hasTexts ? try file.strings("obs/text", rows) : nil
    if layout.labelKind == .multiLabel {
      sets = try file.array("obsm/labels", .uint8, [rows, layout.classNames.count])
      try file.strings("uns/class_names", layout.classNames.count)
        .writeStrings(layout.classNames, at: 0..<layout.classNames.count)
    } else {
      sets = nil
    }
    try file.dataFrame("var", columns: ["view"])
    try file.strings("var/_index", layout.width)
      .writeStrings(layout.featureNames, at: 0..<layout.width)
    let views = try file.categories("var/view", layout.views.map(\.name), layout.width)
    let codes = layout.views.enumerated().flatMap { view, known in
      [Int32](repeating: Int32(view), count: known.width)
    }
    try views.put(codes, at: 0..<layout.width)
    let provenance = layout.provenance
    for (name, value) in [
      ("firn_version", provenance.firnVersion), ("model", provenance.model),
      ("model_sha256", provenance.modelSHA256), ("tokenizer_sha256", provenance.tokenizerSHA256),
      ("config", provenance.config), ("config_sha256", provenance.configSHA256),
    ] {
      try file.setAttribute(name, to: value)
    }
  }

  func write(_ block: ExportBlock) throws {
    let rows = written..<written + block.count
    try block.features.withUnsafeBufferPointer { (buffer) throws(HDF5Error) in
      try features.writeFloats(buffer, at: rows)
    }
    try names.writeStrings(block.ids, at: rows)
    try split.put(block.splits.map { Int32($0.rawValue) }, at: rows)
    switch block.labels {
    case .classes(let classes): try label?.put(classes, at: rows)
    case .sets(let own): try sets?.put(own.values, at: rows)
    case .numbers(let numbers): try target?.put(numbers, at: rows)
    }
    if let own = block.weights { try weight?.put(own, at: rows) }
    try tokenCounts.put(block.tokenCounts, at: rows)
    try truncated.put(block.truncated.map { $0 ? 1 : 0 as UInt8 }, at: rows)
    if let texts = block.texts { try text?.writeStrings(texts, at: rows) }
    written = rows.upperBound
  }

  func finish() throws {
    try file.finish()
    try output.commit()
  }
}

extension HDF5Dataset {
  fileprivate func put<Element: HDF5Element>(
    _ values: [Element], at rows: Range<Int>
  ) throws(HDF5Error) {
    try values.withUnsafeBufferPointer { (buffer) throws(HDF5Error) in
      try write(buffer, at: rows)
    }
  }
}

/// Elements of anndata's on-disk format.
extension HDF5File {
  /// Says what the object is; an empty name is the root.
  fileprivate func mark(
    _ object: String, as type: String, _ version: String
  ) throws(HDF5Error) {
    try setAttribute("encoding-type", to: type, on: object)
    try setAttribute("encoding-version", to: version, on: object)
  }

  fileprivate func array(
    _ name: String, _ type: ElementType, _ shape: [Int]
  ) throws(HDF5Error) -> HDF5Dataset {
    let dataset = try createDataset(name, type: type, shape: shape)
    try mark(name, as: "array", "0.2.0")
    return dataset
  }

  fileprivate func strings(_ name: String, _ rows: Int) throws(HDF5Error) -> HDF5Dataset {
    let dataset = try createStrings(name, rows: rows)
    try mark(name, as: "string-array", "0.2.0")
    return dataset
  }

  /// A group with the columns' names; the columns are made by the caller.
  fileprivate func dataFrame(_ name: String, columns: [String]) throws(HDF5Error) {
    try createGroup(name)
    try mark(name, as: "dataframe", "0.2.0")
    try setAttribute("_index", to: "_index", on: name)
    try setAttribute("column-order", to: columns, on: name)
  }

  /// - Returns: the codes, one a row; -1 for none.
  fileprivate func categories(
    _ name: String, _ categories: [String], _ rows: Int
  ) throws(HDF5Error) -> HDF5Dataset {
    try createGroup(name)
    try mark(name, as: "categorical", "0.2.0")
    try setAttribute("ordered", to: false, on: name)
    try strings("\(name)/categories", categories.count)
      .writeStrings(categories, at: 0..<categories.count)
    return try array("\(name)/codes", .int32, [rows])
  }
}
