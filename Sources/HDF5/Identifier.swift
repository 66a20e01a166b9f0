internal import CHDF5

/// One reference to a library object (file, group, dataset, type, ...), given back at the end.
struct Identifier: ~Copyable, Sendable {
  let raw: hid_t
  private let output: OutputState?

  /// Takes over the identifier that `make` returns, by the C call of this name.
  init(_ call: String, at site: Site, _ make: () -> hid_t) throws(HDF5Error) {
    raw = try Library.call(call, at: site, make)
    output = site.output
  }

  deinit {
    Library.release(raw, of: output)
  }
}

extension Identifier {
  /// The descriptor that the library reads this open file by.
  func descriptor(at site: Site) throws(HDF5Error) -> Int32 {
    let file = raw
    var handle: UnsafeMutableRawPointer?
    _ = try Library.call("H5Fget_vfd_handle", at: site) {
      H5Fget_vfd_handle(file, shim_H5P_DEFAULT(), &handle)
    }
    guard let handle else {
      throw .damaged(
        file: site.file, object: site.object, call: "H5Fget_vfd_handle", reason: "no descriptor")
    }
    return handle.load(as: Int32.self)
  }
}
