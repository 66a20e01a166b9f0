internal import AtomicFiles
public import Contracts
internal import HDF5

extension ShardSet {
  /// Floats that are copied together: 16 MiB.
  private static var floatsPerBlock: Int { 1 << 22 }

  /// Writes the rows of all shards into one file, with the bytes that an encoding without shards
  /// writes.
  ///
  /// `views`: all of them, in the order of that encoding; the bytes depend on it.
  /// `progress`: called with the number of rows that were copied.
  ///
  /// - Throws: `HDF5Error`, `FeatureStoreError`, `AtomicFileError`, what `progress` throws.
  public func copy(
    to output: String, views: [FeatureKey], progress: (Int) throws -> Void = { _ in }
  ) throws {
    let widths = try views.map { try files[0].width(of: $0) }
    let tokens: (FeatureType, Int)? =
      files[0].hasTokenFeatures
      ? (try files[0].tokenFeatureType(), try files[0].tokenFeatureWidth()) : nil
    let writer = try FeaturesWriter(
      path: output, rows: rows, views: views, widths: widths,
      type: try files[0].type(of: views[0]), tokenFeatures: tokens)
    let rowsPerBlock = max(1, Self.floatsPerBlock / max(1, widths.reduce(0, +)))
    for file in files {
      var start = 0
      while start < file.count {
        var rows = start..<min(start + rowsPerBlock, file.count)
        if let (_, width) = tokens { rows = try file.fitting(rows, Self.floatsPerBlock / width) }
        var blocks = try views.map { try file.features(rows, of: $0).storage }
        if tokens != nil { blocks.append(try file.tokenFeatures(rows).values.storage) }
        try writer.append(copying: blocks)
        try progress(rows.count)
        start = rows.upperBound
      }
    }
    try writer.finish(provenance)
  }

  /// Writes a file whose rows stand in the shards: HDF5 virtual datasets, which name the shards
  /// relative to the file's folder.
  ///
  /// `names`: how the file is to name each of ``files``.
  ///
  /// - Throws: `HDF5Error`, `AtomicFileError`.
  public func link(to output: String, names: [String]) throws {
    precondition(names.count == files.count)
    let target = try AtomicFile(path: output)
    let file = try HDF5File(creating: target.temporaryPath, reportedAs: output)
    let model = try HDF5File(reading: files[0].path)
    var columns = [
      "ids", "labels", "split", "n_tokens", "truncated", "text_sha256", "token_sha256",
    ]
    columns += try ["label_matrix", "targets", "weights"].filter { try model.contains($0) }
    for name in columns {
      try file.join(name, of: model, names, rows: files.map(\.count))
    }
    let source = rows
    let classes = source.first.classNames
    try file.createStrings("class_names", rows: classes.count)
      .writeStrings(classes, at: 0..<classes.count)
    try file.createGroup("layers")
    for view in files[0].views {
      let group = "layers/\(view.layer)"
      if try !file.contains(group) { try file.createGroup(group) }
      try file.join(view.description, of: model, names, rows: files.map(\.count))
    }
    try file.link("embeddings", to: files[0].defaultView.description)
    if files[0].hasTokenFeatures {
      try file.writeOffsets(of: source)
      try file.join(
        "token_features", of: model, names, rows: try files.map { try $0.tokenFeatureCount() })
    }
    var strings = StringsDigest()
    let ids = 0..<source.count
    for start in stride(from: 0, to: ids.count, by: 1 << 16) {
      let part = start..<min(start + 1 << 16, ids.count)
      strings.add(try source.read(part, of: { $0.ids }), of: "ids")
    }
    strings.add(classes, of: "class_names")
    try provenance.write(
      to: file, as: .features, version: .init(source.first, shard: true), strings: strings)
    try file.finish()
    try target.commit()
  }
}

extension HDF5File {
  /// Creates a virtual dataset of the datasets of that name in the files `names`, of the type and the
  /// width that `model` has it in.
  fileprivate func join(
    _ name: String, of model: HDF5File, _ names: [String], rows: [Int]
  ) throws(HDF5Error) {
    let dataset = try model.dataset(name)
    let parts = zip(names, rows).map { VirtualRows(file: $0, dataset: name, rows: $1) }
    let count = rows.reduce(0, +)
    try createVirtual(
      name, content: dataset.content, shape: [count] + dataset.shape.dropFirst(), sources: parts)
  }
}

extension FeaturesFile {
  /// The first of the rows, as many as have up to so many tokens together, and at least one.
  ///
  /// - Throws: `FeatureStoreError.invalidValue` where `n_tokens` and `offsets` disagree.
  fileprivate func fitting(_ rows: Range<Int>, _ tokens: Int) throws -> Range<Int> {
    let bounds = try tokenFeatureBounds(rows)
    for (place, count) in try tokenCounts(rows).enumerated() {
      let expected = bounds[place + 1] - bounds[place]
      guard Int(count) == expected else {
        throw FeatureStoreError.invalidValue(
          path: path, dataset: "n_tokens", row: rows.lowerBound + place, value: Int(count),
          allowed: expected...expected)
      }
    }
    let count = bounds.dropFirst().prefix { $0 - bounds[0] <= tokens }.count
    return rows.prefix(max(1, count))
  }
}

extension FeaturesWriter {
  /// Adds rows that stand in arrays, a view each.
  fileprivate func append(copying blocks: [[Float]]) throws {
    func append(_ index: Int, _ buffers: [UnsafeBufferPointer<Float>]) throws {
      guard index < blocks.count else { return try self.append(buffers) }
      try blocks[index].withUnsafeBufferPointer { try append(index + 1, buffers + [$0]) }
    }
    try append(0, [])
  }
}
