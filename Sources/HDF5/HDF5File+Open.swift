internal import CHDF5

extension HDF5File {
  /// Opens a dataset and checks its header against what is stored.
  ///
  /// A header that promises more than the file holds is refused here, so that what is allocated
  /// later is bounded by the file's own size.
  ///
  /// - Throws: `HDF5Error.missing`, `.damaged`, `.incomplete`; `.wrongType` and `.wrongShape` for
  ///   a dataset of a kind that no file of Firn's has.
  public func dataset(_ name: String) throws(HDF5Error) -> HDF5Dataset {
    let site = site(name)
    guard try contains(name) else { throw .missing(file: path, object: name) }
    let dataset = try Identifier("H5Dopen2", at: site) {
      H5Dopen2(id.raw, name, shim_H5P_DEFAULT())
    }
    let content = try readContent(of: dataset, site)
    let shape = try readShape(of: dataset, site)
    let chunkRows = try checkStorage(of: dataset, site, content: content, shape: shape)
    let sources = try openSources(of: dataset, site, content: content, shape: shape)
    return HDF5Dataset(
      id: dataset, at: site, content: content, shape: shape, chunkRows: chunkRows,
      sources: sources)
  }

  private func readContent(
    of dataset: borrowing Identifier, _ site: Site
  ) throws(HDF5Error) -> HDF5Dataset.Content {
    let raw = dataset.raw
    let type = try Identifier("H5Dget_type", at: site) { H5Dget_type(raw) }
    if StringType.describes(type.raw) { return .strings }
    if let element = ElementType(reading: type.raw) { return .numbers(element) }
    throw .wrongType(
      file: path, object: site.object ?? "", expected: "number or string",
      found: StringType.name(of: type.raw))
  }

  private func readShape(
    of dataset: borrowing Identifier, _ site: Site
  ) throws(HDF5Error) -> [Int] {
    let raw = dataset.raw
    let space = try Identifier("H5Dget_space", at: site) { H5Dget_space(raw) }
    let rank = Int(Library.ask({ H5Sget_simple_extent_ndims(space.raw) }))
    var extents = [hsize_t](repeating: 0, count: max(rank, 0))
    let known =
      rank < 1 || Library.ask({ H5Sget_simple_extent_dims(space.raw, &extents, nil) }) >= 0
    guard (1...2).contains(rank), known else {
      throw .wrongShape(
        file: path, object: site.object ?? "", expected: [-1, -1],
        found: extents.map { Int(clamping: $0) })
    }
    let shape = extents.map { Int(clamping: $0) }
    let (elements, overflow) = shape.reduce((1, false)) { product, extent in
      let (value, over) = product.0.multipliedReportingOverflow(by: extent)
      return (value, over || product.1)
    }
    guard !overflow, elements <= Int.max / 16 else {
      throw .incomplete(file: path, object: site.object ?? "")
    }
    return shape
  }

  /// Compares what is stored with what the header promises; returns the rows of a chunk.
  private func checkStorage(
    of dataset: borrowing Identifier, _ site: Site, content: HDF5Dataset.Content, shape: [Int]
  ) throws(HDF5Error) -> Int {
    let raw = dataset.raw
    let object = site.object ?? ""
    let elementSize = content.elementSize
    let elements = shape.reduce(1, *)
    let creation = try Identifier("H5Dget_create_plist", at: site) { H5Dget_create_plist(raw) }
    switch Library.ask({ H5Pget_layout(creation.raw) }) {
    case H5D_CHUNKED:
      var extents = [hsize_t](repeating: 0, count: shape.count)
      _ = try Library.call("H5Pget_chunk", at: site) {
        H5Pget_chunk(creation.raw, Int32(shape.count), &extents)
      }
      let chunk = extents.map { max(Int(clamping: $0), 1) }
      guard ChunkShape.isReadable(chunk, elementSize: elementSize) else {
        throw .damaged(
          file: path, object: object, call: "H5Pget_chunk",
          reason: "a chunk of \(chunk) elements is too large")
      }
      var stored: hsize_t = 0
      if elements > 0 {
        let space = try Identifier("H5Dget_space", at: site) { H5Dget_space(raw) }
        _ = try Library.call("H5Dget_num_chunks", at: site) {
          H5Dget_num_chunks(raw, space.raw, &stored)
        }
      }
      let promised = zip(shape, chunk).reduce(elements > 0 ? 1 : 0) { total, pair in
        let (extent, side) = pair
        return total.multipliedReportingOverflow(by: (extent - 1) / side + 1).partialValue
      }
      guard Int(clamping: stored) >= promised else {
        throw .incomplete(file: path, object: object)
      }
      return chunk[0]
    case H5D_VIRTUAL:
      // What is stored is in other files: each is looked at by itself.
      return ChunkShape.rows(forRowsOf: elementSize * (shape.count == 2 ? shape[1] : 1))
    default:
      guard Int(clamping: Library.ask({ H5Dget_storage_size(raw) })) >= elements * elementSize
      else {
        throw .incomplete(file: path, object: object)
      }
      return ChunkShape.rows(forRowsOf: elementSize * (shape.count == 2 ? shape[1] : 1))
    }
  }
}
