internal import CHDF5
internal import Glibc

/// Scalar attributes of the root.
extension HDF5File {
  /// Adds a string; it must not hold a NUL.
  public func setAttribute(_ name: String, to value: String) throws(HDF5Error) {
    let site = site("@\(name)")
    guard !value.utf8.contains(0) else {
      throw .embeddedNull(file: path, object: "@\(name)", row: 0)
    }
    let type = try StringType.make(at: site)
    let attribute = try createAttribute(name, type: type, site: site)
    _ = try Library.call("H5Awrite", at: site) {
      value.withCString { text in
        withUnsafePointer(to: text) { H5Awrite(attribute.raw, type.raw, $0) }
      }
    }
  }

  /// Adds an integer, as int64.
  public func setAttribute(_ name: String, to value: Int) throws(HDF5Error) {
    let site = site("@\(name)")
    let type = try ElementType.int64.makeFileType(at: site)
    let attribute = try createAttribute(name, type: type, site: site)
    _ = try Library.call("H5Awrite", at: site) {
      withUnsafePointer(to: Int64(value)) { H5Awrite(attribute.raw, shim_H5T_NATIVE_INT64(), $0) }
    }
  }

  /// Reads a string; nil where there is no such attribute.
  ///
  /// - Throws: `HDF5Error.wrongType` for another type than a scalar string of variable length.
  public func stringAttribute(_ name: String) throws(HDF5Error) -> String? {
    guard let attribute = try openAttribute(name) else { return nil }
    let site = site("@\(name)")
    let type = try Identifier("H5Aget_type", at: site) { H5Aget_type(attribute.raw) }
    guard StringType.describes(type.raw), try isScalar(attribute, site) else {
      throw .wrongType(
        file: path, object: "@\(name)", expected: "string", found: StringType.name(of: type.raw))
    }
    var text: UnsafeMutablePointer<CChar>?
    _ = try Library.call("H5Aread", at: site) { H5Aread(attribute.raw, type.raw, &text) }
    defer { free(text) }
    guard let text else { return "" }
    guard let value = String(validatingCString: text) else {
      throw .damaged(
        file: path, object: "@\(name)", call: "H5Aread", reason: "the bytes are not UTF-8")
    }
    return value
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
    _ name: String, type: borrowing Identifier, site: Site
  ) throws(HDF5Error) -> Identifier {
    let space = try Identifier("H5Screate", at: site) { H5Screate(H5S_SCALAR) }
    let typeID = type.raw
    return try Identifier("H5Acreate2", at: site) {
      H5Acreate2(id.raw, name, typeID, space.raw, shim_H5P_DEFAULT(), shim_H5P_DEFAULT())
    }
  }

  private func openAttribute(_ name: String) throws(HDF5Error) -> Identifier? {
    let site = site("@\(name)")
    let found = try Library.call("H5Aexists", at: site) { H5Aexists(id.raw, name) }
    guard found > 0 else { return nil }
    return try Identifier("H5Aopen", at: site) { H5Aopen(id.raw, name, shim_H5P_DEFAULT()) }
  }

  private func isScalar(
    _ attribute: borrowing Identifier, _ site: Site
  ) throws(HDF5Error) -> Bool {
    let raw = attribute.raw
    let space = try Identifier("H5Aget_space", at: site) { H5Aget_space(raw) }
    return Library.ask({ H5Sget_simple_extent_npoints(space.raw) }) == 1
  }
}
