/// The pre-tokenizers that split at delimiters: Split, Whitespace, WhitespaceSplit, Punctuation,
/// Digits and CharDelimiterSplit.
///
/// Source: tokenizers/src/pre_tokenizers of Hugging Face tokenizers 0.23.
struct SplitPreTokenizer: Sendable {
  private enum Delimiter {
    case pattern(TextPattern)
    /// What a pattern does not match.
    case restOfPattern(TextPattern)
    /// Each scalar with one of these traits.
    case scalars(ScalarTraits)
    /// White space, with words cut where letters and punctuation meet: `\w+|[^\w\s]+` inverted.
    case whitespaceAndWordEdges
  }

  private let delimiter: Delimiter
  private let behavior: DelimiterBehavior

  static let whitespace = SplitPreTokenizer(.whitespaceAndWordEdges, .removed)
  static let whitespaceSplit = SplitPreTokenizer(.scalars(.whitespace), .removed)

  static func punctuation(_ behavior: DelimiterBehavior) -> SplitPreTokenizer {
    SplitPreTokenizer(.scalars(.punctuation), behavior)
  }

  static func digits(areIndividual: Bool) -> SplitPreTokenizer {
    SplitPreTokenizer(.scalars(.numeric), areIndividual ? .isolated : .contiguous)
  }

  static func pattern(
    _ pattern: TextPattern, _ behavior: DelimiterBehavior, isInverted: Bool
  ) -> SplitPreTokenizer {
    SplitPreTokenizer(isInverted ? .restOfPattern(pattern) : .pattern(pattern), behavior)
  }

  private init(_ delimiter: Delimiter, _ behavior: DelimiterBehavior) {
    self.delimiter = delimiter
    self.behavior = behavior
  }

  /// Hands over the words of `text` in order; none is empty.
  func forEachWord(
    of text: UnsafeBufferPointer<UInt8>, _ body: (UnsafeBufferPointer<UInt8>) -> Void
  ) {
    var splitter = DelimiterSplitter(behavior)
    func emit(_ word: Range<Int>) {
      if !word.isEmpty { body(UnsafeBufferPointer(rebasing: text[word])) }
    }
    forEachStretch(of: text) { stretch, isDelimiter in
      splitter.take(stretch, isDelimiter: isDelimiter, emit)
    }
    splitter.finish(emit)
  }

  /// Hands over the delimiters and what is between them; together they are the text.
  private func forEachStretch(
    of text: UnsafeBufferPointer<UInt8>, _ body: (Range<Int>, _ isDelimiter: Bool) -> Void
  ) {
    switch delimiter {
    case .pattern(let pattern): forEachStretch(of: text, matching: pattern, body)
    case .restOfPattern(let pattern):
      forEachStretch(of: text, matching: pattern) { body($0, !$1) }
    case .scalars(let wanted):
      var between = 0
      var position = 0
      while position < text.count {
        let start = position
        let traits = ScalarTraits(of: UTF8Scalar.decode(text, &position))
        if traits.isDisjoint(with: wanted) { continue }
        if between < start { body(between..<start, false) }
        body(start..<position, true)
        between = position
      }
      if between < text.count { body(between..<text.count, false) }
    case .whitespaceAndWordEdges:
      let kinds: ScalarTraits = [.word, .whitespace]
      var start = 0
      while start < text.count {
        var end = start
        let kind = ScalarTraits(of: UTF8Scalar.decode(text, &end)).intersection(kinds)
        while end < text.count {
          var next = end
          let traits = ScalarTraits(of: UTF8Scalar.decode(text, &next))
          guard traits.intersection(kinds) == kind else { break }
          end = next
        }
        body(start..<end, kind == .whitespace)
        start = end
      }
    }
  }

  private func forEachStretch(
    of text: UnsafeBufferPointer<UInt8>, matching pattern: TextPattern,
    _ body: (Range<Int>, _ isMatch: Bool) -> Void
  ) {
    var between = 0
    pattern.forEachMatch(in: text) { match in
      if between < match.lowerBound { body(between..<match.lowerBound, false) }
      body(match, true)
      between = match.upperBound
    }
    if between < text.count { body(between..<text.count, false) }
  }
}
