internal import CHDF5

extension HDF5File {
  /// Creates a dataset of numbers with its final shape, one or two extents.
  ///
  /// It is chunked with fletcher32, in chunks no larger than itself.
  public func createDataset(
    _ name: String, type: ElementType, shape: [Int]
  ) throws(HDF5Error) -> HDF5Dataset {
    try create(name, content: .numbers(type), shape: shape)
  }

  /// Creates a dataset of UTF-8 strings with its final number of rows.
  public func createStrings(_ name: String, rows: Int) throws(HDF5Error) -> HDF5Dataset {
    try create(name, content: .strings, shape: [rows])
  }

  /// Creates a dataset; one with chunks of `growingBy` rows may be extended later.
  func create(
    _ name: String, content: HDF5Dataset.Content, shape: [Int], growingBy step: Int? = nil
  ) throws(HDF5Error) -> HDF5Dataset {
    precondition((1...2).contains(shape.count) && shape.allSatisfy { $0 >= 0 })
    let site = site(name)
    let type = try content.makeFileType(at: site)
    let width = shape.count == 2 ? shape[1] : 1
    let full = ChunkShape.rows(forRowsOf: content.elementSize * width)
    let chunkRows = step ?? max(1, min(full, shape[0]))
    let creation = try PropertyList.untimed(shim_H5P_DATASET_CREATE(), at: site)
    // A dataset without elements has no chunk to check, and HDF5 refuses a chunk larger than it.
    if shape.allSatisfy({ $0 > 0 }) || step != nil {
      let extents = shape.count == 2 ? [hsize_t(chunkRows), hsize_t(width)] : [hsize_t(chunkRows)]
      _ = try Library.call("H5Pset_chunk", at: site) {
        H5Pset_chunk(creation.raw, Int32(extents.count), extents)
      }
      // HDF5 refuses filters on strings of variable length: their bytes lie in a heap, not here.
      if content != .strings {
        _ = try Library.call("H5Pset_fletcher32", at: site) { H5Pset_fletcher32(creation.raw) }
      }
    }
    let space = try makeSpace(shape: shape, grows: step != nil, site)
    let access = try makeUncachedAccess(site)
    let dataset = try Identifier("H5Dcreate2", at: site) {
      H5Dcreate2(id.raw, name, type.raw, space.raw, shim_H5P_DEFAULT(), creation.raw, access.raw)
    }
    return HDF5Dataset(
      id: dataset, at: site, content: content, shape: shape, chunkRows: chunkRows)
  }

  func makeSpace(shape: [Int], grows: Bool, _ site: Site) throws(HDF5Error) -> Identifier {
    let extents = shape.map { hsize_t($0) }
    var limits = extents
    if grows { limits[0] = shim_H5S_UNLIMITED() }
    return try Identifier("H5Screate_simple", at: site) {
      H5Screate_simple(Int32(extents.count), extents, limits)
    }
  }

  /// No chunk cache while writing: a whole chunk goes to the file when it is written, so that the
  /// order of chunks in the file, and with it the bytes, follows from the order of the calls.
  private func makeUncachedAccess(_ site: Site) throws(HDF5Error) -> Identifier {
    let access = try Identifier("H5Pcreate", at: site) { H5Pcreate(shim_H5P_DATASET_ACCESS()) }
    _ = try Library.call("H5Pset_chunk_cache", at: site) {
      H5Pset_chunk_cache(access.raw, 0, 0, 1)
    }
    return access
  }
}

extension HDF5Dataset.Content {
  /// The bytes that an element takes in a chunk; a string is a reference to a heap there.
  var elementSize: Int {
    switch self {
    case .numbers(let type): type.size
    case .strings: 16
    }
  }

  func makeFileType(at site: Site) throws(HDF5Error) -> Identifier {
    switch self {
    case .numbers(let type): try type.makeFileType(at: site)
    case .strings: try StringType.make(at: site)
    }
  }
}
