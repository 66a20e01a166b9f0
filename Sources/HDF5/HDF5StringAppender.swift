/// Writes a dataset of strings whose number is not known yet, in whole chunks.
///
/// As `HDF5Appender`, for UTF-8 strings of variable length.
public final class HDF5StringAppender {
  private let file: HDF5File
  private let name: String
  private var pending: [String] = []
  private var dataset: HDF5Dataset?
  private var written = 0

  /// A chunk of references, which is also the number of strings that wait in memory.
  private static var chunkRows: Int { 1024 }

  public init(_ file: HDF5File, name: String) {
    self.file = file
    self.name = name
  }

  /// Adds strings.
  public func append(_ strings: some Sequence<String>) {
    pending.append(contentsOf: strings)
  }

  /// Writes the full chunks; what is left of them waits.
  ///
  /// - Throws: `HDF5Error.embeddedNull` for a string with a NUL byte.
  public func flush() throws(HDF5Error) {
    guard pending.count >= Self.chunkRows else { return }
    try write(count: pending.count / Self.chunkRows * Self.chunkRows)
  }

  /// Writes the rest.
  public func finish() throws(HDF5Error) {
    if dataset == nil {
      let made = try file.createStrings(name, rows: pending.count)
      try made.writeStrings(pending, at: 0..<made.rows)
    } else if !pending.isEmpty {
      try write(count: pending.count)
    }
    pending = []
  }

  private func write(count: Int) throws(HDF5Error) {
    let rows = written..<written + count
    let grown =
      if let dataset {
        try dataset.extended(to: [rows.upperBound])
      } else {
        try file.create(
          name, content: .strings, shape: [rows.upperBound], growingBy: Self.chunkRows)
      }
    try grown.writeStrings(pending.prefix(count), at: rows)
    dataset = grown
    pending.removeFirst(count)
    written = rows.upperBound
  }
}
