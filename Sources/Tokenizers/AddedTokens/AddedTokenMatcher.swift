/// Finds added tokens in a text: the leftmost, and of those the longest.
///
/// Source: tokenizers/src/tokenizer/added_vocabulary.rs of Hugging Face tokenizers 0.23.
struct AddedTokenMatcher: Sendable {
  private struct Pattern: Sendable {
    let bytes: [UInt8]
    let id: Int32
    let token: AddedToken
  }

  /// The longest first.
  private var patterns: [Pattern] = []
  /// Whether a pattern begins with a byte: 256 entries.
  private var canBegin = [Bool](repeating: false, count: 256)

  var isEmpty: Bool { patterns.isEmpty }

  /// Adds a token to look for as `bytes`; empty ones are never found.
  mutating func insert(_ bytes: [UInt8], id: Int32, token: AddedToken) {
    guard let first = bytes.first else { return }
    let place = patterns.firstIndex { $0.bytes.count < bytes.count } ?? patterns.count
    patterns.insert(Pattern(bytes: bytes, id: id, token: token), at: place)
    canBegin[Int(first)] = true
  }

  /// Cuts `text` at its added tokens and hands over the pieces in order: a stretch of text with
  /// no id, or an added token's id.
  func split(
    _ text: UnsafeBufferPointer<UInt8>,
    _ body: (_ stretch: UnsafeBufferPointer<UInt8>, _ id: Int32?) -> Void
  ) {
    var pieceStart = 0
    var position = 0
    while let found = nextMatch(in: text, from: position) {
      let range = found.range
      position = range.upperBound
      let token = found.pattern.token
      if token.isSingleWord, touchesWord(range, in: text) { continue }
      var start = range.lowerBound
      var end = range.upperBound
      if token.stripsLeft { start = max(whitespaceStart(before: start, in: text), pieceStart) }
      if token.stripsRight { end = whitespaceEnd(after: end, in: text) }
      if pieceStart < start {
        body(UnsafeBufferPointer(rebasing: text[pieceStart..<start]), nil)
      }
      body(UnsafeBufferPointer(rebasing: text[start..<max(start, end)]), found.pattern.id)
      pieceStart = end
    }
    if pieceStart < text.count { body(UnsafeBufferPointer(rebasing: text[pieceStart...]), nil) }
  }

  private func nextMatch(
    in text: UnsafeBufferPointer<UInt8>, from start: Int
  ) -> (pattern: Pattern, range: Range<Int>)? {
    var position = start
    return canBegin.withUnsafeBufferPointer { canBegin in
      while position < text.count {
        if canBegin[Int(text[position])] {
          for pattern in patterns where text[position...].starts(with: pattern.bytes) {
            return (pattern, position..<(position + pattern.bytes.count))
          }
        }
        position += 1
      }
      return nil
    }
  }

  private func touchesWord(_ range: Range<Int>, in text: UnsafeBufferPointer<UInt8>) -> Bool {
    if range.lowerBound > 0 {
      var before = UTF8Scalar.start(before: range.lowerBound, in: text)
      if ScalarTraits(of: UTF8Scalar.decode(text, &before)).contains(.word) { return true }
    }
    guard range.upperBound < text.count else { return false }
    var after = range.upperBound
    return ScalarTraits(of: UTF8Scalar.decode(text, &after)).contains(.word)
  }

  private func whitespaceStart(before end: Int, in text: UnsafeBufferPointer<UInt8>) -> Int {
    var start = end
    while start > 0 {
      let before = UTF8Scalar.start(before: start, in: text)
      var position = before
      let scalar = UTF8Scalar.decode(text, &position)
      guard ScalarTraits(of: scalar).contains(.whitespace) else { break }
      start = before
    }
    return start
  }

  private func whitespaceEnd(after start: Int, in text: UnsafeBufferPointer<UInt8>) -> Int {
    var end = start
    while end < text.count {
      var position = end
      let scalar = UTF8Scalar.decode(text, &position)
      guard ScalarTraits(of: scalar).contains(.whitespace) else { break }
      end = position
    }
    return end
  }
}
