/// What can be wrong with a corpus, with the evidence; StageKit has the words.
public enum CorpusError: Error, Sendable, Equatable {
  // MARK: - Inputs

  /// No input was named.
  case noInputs
  case missing(path: String)
  /// The input exists but cannot be opened; `code` is errno.
  case unreadable(path: String, code: Int32)
  /// Reading stopped half-way; `code` is errno.
  case readFailed(path: String, code: Int32)
  /// A folder where a file of `format` is wanted.
  case isFolder(path: String, format: CorpusFormat)
  /// A file where a folder is wanted.
  case notAFolder(path: String)
  /// A folder in which no sub-folder holds a file.
  case noClasses(path: String)
  /// The name of an entry of the folder is not UTF-8.
  case invalidName(path: String)
  /// The gzip stream ends before its last block does.
  case truncatedGzip(path: String)
  /// Not gzip, or damaged; `detail` is zlib's word for it.
  case corruptGzip(path: String, detail: String)

  // MARK: - Columns

  case emptyFile(path: String)
  /// A header row or blank lines, and nothing after them.
  case noRows(at: CorpusLocation)
  /// `nearest` is the existing name that a slip of the hand may have meant.
  case noSuchColumn(at: CorpusLocation, column: String, existing: [String], nearest: String?)
  case duplicateColumn(at: CorpusLocation, column: String)
  /// The column is in one of the two inputs only.
  case columnsDisagree(at: CorpusLocation, column: String, present: Bool, other: String)
  /// A column was asked for in a format that has no columns.
  case formatWithoutColumns(path: String, format: CorpusFormat, column: String)

  /// The label column of a table has lists, and nothing says what stands between labels.
  case noLabelDelimiter(at: CorpusLocation, column: String)
  /// The labels are lists, and all of them are empty.
  case noLabelNames

  // MARK: - Rows

  /// The location is the line where the quote was opened.
  case unclosedQuote(at: CorpusLocation)
  /// Something other than a delimiter or a line's end follows a closing quote.
  case textAfterQuote(at: CorpusLocation)
  case fieldCount(at: CorpusLocation, expected: Int, found: Int)
  case rowTooLong(at: CorpusLocation, limit: Int)
  case invalidUTF8(at: CorpusLocation)
  case brokenJSON(at: CorpusLocation, detail: String)
  case notAnObject(at: CorpusLocation)
  case wrongType(at: CorpusLocation, column: String, expected: String, found: String)
  case notAnIndicator(at: CorpusLocation, column: String, value: String)
  /// A label column is empty in a row in which another one is not.
  case missingIndicator(at: CorpusLocation, column: String)
  case notANumber(at: CorpusLocation, column: String, value: String)
  /// Missing or negative.
  case notAWeight(at: CorpusLocation, column: String, value: String)
  case unknownSplit(at: CorpusLocation, value: String)
}
