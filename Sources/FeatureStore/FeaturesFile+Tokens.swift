public import Contracts
internal import HDF5

/// Reading the vectors of every token, where `firn-encode --token-features` wrote them: the hidden
/// states of the default view's layer, as they left the encoder.
///
/// Rows are read in ranges, and only theirs: memory is that of the rows asked for. Functions throw
/// `HDF5Error`, `.damaged` where a chunk's checksum is wrong; `FeatureStoreError.noTokenFeatures`
/// where there are none, `.invalidValue` where the offsets make no sense.
extension FeaturesFile {
  /// Whether the file was made with `--token-features`.
  public var hasTokenFeatures: Bool { tokenDataset != nil }

  /// The tokens of all rows together.
  public func tokenFeatureCount() throws -> Int { try ragged().values.rows }

  /// The numbers of a token.
  public func tokenFeatureWidth() throws -> Int { try ragged().values.width }

  /// The precision on file.
  public func tokenFeatureType() throws -> FeatureType {
    FeatureType(try ragged().values.content) ?? .float32
  }

  /// Where the rows' tokens begin among all tokens, and where the last row's end: [rows + 1].
  public func tokenFeatureBounds(_ rows: Range<Int>) throws -> [Int] {
    try ragged().offsets.bounds(rows)
  }

  /// Reads the vectors of tokens, counted over all rows as ``tokenFeatureBounds(_:)`` gives them,
  /// into `buffer`: [tokens, width], row-major.
  ///
  /// - Precondition: the tokens lie within the file's.
  public func readTokenFeatures(
    _ tokens: Range<Int>, into buffer: UnsafeMutableBufferPointer<Float>
  ) throws {
    try ragged().values.readFloats(tokens, into: buffer)
  }

  /// Reads the vectors of the rows' tokens.
  public func tokenFeatures(_ rows: Range<Int>) throws -> TokenFeatures {
    let (values, offsets) = try ragged()
    let bounds = try offsets.bounds(rows)
    let tokens = bounds[0]..<bounds[rows.count]
    var matrix = Matrix(rows: tokens.count, columns: values.width)
    try matrix.storage.withUnsafeMutableBufferPointer { (buffer) throws(HDF5Error) in
      try values.readFloats(tokens, into: buffer)
    }
    return TokenFeatures(values: matrix, offsets: bounds.map { $0 - bounds[0] })
  }

  /// Reads the vectors of the tokens of the rows named by `indices`, in that order.
  ///
  /// A row may be named twice, and in any order: the file is read from its beginning to its end.
  ///
  /// - Precondition: the indices lie within the rows.
  /// - Complexity: O(k log k) for k indices, and the bytes of the chunks that hold them.
  public func tokenFeatures(at indices: [Int]) throws -> TokenFeatures {
    let (values, offsets) = try ragged()
    let spans = try indices.map { row in
      let bounds = try offsets.bounds(row..<row + 1)
      return bounds[0]..<bounds[1]
    }
    let starts = spans.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1.count) }
    let width = values.width
    var matrix = Matrix(rows: starts[indices.count], columns: width)
    try matrix.storage.withUnsafeMutableBufferPointer { (buffer) throws(HDF5Error) in
      for place in indices.indices.sorted(by: { indices[$0] < indices[$1] }) {
        let part = starts[place] * width..<starts[place + 1] * width
        try values.readFloats(
          spans[place], into: UnsafeMutableBufferPointer(rebasing: buffer[part]))
      }
    }
    return TokenFeatures(values: matrix, offsets: starts)
  }

  private func ragged() throws(FeatureStoreError) -> (
    values: HDF5Dataset, offsets: RaggedOffsets
  ) {
    guard let tokenDataset, let tokenOffsets else { throw .noTokenFeatures(path: path) }
    return (tokenDataset, tokenOffsets)
  }
}
