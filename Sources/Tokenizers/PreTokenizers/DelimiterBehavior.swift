/// What becomes of the delimiters that a text is split at.
///
/// Source: `SplitDelimiterBehavior` in tokenizers/src/tokenizer/normalizer.rs of Hugging Face
/// tokenizers 0.23.
enum DelimiterBehavior: String, Decodable, Sendable {
  case removed = "Removed"
  case isolated = "Isolated"
  case mergedWithPrevious = "MergedWithPrevious"
  case mergedWithNext = "MergedWithNext"
  case contiguous = "Contiguous"
}

/// Makes words of the stretches of a text that come by in order, delimiters and what is between.
struct DelimiterSplitter {
  private let behavior: DelimiterBehavior
  /// A word that what follows may still add to.
  private var open: Range<Int>?
  private var previousIsDelimiter = false

  init(_ behavior: DelimiterBehavior) {
    self.behavior = behavior
  }

  /// Takes the next stretch and hands over the words that it completes; they may be empty.
  mutating func take(
    _ stretch: Range<Int>, isDelimiter: Bool, _ body: (_ word: Range<Int>) -> Void
  ) {
    defer { previousIsDelimiter = isDelimiter }
    let joins: Bool
    switch behavior {
    case .removed:
      if !isDelimiter { body(stretch) }
      return
    case .isolated: joins = false
    case .contiguous: joins = isDelimiter == previousIsDelimiter
    case .mergedWithPrevious: joins = isDelimiter && !previousIsDelimiter
    case .mergedWithNext: joins = !isDelimiter && previousIsDelimiter
    }
    if joins, let word = open {
      open = word.lowerBound..<stretch.upperBound
    } else {
      finish(body)
      open = stretch
    }
  }

  /// Hands over the last word.
  mutating func finish(_ body: (_ word: Range<Int>) -> Void) {
    if let open { body(open) }
    open = nil
  }
}
