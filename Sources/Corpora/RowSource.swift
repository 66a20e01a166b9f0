/// The rows of one input, whatever its format.
protocol RowSource: AnyObject {
  /// The next row; nil at the end.
  func next() throws(CorpusError) -> CorpusRow?
}
