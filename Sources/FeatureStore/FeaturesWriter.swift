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
  /// The numbers of a row in each view.
  public let width: Int
  /// The rows to come in all.
  public let expectedRows: Int
  private let source: TokensFile
  private let output: AtomicFile
  private let version: Int
  private let file: HDF5File
  private let tokens: TokenFeaturesWriter?
  private let datasets: [HDF5Dataset]
  /// Rows in the file.
  private var written = 0
  /// Rows of a chunk that is not full yet, one buffer a view.
  private var pending: [[Float]]

  /// Creates the file and copies ids, labels, splits and so on from the tokens' file.
  ///
  /// Each of `views` is stored once, the first under the name `embeddings` as well; a row of each
  /// has `width` numbers. With `tokenType` the vectors of every token are stored as well, under
  /// `token_features`.
  ///
  /// - Throws: `AtomicFileError`, `HDF5Error`; `FeatureStoreError` for a tokens' file that
  ///   contradicts itself.
  public init(
    path: String, tokens: TokensFile, views: [FeatureKey], width: Int,
    type: FeatureType = .float32, tokenType: FeatureType? = nil
  ) throws {
    precondition(!views.isEmpty && Set(views).count == views.count && width > 0)
    self.path = path
    self.views = views
    self.width = width
    source = tokens
    expectedRows = tokens.count
    version = FileFormat.version(
      labels: tokens.columns.labelKind, weighted: tokens.columns.hasWeights)
    output = try AtomicFile(path: path)
    file = try HDF5File(creating: output.temporaryPath, reportedAs: path)
    try file.copyColumns(from: tokens)
    datasets = try file.createViews(
      views, type: type.elementType, shape: [tokens.count, width])
    try file.link("embeddings", to: views[0].description)
    let file = file
    self.tokens = try tokenType.map {
      try TokenFeaturesWriter(file, tokens: tokens, width: width, type: $0)
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
    let pooled = blocks[..<views.count]
    precondition(pooled.allSatisfy { $0.count == pooled[0].count })
    let rows = pooled[0].count / width
    let first = appended
    precondition(pooled[0].count == rows * width && first + rows <= expectedRows)
    let bounds = try tokens.map { _ in try source.tokenBounds(first..<first + rows) }
    if let bounds {
      precondition(blocks[views.count].count == (bounds[rows] - bounds[0]) * width)
    }
    var start = 0
    while start < rows {
      // A stripe is one chunk of each view; they go to the file together.
      let stripe = min(datasets[0].chunkRows, expectedRows - written)
      let waiting = pending[0].count / width
      let end = min(rows, start + stripe - waiting)
      if let tokens, let bounds {
        let part = (bounds[start] - bounds[0]) * width..<(bounds[end] - bounds[0]) * width
        try tokens.append(UnsafeBufferPointer(rebasing: blocks[views.count][part]))
      }
      let parts = pooled.map { UnsafeBufferPointer(rebasing: $0[start * width..<end * width]) }
      if waiting == 0, end - start == stripe {
        try write(parts)
      } else {
        for (view, part) in parts.enumerated() { pending[view].append(contentsOf: part) }
        if waiting + end - start == stripe { try writePending() }
      }
      start = end
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
    try provenance.write(to: file, as: .features, version: version)
    try file.finish()
    try output.commit()
  }

  private var appended: Int { written + pending[0].count / width }

  private func write(_ parts: [UnsafeBufferPointer<Float>]) throws(HDF5Error) {
    let rows = written..<written + parts[0].count / width
    for (dataset, part) in zip(datasets, parts) { try dataset.writeFloats(part, at: rows) }
    written = rows.upperBound
  }

  private func writePending() throws(HDF5Error) {
    let rows = written..<written + pending[0].count / width
    for view in datasets.indices {
      try pending[view].withUnsafeBufferPointer { (buffer) throws(HDF5Error) in
        try datasets[view].writeFloats(buffer, at: rows)
      }
      pending[view].removeAll(keepingCapacity: true)
    }
    written = rows.upperBound
  }
}

extension HDF5File {
  /// Creates `layers/<k>/<pooling>` for each view.
  fileprivate func createViews(
    _ views: [FeatureKey], type: ElementType, shape: [Int]
  ) throws(HDF5Error) -> [HDF5Dataset] {
    try createGroup("layers")
    var datasets: [HDF5Dataset] = []
    for view in views {
      let group = "layers/\(view.layer)"
      if try !contains(group) { try createGroup(group) }
      datasets.append(try createDataset(view.description, type: type, shape: shape))
    }
    return datasets
  }

  /// Copies what a row keeps beside its tokens, a chunk at a time.
  fileprivate func copyColumns(from tokens: TokensFile) throws {
    let count = tokens.count
    let columns = tokens.columns
    let ids = try createStrings("ids", rows: count)
    for part in ids.parts(of: 0..<count) { try ids.writeStrings(columns.ids(part), at: part) }
    try copy("labels", rows: count) { try columns.labels($0) }
    try copy("split", rows: count) { try columns.splits($0).map(\.rawValue) }
    try copy("n_tokens", rows: count) { try tokens.tokenCounts($0) }
    try copy("truncated", rows: count) { try columns.truncated($0).map { $0 ? 1 : 0 as UInt8 } }
    try copy("text_sha256", rows: count, width: TokensBlock.digestSize) {
      try columns.textDigests($0)
    }
    let names = columns.classNames
    try createStrings("class_names", rows: names.count).writeStrings(names, at: 0..<names.count)
    switch columns.labelKind {
    case .singleLabel: break
    case .multiLabel:
      try copy("label_matrix", rows: count, width: names.count) {
        try columns.labelSets($0).values
      }
    case .number: try copy("targets", rows: count) { try columns.targets($0) }
    }
    if columns.hasWeights { try copy("weights", rows: count) { try columns.weights($0) } }
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
