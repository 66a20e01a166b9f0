/// One text a line; an empty line is an empty text.
final class PlainLinesSource: RowSource {
  private var scanner: LineScanner
  private var isEmpty = true

  init(path: String, options: CorpusOptions) throws(CorpusError) {
    scanner = LineScanner(stream: try ByteStream(path: path), limit: options.maximumRowBytes)
  }

  func next() throws(CorpusError) -> CorpusRow? {
    guard try scanner.next() else {
      if isEmpty { throw .emptyFile(path: scanner.location.path) }
      return nil
    }
    isEmpty = false
    return CorpusRow(text: try scanner.string(), location: scanner.location)
  }
}
