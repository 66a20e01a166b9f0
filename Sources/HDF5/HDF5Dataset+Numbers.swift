internal import CHDF5

extension HDF5Dataset {
  /// Reads rows into `buffer`: [rows, width], row-major.
  ///
  /// The element type must be the dataset's own: HDF5 would clip numbers silently.
  ///
  /// - Precondition: `rows` lies within the dataset, `buffer.count == rows.count * width`.
  /// - Throws: `HDF5Error.wrongType`; `.damaged` where a chunk's checksum is wrong.
  public func read<Element: HDF5Element>(
    _ rows: Range<Int>, into buffer: UnsafeMutableBufferPointer<Element>
  ) throws(HDF5Error) {
    try expect(Element.elementType)
    precondition(rows.lowerBound >= 0 && rows.upperBound <= self.rows)
    precondition(buffer.count == rows.count * width)
    guard !buffer.isEmpty else { return }
    guard sources.isEmpty else {
      return try forEachSource(of: rows) { (source, part, place) throws(HDF5Error) in
        let target = buffer[place * width..<(place + part.count) * width]
        try source.read(part, into: UnsafeMutableBufferPointer(rebasing: target))
      }
    }
    let file = try select(rows)
    let memory = try memorySpace(rows: rows.count)
    let type = try Element.elementType.makeMemoryType(at: site)
    _ = try Library.call("H5Dread", at: site) {
      H5Dread(id.raw, type.raw, memory.raw, file.raw, shim_H5P_DEFAULT(), buffer.baseAddress)
    }
  }

  /// Reads rows as an array: [rows, width], row-major.
  public func read<Element: HDF5Element>(
    _ rows: Range<Int>, as type: Element.Type = Element.self
  ) throws(HDF5Error) -> [Element] {
    var values = [Element](repeating: .zero, count: rows.count * width)
    try values.withUnsafeMutableBufferPointer { (buffer) throws(HDF5Error) in
      try read(rows, into: buffer)
    }
    return values
  }

  /// Writes rows: [rows, width], row-major.
  ///
  /// - Precondition: `rows` lies within the dataset, `values.count == rows.count * width`.
  /// - Throws: `HDF5Error.wrongType`; `.callFailed` with errno where the disk is full.
  public func write<Element: HDF5Element>(
    _ values: UnsafeBufferPointer<Element>, at rows: Range<Int>
  ) throws(HDF5Error) {
    try expect(Element.elementType)
    precondition(rows.lowerBound >= 0 && rows.upperBound <= self.rows)
    precondition(values.count == rows.count * width)
    guard !values.isEmpty else { return }
    let file = try select(rows)
    let memory = try memorySpace(rows: rows.count)
    let type = try Element.elementType.makeMemoryType(at: site)
    _ = try Library.call("H5Dwrite", at: site) {
      H5Dwrite(id.raw, type.raw, memory.raw, file.raw, shim_H5P_DEFAULT(), values.baseAddress)
    }
  }

  private func expect(_ type: ElementType) throws(HDF5Error) {
    guard content != .numbers(type) else { return }
    throw .wrongType(file: file, object: name, expected: type.rawValue, found: content.name)
  }
}

extension HDF5Dataset.Content {
  /// The type's name in errors.
  public var name: String {
    switch self {
    case .numbers(let type): type.rawValue
    case .strings: "string"
    }
  }
}
