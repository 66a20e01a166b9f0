internal import CHDF5

/// A dataset of one or two dimensions: numbers, or strings of variable length.
public final class HDF5Dataset: Sendable {
  /// What a dataset holds.
  public enum Content: Sendable, Equatable {
    case numbers(ElementType)
    case strings
  }

  /// The path of the file, for errors.
  public let file: String
  /// The path in the file.
  public let name: String
  public let content: Content
  /// The rows: the extent of the first dimension.
  public let rows: Int
  /// The elements of a row: the extent of the second dimension, 1 where there is none.
  public let width: Int
  /// One or two extents.
  public let shape: [Int]
  /// The rows that are stored, checked and read together.
  public let chunkRows: Int
  /// Of a virtual dataset, where its rows stand, in order and without a gap; empty for any other.
  public let sources: [Source]
  let id: Identifier
  private let output: OutputState?

  init(
    id: consuming Identifier, at site: Site, content: Content, shape: [Int], chunkRows: Int,
    sources: [Source] = []
  ) {
    self.id = id
    file = site.file
    name = site.object ?? ""
    output = site.output
    self.content = content
    self.shape = shape
    self.chunkRows = chunkRows
    self.sources = sources
    rows = shape[0]
    width = shape.count == 2 ? shape[1] : 1
  }

  var site: Site { Site(file: file, object: name, output: output) }

  /// Selects rows in the file.
  func select(_ rows: Range<Int>) throws(HDF5Error) -> Identifier {
    let site = site
    let space = try Identifier("H5Dget_space", at: site) { H5Dget_space(id.raw) }
    let start: [hsize_t] = [hsize_t(rows.lowerBound), 0]
    let count: [hsize_t] = [hsize_t(rows.count), hsize_t(width)]
    _ = try Library.call("H5Sselect_hyperslab", at: site) {
      H5Sselect_hyperslab(space.raw, H5S_SELECT_SET, start, nil, count, nil)
    }
    return space
  }

  /// A plain array of rows in memory.
  ///
  /// It has the file's number of dimensions: between spaces of different ranks HDF5 copies element
  /// by element, which took ten times as long.
  func memorySpace(rows: Int) throws(HDF5Error) -> Identifier {
    let extents = shape.count == 2 ? [hsize_t(rows), hsize_t(width)] : [hsize_t(rows)]
    return try Identifier("H5Screate_simple", at: site) {
      H5Screate_simple(Int32(extents.count), extents, nil)
    }
  }
}
