/// Texts from a command line, with the lines of standard input in the place of `-`.
public struct TextArguments {
  private var given: ArraySlice<String>
  private var lines = StandardInputLines()

  public init(_ arguments: [String]) { given = arguments[...] }

  /// The next texts: all that stand together, or at most `limit` lines; none where lines are still to
  /// come; nil at the end.
  ///
  /// - Throws: ``StageError/notUTF8(line:)``.
  public mutating func next(limit: Int) throws(StageError) -> [String]? {
    while let first = given.first {
      guard first == "-" else {
        let block = Array(given.prefix { $0 != "-" })
        given.removeFirst(block.count)
        return block
      }
      if let block = try lines.next(limit: limit) { return block }
      given.removeFirst()
    }
    return nil
  }
}
