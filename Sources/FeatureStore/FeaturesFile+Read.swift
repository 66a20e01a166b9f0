public import Contracts
internal import HDF5

/// Reading features as float32. Functions throw `HDF5Error`, `.damaged` where a chunk's checksum
/// is wrong, and `FeatureStoreError.noSuchView`; without a view they read the default one.
extension FeaturesFile {
  /// Reads rows into `buffer`: [rows, width], row-major.
  public func read(
    _ rows: Range<Int>, of view: FeatureKey? = nil, into buffer: UnsafeMutableBufferPointer<Float>
  ) throws {
    try dataset(view).readFloats(rows, into: buffer)
  }

  /// Reads rows: [rows, width].
  public func features(_ rows: Range<Int>, of view: FeatureKey? = nil) throws -> Matrix {
    let dataset = try dataset(view)
    var matrix = Matrix(rows: rows.count, columns: dataset.width)
    try matrix.storage.withUnsafeMutableBufferPointer { (buffer) throws(HDF5Error) in
      try dataset.readFloats(rows, into: buffer)
    }
    return matrix
  }

  /// Reads the rows named by `indices`, in that order: [indices, width].
  ///
  /// A row may be named twice, and in any order: each chunk of the file is read once.
  ///
  /// - Precondition: the indices lie within the rows.
  /// - Complexity: O(k log k) for k indices, and the bytes of the chunks that hold them.
  public func features(at indices: [Int], of view: FeatureKey? = nil) throws -> Matrix {
    let dataset = try dataset(view)
    let width = dataset.width
    var matrix = Matrix(rows: indices.count, columns: width)
    let order = indices.indices.sorted { indices[$0] < indices[$1] }
    var chunk: [Float] = []
    var loaded = 0..<0
    for position in order {
      let row = indices[position]
      if !loaded.contains(row) {
        let start = row / dataset.chunkRows * dataset.chunkRows
        loaded = start..<min(dataset.rows, start + dataset.chunkRows)
        chunk = [Float](repeating: 0, count: loaded.count * width)
        try chunk.withUnsafeMutableBufferPointer { (buffer) throws(HDF5Error) in
          try dataset.readFloats(loaded, into: buffer)
        }
      }
      let source = (row - loaded.lowerBound) * width
      matrix.storage.replaceSubrange(
        position * width..<(position + 1) * width, with: chunk[source..<source + width])
    }
    return matrix
  }
}
