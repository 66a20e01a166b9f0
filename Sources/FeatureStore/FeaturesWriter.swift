internal import AtomicFiles
public import Contracts
internal import HDF5

/// Writes features.h5 in the order of the rows of a tokens.h5; it appears with `finish`, or never.
///
/// The file's bytes do not depend on how the rows are cut into blocks.
public final class FeaturesWriter {
  public let path: String
  /// The views, in the order of `append`; the first is linked as `embeddings`.
  public let views: [FeatureKey]
  /// The numbers of a row, for each view.
  public let widths: [Int]
  /// The rows to come in all.
  public let expectedRows: Int
  private let source: JoinedRows
  private let output: AtomicFile
  private let file: HDF5File
  private let tokens: TokenFeaturesWriter?
  private let datasets: [HDF5Dataset]
  private let strings: StringsDigest
  /// Rows handed over so far.
  private var appended = 0
  /// Rows of a chunk that is not full yet, one buffer a view.
  private var pending: [[Float]]

  /// Creates the file and copies ids, labels, splits and so on from the tokens' file.
  ///
  /// Each of `views` is stored once, the first under the name `embeddings` as well; `widths` are the
  /// numbers of a row of each. With `tokenFeatures` the vectors of every token are stored as well,
  /// under `token_features`. With `rows` the file is of those alone.
  ///
  /// - Throws: `AtomicFileError`, `HDF5Error`; `FeatureStoreError` for a tokens' file that
  ///   contradicts itself.
  public convenience init(
    path: String, tokens: TokensFile, rows: Range<Int>? = nil, views: [FeatureKey], widths: [Int],
    type: FeatureType = .float32, tokenFeatures: (type: FeatureType, width: Int)? = nil
  ) throws {
    try self.init(
      path: path, rows: JoinedRows([(tokens, rows ?? 0..<tokens.count)]), views: views,
      widths: widths, type: type, tokenFeatures: tokenFeatures)
  }

  init(
    path: String, rows source: JoinedRows, views: [FeatureKey], widths: [Int],
    type: FeatureType, tokenFeatures: (type: FeatureType, width: Int)?
  ) throws {
    precondition(!views.isEmpty && Set(views).count == views.count)
    precondition(widths.count == views.count && widths.allSatisfy { $0 > 0 })
    self.path = path
    self.views = views
    self.widths = widths
    self.source = source
    expectedRows = source.count
    output = try AtomicFile(path: path)
    file = try HDF5File(creating: output.temporaryPath, reportedAs: path)
    strings = try file.copyColumns(from: source)
    datasets = try file.createViews(
      views, type: type.elementType, rows: source.count, widths: widths)
    try file.link("embeddings", to: views[0].description)
    let file = file
    self.tokens = try tokenFeatures.map {
      try TokenFeaturesWriter(file, rows: source, width: $0.width, type: $0.type)
    }
    pending = [[Float]](repeating: [], count: views.count)
  }

  /// Adds the next rows: for each view, in the order of `views`, a block [rows, width], row-major;
  /// where token features are stored, then a block of the rows' tokens, [tokens, width].
  ///
  /// - Precondition: all views' blocks have the same number of whole rows, no more than are missing.
  /// - Throws: `HDF5Error`, `FeatureStoreError`; `.halfOverflow` where float16 cannot hold a number.
  public func append(_ blocks: [UnsafeBufferPointer<Float>]) throws {
    precondition(blocks.count == views.count + (tokens == nil ? 0 : 1))
    let rows = blocks[0].count / widths[0]
    precondition(zip(blocks, widths).allSatisfy { $0.count == rows * $1 })
    precondition(appended + rows <= expectedRows)
    let first = appended
    let bounds = try tokens.map { _ in
      try source.tokenCounts(first..<first + rows).reduce(into: [0]) {
        $0.append($0[$0.count - 1] + Int($1))
      }
    }
    while appended < first + rows {
      // Up to where the next chunk of any view ends: the order in which chunks reach the file does
      // not depend on how the rows come.
      let ends = datasets.map { (appended / $0.chunkRows + 1) * $0.chunkRows }
      let next = appended..<min(first + rows, ends.min() ?? expectedRows)
      let (start, end) = (next.lowerBound - first, next.upperBound - first)
      if let tokens, let bounds {
        let part = bounds[start] * tokens.width..<bounds[end] * tokens.width
        try tokens.append(UnsafeBufferPointer(rebasing: blocks[views.count][part]))
      }
      for (view, width) in widths.enumerated() {
        let part = UnsafeBufferPointer(rebasing: blocks[view][start * width..<end * width])
        try append(part, upTo: next.upperBound, view)
      }
      appended = next.upperBound
    }
  }

