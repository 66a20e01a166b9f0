internal import CHDF5

extension HDF5File {
  /// Whether `name` is there; each group on the way is looked at in turn.
  ///
  /// - Throws: `HDF5Error.wrongType` where a part of it is a link by name, which may lead to another file:
  ///   no file of Firn's has such, and none is followed.
  public func contains(_ name: String) throws(HDF5Error) -> Bool {
    var path = ""
    for part in name.split(separator: "/") {
      path += path.isEmpty ? String(part) : "/" + part
      let found = try Library.call("H5Lexists", at: site(path)) {
        H5Lexists(id.raw, path, shim_H5P_DEFAULT())
      }
      if found == 0 { return false }
      var info = H5L_info_t()
      _ = try Library.call("H5Lget_info", at: site(path)) {
        H5Lget_info(id.raw, path, &info, shim_H5P_DEFAULT())
      }
      guard info.type == H5L_TYPE_HARD else {
        throw .wrongType(
          file: self.path, object: path, expected: "number or string",
          found: info.type == H5L_TYPE_SOFT ? "soft link" : "external link")
      }
    }
    return true
  }

  /// Creates a group; the groups above it must be there.
  public func createGroup(_ name: String) throws(HDF5Error) {
    let site = site(name)
    let creation = try PropertyList.untimed(shim_H5P_GROUP_CREATE(), at: site)
    _ = try Identifier("H5Gcreate2", at: site) {
      H5Gcreate2(id.raw, name, shim_H5P_DEFAULT(), creation.raw, shim_H5P_DEFAULT())
    }
  }

  /// Gives the object at `name` a second name (a hard link).
  public func link(_ alias: String, to name: String) throws(HDF5Error) {
    _ = try Library.call("H5Lcreate_hard", at: site(alias)) {
      H5Lcreate_hard(
        id.raw, name, id.raw, alias, shim_H5P_DEFAULT(), shim_H5P_DEFAULT())
    }
  }

  /// Whether two names lead to the same object.
  public func areSame(_ first: String, _ second: String) throws(HDF5Error) -> Bool {
    try address(of: first) == address(of: second)
  }

  /// The names in a group, in order of their bytes.
  ///
  /// - Throws: `HDF5Error.missing` where there is no such group.
  public func names(in group: String) throws(HDF5Error) -> [String] {
    let site = site(group)
    guard try contains(group) else { throw .missing(file: path, object: group) }
    let handle = try Identifier("H5Gopen2", at: site) {
      H5Gopen2(id.raw, group, shim_H5P_DEFAULT())
    }
    return try Link.all(in: handle, at: site).map(\.name).sorted {
      $0.utf8.lexicographicallyPrecedes($1.utf8)
    }
  }

  func address(of name: String) throws(HDF5Error) -> haddr_t {
    var info = H5O_info_t()
    _ = try Library.call("H5Oget_info_by_name2", at: site(name)) {
      H5Oget_info_by_name2(
        id.raw, name, &info, UInt32(H5O_INFO_BASIC), shim_H5P_DEFAULT())
    }
    return info.addr
  }
}

/// One entry of a group.
struct Link {
  let name: String
  /// Where the object stands; nil for a link that leads elsewhere, which is not followed: ``HDF5File/contains(_:)``.
  let address: UInt64?

  /// The links of a group, in no order.
  ///
  /// Any other order makes the library collect them in a table first, and libhdf5 1.10.8 frees what it has not yet
  /// filled of it where a link turns out damaged on the way (`H5G__dense_build_table`).
  static func all(in group: borrowing Identifier, at site: Site) throws(HDF5Error) -> [Link] {
    let raw = group.raw
    let pointer = UnsafeMutablePointer<[Link]>.allocate(capacity: 1)
    pointer.initialize(to: [])
    defer {
      pointer.deinitialize(count: 1)
      pointer.deallocate()
    }
    _ = try Library.call("H5Literate", at: site) {
      H5Literate(
        raw, H5_INDEX_NAME, H5_ITER_NATIVE, nil,
        { _, name, info, found in
          guard let name, let info, let found else { return -1 }
          let address = info.pointee.type == H5L_TYPE_HARD ? UInt64(info.pointee.u.address) : nil
          found.assumingMemoryBound(to: [Link].self).pointee.append(
            Link(name: String(cString: name), address: address))
          return 0
        }, pointer)
    }
    return pointer.pointee
  }
}
