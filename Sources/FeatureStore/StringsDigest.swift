internal import Digests

/// SHA-256 of what HDF5 keeps without a checksum of its own: strings, those of attributes and those
/// of datasets. It stands in the file as `strings_sha256`.
///
/// Of each dataset's strings in order, each followed by a NUL, which no string of HDF5's has, there
/// is a digest; the one kept is of these and the attributes, in the order of their names.
struct StringsDigest {
  private var datasets: [String: SHA256Hasher] = [:]

  /// Adds the next strings of a dataset.
  mutating func add(_ strings: some Sequence<String>, of dataset: String) {
    var bytes: [UInt8] = []
    for string in strings {
      bytes.append(contentsOf: string.utf8)
      bytes.append(0)
    }
    datasets[dataset, default: SHA256Hasher()].update(bytes)
  }

  /// Hexadecimal. A dataset without strings counts as none.
  func value(attributes: [(name: String, value: String)]) -> String {
    var lines = attributes.map { "@\($0.name) \(SHA256Digest(of: $0.value))" }
    lines += datasets.map { "\($0.key) \($0.value.finished())" }
    return SHA256Digest(of: lines.sorted().joined(separator: "\n")).description
  }
}