  /// Says where the numbers come from, and gives the file its name.
  ///
  /// - Throws: `FeatureStoreError.unfinished` where rows are missing; `HDF5Error`,
  ///   `AtomicFileError`. No file is left then.
  public func finish(_ provenance: Provenance) throws {
    guard appended == expectedRows else {
      throw FeatureStoreError.unfinished(path: path, expected: expectedRows, found: appended)
    }
    try provenance.write(
      to: file, as: .features, version: .init(source.first, shard: provenance.shard != nil),
      strings: strings)
    try file.finish()
    try output.commit()
  }

  /// Adds rows to a view up to `end`, within one chunk of it, and writes the chunk once it is full.
  private func append(
    _ part: UnsafeBufferPointer<Float>, upTo end: Int, _ view: Int
  ) throws(HDF5Error) {
    let dataset = datasets[view]
    guard end % dataset.chunkRows == 0 || end == expectedRows else {
      return pending[view].append(contentsOf: part)
    }
    let count = (pending[view].count + part.count) / widths[view]
    if pending[view].isEmpty {
      return try dataset.writeFloats(part, at: end - count..<end)
    }
    pending[view].append(contentsOf: part)
    try pending[view].withUnsafeBufferPointer { (buffer) throws(HDF5Error) in
      try dataset.writeFloats(buffer, at: end - count..<end)
    }
    pending[view].removeAll(keepingCapacity: true)
  }
}

extension HDF5File {
  /// Creates `layers/<k>/<pooling>` for each view.
  fileprivate func createViews(
    _ views: [FeatureKey], type: ElementType, rows: Int, widths: [Int]
  ) throws(HDF5Error) -> [HDF5Dataset] {
    try createGroup("layers")
    var datasets: [HDF5Dataset] = []
    for (view, width) in zip(views, widths) {
      let group = "layers/\(view.layer)"
      if try !contains(group) { try createGroup(group) }
      datasets.append(try createDataset(view.description, type: type, shape: [rows, width]))
    }
    return datasets
  }

  /// Copies what a row keeps beside its tokens, a chunk at a time.
  fileprivate func copyColumns(from source: JoinedRows) throws -> StringsDigest {
    let count = source.count
    var digest = StringsDigest()
    let ids = try createStrings("ids", rows: count)
    for part in ids.parts(of: 0..<count) {
      let strings = try source.read(part, of: { $0.ids })
      digest.add(strings, of: "ids")
      try ids.writeStrings(strings, at: part)
    }
    try copy("labels", rows: count) { try source.read($0, of: { $0.labels }) }
    try copy("split", rows: count) { try source.read($0, of: { $0.splits }).map(\.rawValue) }
    try copy("n_tokens", rows: count) { try source.tokenCounts($0) }
    try copy("truncated", rows: count) {
      try source.read($0, of: { $0.truncated }).map { $0 ? 1 : 0 as UInt8 }
    }
    try copy("text_sha256", rows: count, width: TokensBlock.digestSize) {
      try source.read($0, of: { $0.textDigests })
    }
    try copy("token_sha256", rows: count, width: RowKey.size) { rows in
      try source.read(rows) { try $0.rowKeys($1) }.flatMap(\.bytes)
    }
    let names = source.first.classNames
    digest.add(names, of: "class_names")
    try createStrings("class_names", rows: names.count).writeStrings(names, at: 0..<names.count)
    switch source.first.labelKind {
    case .singleLabel: break
    case .multiLabel:
      try copy("label_matrix", rows: count, width: names.count) { rows in
        try source.read(rows) { try $0.columns.labelSets($1).values }
      }
    case .number: try copy("targets", rows: count) { try source.read($0, of: { $0.targets }) }
    }
    if source.first.hasWeights {
      try copy("weights", rows: count) { try source.read($0, of: { $0.weights }) }
    }
    return digest
  }

  private func copy<Element: HDF5Element>(
    _ name: String, rows: Int, width: Int? = nil, _ read: (Range<Int>) throws -> [Element]
  ) throws {
    let shape = if let width { [rows, width] } else { [rows] }
    let dataset = try createDataset(name, type: Element.elementType, shape: shape)
    for part in dataset.parts(of: 0..<rows) {
      try read(part).withUnsafeBufferPointer { (buffer) throws(HDF5Error) in
        try dataset.write(buffer, at: part)
      }
    }
  }
}
