internal import AtomicFiles
public import Contracts
internal import HDF5

/// Writes tokens.h5 as rows come; the file appears with `finish`, or never.
///
/// The file's bytes do not depend on how the rows are cut into blocks.
public final class TokensWriter {
  /// The rows written so far.
  public private(set) var count = 0
  private let output: AtomicFile
  private let file: HDF5File
  private let ids: HDF5StringAppender
  private let texts: HDF5StringAppender?
  private let tokens: HDF5Appender<Int32>
  private let types: HDF5Appender<UInt8>
  private let offsets: HDF5Appender<Int64>
  private let fullCounts: HDF5Appender<Int32>
  private let truncated: HDF5Appender<UInt8>
  private let digests: HDF5Appender<UInt8>
  private var tokenCount = 0
  private var strings = StringsDigest()

  /// After so many rows full chunks go to the file.
  private static var stripe: Int { 1024 }

  /// - Throws: `AtomicFileError`, `HDF5Error` where the file cannot be created.
  public init(path: String, storesTexts: Bool = true) throws {
    output = try AtomicFile(path: path)
    let file = try HDF5File(creating: output.temporaryPath, reportedAs: path)
    self.file = file
    ids = HDF5StringAppender(file, name: "ids")
    texts = storesTexts ? HDF5StringAppender(file, name: "texts") : nil
    tokens = HDF5Appender(file, name: "tokens")
    types = HDF5Appender(file, name: "token_types")
    offsets = HDF5Appender(file, name: "offsets")
    fullCounts = HDF5Appender(file, name: "n_tokens_full")
    truncated = HDF5Appender(file, name: "truncated")
    digests = HDF5Appender(file, name: "text_sha256", width: TokensBlock.digestSize)
    offsets.append(CollectionOfOne(0))
  }

  /// Adds rows.
  ///
  /// A NUL in an id or a text is stored as U+2400, as HDF5's strings end at a NUL.
  ///
  /// - Precondition: the block has texts if the writer stores them.
  /// - Throws: `HDF5Error` where the disk does not take them.
  public func append(_ block: TokensBlock) throws {
    precondition(texts == nil || block.texts.count == block.count)
    var start = 0
    while start < block.count {
      let end = min(block.count, start + Self.stripe - count % Self.stripe)
      stage(block, start..<end)
      if count % Self.stripe == 0 { try flush() }
      start = end
    }
  }

  /// Writes what is known only at the end and gives the file its name.
  ///
  /// A class is an index into `classNames`; a set has one place for each of them.
  ///
  /// - Precondition: `labels`, `weights` and `splits` have `count` rows.
  /// - Throws: `HDF5Error`, `AtomicFileError`; no file is left then.
  public func finish(
    labels: Labels, classNames: [String], weights: [Double]? = nil, splits: [Split],
    provenance: Provenance
  ) throws {
    precondition(labels.count == count && splits.count == count)
    precondition(weights.map { $0.count == count } ?? true)
    try ids.finish()
    try texts?.finish()
    try tokens.finish()
    try types.finish()
    try offsets.finish()
    try fullCounts.finish()
    try truncated.finish()
    try digests.finish()
    try file.writeLabels(labels, classCount: classNames.count)
    if let weights { try file.writeColumn("weights", weights) }
    try file.writeColumn("split", splits.map(\.rawValue))
    try file.createStrings("class_names", rows: classNames.count)
      .writeStrings(classNames.map(\.storable), at: 0..<classNames.count)
    strings.add(classNames.map(\.storable), of: "class_names")
    try provenance.write(
      to: file, as: .tokens, version: .init(labels: labels.kind, weighted: weights != nil),
      strings: strings)
    try file.finish()
    try output.commit()
  }

  private func stage(_ block: TokensBlock, _ rows: Range<Int>) {
    let base = block.tokens.offsets[rows.lowerBound]
    let positions = base..<block.tokens.offsets[rows.upperBound]
    let storable = block.ids[rows].map(\.storable)
    strings.add(storable, of: "ids")
    ids.append(storable)
    if let texts {
      let storable = block.texts[rows].map(\.storable)
      strings.add(storable, of: "texts")
      texts.append(storable)
    }
    tokens.append(block.tokens.ids[positions])
    types.append(block.tokens.types[positions])
    let ends = block.tokens.offsets[rows.lowerBound + 1...rows.upperBound]
    offsets.append(ends.map { Int64(tokenCount + $0 - base) })
    fullCounts.append(block.fullCounts[rows])
    truncated.append(block.truncated[rows].map { $0 ? 1 : 0 })
    let bytes = TokensBlock.digestSize
    digests.append(block.textDigests[rows.lowerBound * bytes..<rows.upperBound * bytes])
    tokenCount += positions.count
    count += rows.count
  }

  private func flush() throws(HDF5Error) {
    try ids.flush()
    try texts?.flush()
    try tokens.flush()
    try types.flush()
    try offsets.flush()
    try fullCounts.flush()
    try truncated.flush()
    try digests.flush()
  }
}

extension HDF5File {
  /// Writes `labels`, and what the other kinds have beside it: `labels` is -1 in all rows then.
  fileprivate func writeLabels(_ labels: Labels, classCount: Int) throws(HDF5Error) {
    switch labels {
    case .classes(let classes):
      try writeColumn("labels", classes)
    case .sets(let sets):
      precondition(sets.labelCount == classCount, "a name for each label")
      try writeColumn("labels", [Int32](repeating: -1, count: sets.rows))
      try writeColumn("label_matrix", sets.values, width: sets.labelCount)
    case .numbers(let numbers):
      try writeColumn("labels", [Int32](repeating: -1, count: numbers.count))
      try writeColumn("targets", numbers)
    }
  }

  /// Writes a whole dataset, of one dimension where `width` is nil.
  fileprivate func writeColumn<Element: HDF5Element>(
    _ name: String, _ values: [Element], width: Int? = nil
  ) throws(HDF5Error) {
    let rows = values.count / (width ?? 1)
    let shape = if let width { [rows, width] } else { [rows] }
    let dataset = try createDataset(name, type: Element.elementType, shape: shape)
    try values.withUnsafeBufferPointer { (buffer) throws(HDF5Error) in
      try dataset.write(buffer, at: 0..<rows)
    }
  }
}
