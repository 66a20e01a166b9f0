/// Reads the rows of one or more inputs, one after the other, without holding them in memory.
///
/// An input is a file (its format by its name, or as the options say; gzip by its content), a folder
/// with one sub-folder a class, or `-` for standard input. All text must be UTF-8; a byte order mark
/// at the beginning is skipped.
///
///     var reader = try CorpusReader(inputs: ["reviews.csv.gz"])
///     while let row = try reader.next() { … }
public struct CorpusReader: ~Copyable {
  private let options: CorpusOptions
  private var pending: ArraySlice<CorpusInput>
  private var source: (any RowSource)?
  /// The first table, which says whether there is a label column.
  private var firstTable: (path: String, hasLabels: Bool)?

  /// Looks at every input, and opens none yet.
  ///
  /// - Throws: `CorpusError` for an input that is missing, or is a folder where a file is wanted or
  ///   the other way round, and for columns that its format does not have.
  public init(
    inputs: [String], options: CorpusOptions = CorpusOptions()
  ) throws(CorpusError) {
    // The properties are set together, after all that throws: a struct that cannot be copied must
    // not be left half made.
    let inputs = try Self.look(at: inputs, options: options)
    self.options = options
    pending = inputs[...]
    source = nil
    firstTable = nil
  }

  /// The next row in the order of the inputs; nil after the last one.
  ///
  /// - Throws: `CorpusError` with the file and line. After an error the reader is of no more use.
  public mutating func next() throws(CorpusError) -> CorpusRow? {
    while true {
      if let row = try source?.next() { return row }
      source = nil
      guard let input = pending.popFirst() else { return nil }
      source = try open(input)
    }
  }

  /// The regular files that a reader of these inputs reads, in its order: what a caller hashes to
  /// know whether anything changed. Standard input and pipes are left out.
  ///
  /// - Throws: `CorpusError`, as `init` does.
  public static func resolvedFiles(
    _ inputs: [String], format: CorpusFormat? = nil
  ) throws(CorpusError) -> [String] {
    var files: [String] = []
    for path in inputs {
      let input = try CorpusInput(path: path, format: format)
      if input.format == .folder {
        files += try FolderSource.files(in: path)
      } else if path != "-", try Folder.kind(path) == .file {
        files.append(path)
      }
    }
    return files
  }

  private static func look(
    at paths: [String], options: CorpusOptions
  ) throws(CorpusError) -> [CorpusInput] {
    guard !paths.isEmpty else { throw .noInputs }
    var inputs: [CorpusInput] = []
    for path in paths {
      let input = try CorpusInput(path: path, format: options.format)
      if let column = options.columnWithoutPlace(in: input.format) {
        throw .formatWithoutColumns(path: path, format: input.format, column: column)
      }
      inputs.append(input)
    }
    return inputs
  }

  private mutating func open(_ input: CorpusInput) throws(CorpusError) -> any RowSource {
    switch input.format {
    case .csv: try openTable(input.path, delimiter: UInt8(ascii: ","))
    case .tsv: try openTable(input.path, delimiter: UInt8(ascii: "\t"))
    case .jsonl: try JSONLinesSource(path: input.path, options: options)
    case .lines: try PlainLinesSource(path: input.path, options: options)
    case .folder: try FolderSource(path: input.path, options: options)
    }
  }

  /// Opens a table, which must have a label column if and only if the tables before it have one.
  private mutating func openTable(
    _ path: String, delimiter: UInt8
  ) throws(CorpusError) -> any RowSource {
    let table = try DelimitedSource(path: path, delimiter: delimiter, options: options)
    if let first = firstTable, let column = options.labelColumn,
      first.hasLabels != table.hasLabels
    {
      throw .columnsDisagree(
        at: table.header, column: column, present: table.hasLabels, other: first.path)
    }
    firstTable = firstTable ?? (path, table.hasLabels)
    return table
  }
}
