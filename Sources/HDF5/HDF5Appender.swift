internal import CHDF5

/// Writes a dataset whose number of rows is not known yet, in whole chunks.
///
/// `append` keeps rows in memory, `flush` writes the full chunks among them. Data of less than a
/// chunk become a dataset of exactly their size, so that small files stay small. A file's bytes
/// follow from where between the rows `flush` is called, not from how `append` cuts them.
public final class HDF5Appender<Element: HDF5Element> {
  private let file: HDF5File
  private let name: String
  private let width: Int?
  private let chunkElements: Int
  private var pending: [Element] = []
  private var dataset: HDF5Dataset?
  /// The elements in the file.
  private var written = 0

  /// Prepares a dataset with rows of `width` elements, or of one dimension where that is nil.
  public init(_ file: HDF5File, name: String, width: Int? = nil) {
    self.file = file
    self.name = name
    self.width = width
    let row = width ?? 1
    chunkElements = ChunkShape.rows(forRowsOf: row * Element.elementType.size) * row
  }

  /// Adds elements: whole rows, row-major.
  public func append(_ values: some Collection<Element>) {
    precondition(values.count % (width ?? 1) == 0)
    pending.append(contentsOf: values)
  }

  /// Writes the full chunks; what is left of them waits.
  public func flush() throws(HDF5Error) {
    guard pending.count >= chunkElements else { return }
    try write(count: pending.count / chunkElements * chunkElements)
  }

  /// Writes the rest.
  public func finish() throws(HDF5Error) {
    if dataset == nil {
      let made = try file.createDataset(
        name, type: Element.elementType, shape: shape(of: pending.count))
      try pending.withUnsafeBufferPointer { (buffer) throws(HDF5Error) in
        try made.write(buffer, at: 0..<made.rows)
      }
    } else if !pending.isEmpty {
      try write(count: pending.count)
    }
    pending = []
  }

  private func shape(of elements: Int) -> [Int] {
    if let width { [elements / width, width] } else { [elements] }
  }

  private func write(count: Int) throws(HDF5Error) {
    let first = written
    let growing = try resized(to: first + count)
    let row = width ?? 1
    try pending.withUnsafeBufferPointer { (buffer) throws(HDF5Error) in
      try growing.write(
        UnsafeBufferPointer(rebasing: buffer[..<count]), at: first / row..<(first + count) / row)
    }
    pending.removeFirst(count)
    written += count
  }

  /// The dataset with this many elements, made where it is not there yet.
  private func resized(to elements: Int) throws(HDF5Error) -> HDF5Dataset {
    let shape = shape(of: elements)
    let grown =
      if let dataset {
        try dataset.extended(to: shape)
      } else {
        try file.create(
          name, content: .numbers(Element.elementType), shape: shape,
          growingBy: chunkElements / (width ?? 1))
      }
    dataset = grown
    return grown
  }
}

extension HDF5Dataset {
  /// The same dataset with more rows.
  func extended(to shape: [Int]) throws(HDF5Error) -> HDF5Dataset {
    let extents = shape.map { hsize_t($0) }
    _ = try Library.call("H5Dset_extent", at: site) { H5Dset_extent(id.raw, extents) }
    // The identifier is counted by the library: both Swift objects hold it.
    let second = try Identifier("H5Iinc_ref", at: site) { H5Iinc_ref(id.raw) < 0 ? -1 : id.raw }
    return HDF5Dataset(
      id: second, at: site, content: content, shape: shape, chunkRows: chunkRows)
  }
}
