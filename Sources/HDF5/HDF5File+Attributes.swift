internal import CHDF5
internal import Glibc

/// Attributes of the root, or where that is said of an object.
extension HDF5File {
  /// Adds a string; it must not hold a NUL.
  ///
  /// `object`: a dataset or group; the root where that is empty.
  public func setAttribute(
    _ name: String, to value: String, on object: String = ""
  ) throws(HDF5Error) {
    let site = site("\(object)@\(name)")
    let type = try StringType.make(at: site)
    try setStrings(name, to: [value], on: object, type, isScalar: true, site)
  }

  /// Adds a list of strings, of one dimension.
  public func setAttribute(
    _ name: String, to values: [String], on object: String
  ) throws(HDF5Error) {
    let site = site("\(object)@\(name)")
    let type = try StringType.make(at: site)
    try setStrings(name, to: values, on: object, type, isScalar: false, site)
  }

  /// Adds a truth value as h5py does: an enumeration of int8.
  public func setAttribute(
    _ name: String, to value: Bool, on object: String
  ) throws(HDF5Error) {
    let site = site("\(object)@\(name)")
    let type = try Identifier("H5Tenum_create", at: site) {
      let type = H5Tenum_create(shim_H5T_STD_I8LE())
      var (no, yes) = (Int8(0), Int8(1))
      let done =
        type >= 0 && H5Tenum_insert(type, "FALSE", &no) >= 0
        && H5Tenum_insert(type, "TRUE", &yes) >= 0
      return done ? type : -1
    }
    let attribute = try createAttribute(name, type: type, on: object, site: site)
    _ = try Library.call("H5Awrite", at: site) {
      withUnsafePointer(to: Int8(value ? 1 : 0)) { H5Awrite(attribute.raw, type.raw, $0) }
    }
  }

  private func setStrings(
    _ name: String, to values: [String], on object: String, _ type: borrowing Identifier,
    isScalar: Bool, _ site: Site
  ) throws(HDF5Error) {
    if let row = values.firstIndex(where: { $0.utf8.contains(0) }) {
      throw .embeddedNull(file: path, object: "\(object)@\(name)", row: row)
    }
    let attribute = try createAttribute(
      name, type: type, count: isScalar ? nil : values.count, on: object, site: site)
    let raw = type.raw
    let texts = values.map { $0.withCString { strdup($0) } }
    defer { for text in texts { free(text) } }
    _ = try Library.call("H5Awrite", at: site) { H5Awrite(attribute.raw, raw, texts) }
  }

  /// Adds an integer, as int64.
  public func setAttribute(_ name: String, to value: Int) throws(HDF5Error) {
    let site = site("@\(name)")
    let type = try ElementType.int64.makeFileType(at: site)
    let attribute = try createAttribute(name, type: type, on: "", site: site)
    _ = try Library.call("H5Awrite", at: site) {
      withUnsafePointer(to: Int64(value)) { H5Awrite(attribute.raw, shim_H5T_NATIVE_INT64(), $0) }
    }
  }

  /// Reads a string; nil where there is no such attribute.
  ///
  /// `object`: a dataset or group; the root where that is empty. The file must have been opened for
  /// reading.
  ///
  /// - Throws: `HDF5Error.wrongType` for another type than a scalar string of variable length;
  ///   `.damaged` where the string is not where it should be, or not UTF-8.
  public func stringAttribute(
    _ name: String, on object: String = ""
  ) throws(HDF5Error) -> String? {
    guard let attribute = try openAttribute(name, on: object) else { return nil }
    let site = site("\(object)@\(name)")
    let type = try Identifier("H5Aget_type", at: site) { H5Aget_type(attribute.raw) }
    guard StringType.describes(type.raw), try isScalar(attribute, site) else {
      throw .wrongType(
        file: path, object: "@\(name)", expected: "string", found: StringType.name(of: type.raw))
    }
    let bytes = try FileBytes(descriptor: try id.descriptor(at: site), at: site)
    let messages = try AttributeMessages(
      header: UInt64(address(of: object.isEmpty ? "/" : object)), of: bytes)
    guard let reference = messages.references[name] else {
      throw .damaged(
        file: path, object: site.object, call: "H5Aread",
        reason: "the attribute does not lie in the object's header")
    }
    var heap = StringHeap(bytes)
    return try heap.string(reference, row: 0)
  }

  /// Reads an integer; nil where there is no such attribute.
  ///
  /// - Throws: `HDF5Error.wrongType` for another type than one integer.
  public func integerAttribute(_ name: String) throws(HDF5Error) -> Int? {
    guard let attribute = try openAttribute(name) else { return nil }
    let site = site("@\(name)")
    let type = try Identifier("H5Aget_type", at: site) { H5Aget_type(attribute.raw) }
    guard Library.ask({ H5Tget_class(type.raw) }) == H5T_INTEGER,
      Library.ask({ H5Tget_size(type.raw) }) <= 8,
      try isScalar(attribute, site)
    else {
      throw .wrongType(
        file: path, object: "@\(name)", expected: "integer", found: StringType.name(of: type.raw))
    }
    var value: Int64 = 0
    _ = try Library.call("H5Aread", at: site) {
      H5Aread(attribute.raw, shim_H5T_NATIVE_INT64(), &value)
    }
    return Int(value)
  }

  private func createAttribute(
    _ name: String, type: borrowing Identifier, count: Int? = nil, on object: String, site: Site
  ) throws(HDF5Error) -> Identifier {
    let space = try Identifier("H5Screate", at: site) {
      count.map { H5Screate_simple(1, [hsize_t($0)], nil) } ?? H5Screate(H5S_SCALAR)
    }
    let owner = try Identifier("H5Oopen", at: site) {
      H5Oopen(id.raw, object.isEmpty ? "/" : object, shim_H5P_DEFAULT())
    }
    let typeID = type.raw
    return try Identifier("H5Acreate2", at: site) {
      H5Acreate2(
        owner.raw, name, typeID, space.raw, shim_H5P_DEFAULT(), shim_H5P_DEFAULT())
    }
  }

  private func openAttribute(
    _ name: String, on object: String = ""
  ) throws(HDF5Error) -> Identifier? {
    let site = site("\(object)@\(name)")
    let owner = object.isEmpty ? "/" : object
    let found = try Library.call("H5Aexists_by_name", at: site) {
      H5Aexists_by_name(id.raw, owner, name, shim_H5P_DEFAULT())
    }
    guard found > 0 else { return nil }
    return try Identifier("H5Aopen_by_name", at: site) {
      H5Aopen_by_name(id.raw, owner, name, shim_H5P_DEFAULT(), shim_H5P_DEFAULT())
    }
  }

  private func isScalar(
    _ attribute: borrowing Identifier, _ site: Site
  ) throws(HDF5Error) -> Bool {
    let raw = attribute.raw
    let space = try Identifier("H5Aget_space", at: site) { H5Aget_space(raw) }
    return Library.ask({ H5Sget_simple_extent_npoints(space.raw) }) == 1
  }
}
