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
