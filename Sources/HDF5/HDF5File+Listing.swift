internal import CHDF5

extension HDF5File {
  /// The names of all datasets, in order of their bytes; groups within groups are looked into.
  ///
  /// A dataset with two names is there twice.
  public func datasetNames() throws(HDF5Error) -> [String] {
    var names: [String] = []
    try list("", depth: 0, into: &names)
    return names
  }

  /// `depth`: groups that lead to themselves end there; no file of Firn's has so many.
  private func list(_ group: String, depth: Int, into found: inout [String]) throws(HDF5Error) {
    guard depth < 8 else { return }
    for name in try names(in: group.isEmpty ? "/" : group) {
      let path = group.isEmpty ? name : "\(group)/\(name)"
      guard try contains(path) else { continue }
      var info = H5O_info_t()
      _ = try Library.call("H5Oget_info_by_name2", at: site(path)) {
        H5Oget_info_by_name2(
          id.raw, path, &info, UInt32(H5O_INFO_BASIC), shim_H5P_DEFAULT())
      }
      switch info.type {
      case H5O_TYPE_GROUP: try list(path, depth: depth + 1, into: &found)
      case H5O_TYPE_DATASET: found.append(path)
      default: break
      }
    }
  }
}

extension HDF5Dataset {
  /// The bytes that the dataset's elements take in its file, without those of strings.
  public var storedBytes: Int {
    Int(clamping: Library.ask({ H5Dget_storage_size(id.raw) }))
  }

  /// Whether its chunks carry checksums: then damage is found wherever they are read.
  public var hasChecksums: Bool {
    get throws(HDF5Error) {
      let creation = try Identifier("H5Dget_create_plist", at: site) {
        H5Dget_create_plist(id.raw)
      }
      let count = Library.ask({ H5Pget_nfilters(creation.raw) })
      for index in 0..<max(0, count) {
        var (flags, values, configuration): (UInt32, Int, UInt32) = (0, 0, 0)
        let filter = Library.ask({
          H5Pget_filter2(
            creation.raw, UInt32(index), &flags, &values, nil, 0, nil, &configuration)
        })
        if filter == H5Z_FILTER_FLETCHER32 { return true }
      }
      return false
    }
  }

  /// Reads rows and drops what they hold: an error where a checksum is wrong.
  public func check(_ rows: Range<Int>) throws(HDF5Error) {
    switch content {
    case .strings: _ = try readStrings(rows)
    case .numbers(.uint8): _ = try read(rows, as: UInt8.self)
    case .numbers(.int32): _ = try read(rows, as: Int32.self)
    case .numbers(.int64): _ = try read(rows, as: Int64.self)
    case .numbers(.float16): _ = try read(rows, as: Float16.self)
    case .numbers(.float32): _ = try read(rows, as: Float.self)
    case .numbers(.float64): _ = try read(rows, as: Double.self)
    }
  }
}
