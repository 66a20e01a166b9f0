internal import CHDF5

extension HDF5Dataset {
  /// Reads strings; only those of `rows` are fetched.
  ///
  /// The file must have been opened for reading.
  ///
  /// - Throws: `HDF5Error.wrongType`; `.damaged` where a string is not where it should be, or not
  ///   UTF-8.
  public func readStrings(_ rows: Range<Int>) throws(HDF5Error) -> [String] {
    try expectStrings()
    precondition(rows.lowerBound >= 0 && rows.upperBound <= self.rows)
    guard !rows.isEmpty else { return [] }
    guard sources.isEmpty else {
      var strings: [String] = []
      try forEachSource(of: rows) { (source, part, _) throws(HDF5Error) in
        strings += try source.readStrings(part)
      }
      return strings
    }
    let file = try FileBytes(descriptor: try descriptor(), at: site)
    var heap = StringHeap(file)
    var strings: [String] = []
    strings.reserveCapacity(rows.count)
    for part in parts(of: rows) {
      let bytes = try references(of: part, file)
      for row in part {
        let start = (row - part.lowerBound) * StringReference.size
        let reference = bytes.withUnsafeBytes {
          StringReference(UnsafeRawBufferPointer(rebasing: $0[start..<start + 16]))
        }
        strings.append(try heap.string(reference, row: row))
      }
    }
    return strings
  }

  /// The bytes of the references of rows, all of one chunk, as they are in the file.
  private func references(of rows: Range<Int>, _ file: FileBytes) throws(HDF5Error) -> [UInt8] {
    let creation = try Identifier("H5Dget_create_plist", at: site) { H5Dget_create_plist(id.raw) }
    switch Library.ask({ H5Pget_layout(creation.raw) }) {
    case H5D_CHUNKED:
      let first = rows.lowerBound / chunkRows * chunkRows
      let chunk = try readChunk(from: first)
      let start = (rows.lowerBound - first) * StringReference.size
      return Array(chunk[start..<start + rows.count * StringReference.size])
    case H5D_CONTIGUOUS:
      let offset = Library.ask({ H5Dget_offset(id.raw) })
      guard offset != haddr_t.max else { throw unreadable("no data") }
      var bytes = [UInt8](repeating: 0, count: rows.count * StringReference.size)
      try file.read(&bytes, at: UInt64(offset) &+ UInt64(rows.lowerBound * StringReference.size))
      return bytes
    default:
      throw unreadable("strings that are neither chunked nor contiguous")
    }
  }

  private func readChunk(from row: Int) throws(HDF5Error) -> [UInt8] {
    let place: [hsize_t] = [hsize_t(row)]
    var stored: hsize_t = 0
    _ = try Library.call("H5Dget_chunk_storage_size", at: site) {
      H5Dget_chunk_storage_size(id.raw, place, &stored)
    }
    let size = chunkRows * StringReference.size
    guard Int(clamping: stored) == size else { throw unreadable("a chunk of \(stored) bytes") }
    var chunk = [UInt8](repeating: 0, count: size)
    var filters: UInt32 = 0
    _ = try Library.call("H5Dread_chunk", at: site) {
      H5Dread_chunk(id.raw, shim_H5P_DEFAULT(), place, &filters, &chunk)
    }
    return chunk
  }

  /// The descriptor that the library reads this file by.
  private func descriptor() throws(HDF5Error) -> Int32 {
    let file = try Identifier("H5Iget_file_id", at: site) { H5Iget_file_id(id.raw) }
    return try file.descriptor(at: site)
  }

  private func unreadable(_ reason: String) -> HDF5Error {
    .damaged(file: file, object: name, call: "H5Dread", reason: reason)
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
    let memory = try memorySpace(rows: rows.count)
    let type = try StringType.make(at: site)
    try bytes.withUnsafeBufferPointer { (block) throws(HDF5Error) in
      let pointers = starts.map { block.baseAddress?.advanced(by: $0) }
      _ = try Library.call("H5Dwrite", at: site) {
        H5Dwrite(id.raw, type.raw, memory.raw, file.raw, shim_H5P_DEFAULT(), pointers)
      }
    }
  }

  private func expectStrings() throws(HDF5Error) {
    guard shape.count == 1 else {
      throw .wrongShape(file: file, object: name, expected: [-1], found: shape)
    }
    guard content != .strings else { return }
    throw .wrongType(file: file, object: name, expected: "string", found: content.name)
  }
}
