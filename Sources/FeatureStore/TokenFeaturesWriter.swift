internal import HDF5

/// Writes `token_features` and `offsets`: a row a token, in whole chunks as they fill.
final class TokenFeaturesWriter {
  private let dataset: HDF5Dataset
  /// Tokens in the file.
  private var written = 0
  /// Tokens of a chunk that is not full yet.
  private var pending: [Float] = []

  /// - Throws: `HDF5Error`, `FeatureStoreError`.
  init(_ file: HDF5File, rows: JoinedRows, width: Int, type: FeatureType) throws {
    try file.writeOffsets(of: rows)
    dataset = try file.createDataset(
      "token_features", type: type.elementType, shape: [try rows.tokenCount(), width])
  }

  /// The numbers of a token.
  var width: Int { dataset.width }

  /// Adds the next rows' tokens: `values` [tokens, width].
  ///
  /// The chunks that go to the file, and when, follow from the rows alone.
  ///
  /// - Throws: `HDF5Error`; `.halfOverflow` where float16 cannot hold a number.
  func append(_ values: UnsafeBufferPointer<Float>) throws(HDF5Error) {
    var start = 0
    while start < values.count {
      let chunk = min(dataset.chunkRows, dataset.rows - written) * width
      let end = min(values.count, start + chunk - pending.count)
      let part = UnsafeBufferPointer(rebasing: values[start..<end])
      if pending.isEmpty, part.count == chunk {
        try write(part)
      } else {
        pending.append(contentsOf: part)
        if pending.count == chunk {
          try pending.withUnsafeBufferPointer { (buffer) throws(HDF5Error) in try write(buffer) }
          pending.removeAll(keepingCapacity: true)
        }
      }
      start = end
    }
  }

  private func write(_ values: UnsafeBufferPointer<Float>) throws(HDF5Error) {
    let rows = written..<written + values.count / dataset.width
    try dataset.writeFloats(values, at: rows)
    written = rows.upperBound
  }
}

extension HDF5File {
  /// Writes `offsets`: where each row's tokens begin, and where the last row's end.
  func writeOffsets(of source: JoinedRows) throws {
    let offsets = try createDataset("offsets", type: .int64, shape: [source.count + 1])
    var end = 0
    for part in offsets.parts(of: 0..<source.count + 1) {
      // The ends of the rows before: the first row's is 0.
      let rows = max(part.lowerBound - 1, 0)..<part.upperBound - 1
      var ends: [Int64] = part.lowerBound == 0 ? [0] : []
      for count in try source.tokenCounts(rows) {
        end += Int(count)
        ends.append(Int64(end))
      }
      try ends.withUnsafeBufferPointer { (buffer) throws(HDF5Error) in
        try offsets.write(buffer, at: part)
      }
    }
  }
}
