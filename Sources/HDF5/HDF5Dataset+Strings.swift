internal import CHDF5
internal import Glibc

extension HDF5Dataset {
  /// Reads strings; only those of `rows` are fetched.
  ///
  /// - Throws: `HDF5Error.wrongType`; `.damaged` where a string is not UTF-8.
  public func readStrings(_ rows: Range<Int>) throws(HDF5Error) -> [String] {
    try expectStrings()
    precondition(rows.lowerBound >= 0 && rows.upperBound <= self.rows)
    guard !rows.isEmpty else { return [] }
    var texts = [UnsafeMutablePointer<CChar>?](repeating: nil, count: rows.count)
    defer { for text in texts { free(text) } }
    let file = try select(rows)
    let memory = try memorySpace(count: rows.count)
    // The type as stored: an ASCII string of h5py's is not converted to UTF-8, it is UTF-8.
    let type = try Identifier("H5Dget_type", at: site) { H5Dget_type(id.raw) }
    _ = try Library.call("H5Dread", at: site) {
      H5Dread(id.raw, type.raw, memory.raw, file.raw, shim_H5P_DEFAULT(), &texts)
    }
    var strings: [String] = []
    strings.reserveCapacity(rows.count)
    for (index, text) in texts.enumerated() {
      guard let text else {
        strings.append("")
        continue
      }
      guard let string = String(validatingCString: text) else {
        throw .damaged(
          file: self.file, object: name, call: "H5Dread",
          reason: "row \(rows.lowerBound + index) is not UTF-8")
      }
      strings.append(string)
    }
    return strings
  }

  /// Writes strings.
  ///
  /// - Throws: `HDF5Error.embeddedNull` for a string with a NUL byte, before anything is written.
  public func writeStrings(
    _ strings: some Collection<String>, at rows: Range<Int>
  ) throws(HDF5Error) {
    try expectStrings()
    precondition(rows.lowerBound >= 0 && rows.upperBound <= self.rows)
    precondition(strings.count == rows.count)
    guard !rows.isEmpty else { return }
    // One block for the bytes of all, and where in it each string begins.
    var bytes: [CChar] = []
    var starts: [Int] = []
    starts.reserveCapacity(rows.count)
    for (index, string) in strings.enumerated() {
      guard !string.utf8.contains(0) else {
        throw .embeddedNull(file: file, object: name, row: rows.lowerBound + index)
      }
      starts.append(bytes.count)
      bytes.append(contentsOf: string.utf8.lazy.map { CChar(bitPattern: $0) })
      bytes.append(0)
    }
    let file = try select(rows)
    let memory = try memorySpace(count: rows.count)
    let type = try StringType.make(at: site)
    try bytes.withUnsafeBufferPointer { (block) throws(HDF5Error) in
      let pointers = starts.map { block.baseAddress?.advanced(by: $0) }
      _ = try Library.call("H5Dwrite", at: site) {
        H5Dwrite(id.raw, type.raw, memory.raw, file.raw, shim_H5P_DEFAULT(), pointers)
      }
    }
  }

  private func expectStrings() throws(HDF5Error) {
    guard content != .strings else { return }
    throw .wrongType(file: file, object: name, expected: "string", found: content.name)
  }
}
