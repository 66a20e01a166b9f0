import Synchronization

/// Terms by their words: the column of each.
struct TermIndex: Sendable {
  private let words: WordTable
  /// In the order of the columns.
  private let terms: KeyTable

  init(words: WordTable, terms: KeyTable) {
    self.words = words
    self.terms = terms
  }

  /// Of a vocabulary in the order of its columns; nil where a term is not one or two words, or comes
  /// twice.
  init?(_ vocabulary: [String]) {
    var words = WordTable()
    var terms = KeyTable()
    var scanner = WordScanner()
    for (column, term) in vocabulary.enumerated() {
      var found: [Int32] = []
      scanner.forEachWord(of: term) { found.append(words.insert($0)) }
      let joined = found.map { words[Int($0)] }.joined(
        separator: CollectionOfOne(UInt8(ascii: " ")))
      guard 1...2 ~= found.count, joined.elementsEqual(term.utf8) else { return nil }
      let key = found.count == 1 ? Self.key(found[0]) : Self.key(found[0], found[1])
      guard terms.insert(key) == Int32(column) else { return nil }
    }
    self.init(words: words, terms: terms)
  }

  /// A term of one word.
  static func key(_ word: Int32) -> UInt64 { UInt64(word) << 32 }

  /// A term of two words.
  static func key(_ first: Int32, _ second: Int32) -> UInt64 {
    UInt64(first) << 32 | UInt64(second + 1)
  }

  /// The term of `key` with each word's number replaced.
  static func key(_ key: UInt64, _ number: (Int32) -> Int32) -> UInt64 {
    let first = number(Int32(key >> 32))
    let second = Int32(truncatingIfNeeded: key)
    return second == 0 ? Self.key(first) : Self.key(first, number(second - 1))
  }

  /// The places of `keys` in ascending order, made from the numbers of `words` words.
  ///
  /// Two counting sorts, by the second word and then by the first: a pass over the keys each, where
  /// comparing them takes a pass for each doubling of their number.
  static func sorted(_ keys: [UInt64], words: Int) -> [Int32] {
    func sorted(_ places: [Int32], by digit: (UInt64) -> Int) -> [Int32] {
      var starts = [Int32](repeating: 0, count: words + 2)
      for key in keys { starts[digit(key) + 1] += 1 }
      for i in 1..<starts.count { starts[i] += starts[i - 1] }
      return [Int32](unsafeUninitializedCapacity: keys.count) { buffer, count in
        for place in places {
          let value = digit(keys[Int(place)])
          buffer[Int(starts[value])] = place
          starts[value] += 1
        }
        count = keys.count
      }
    }
    let bySecond = sorted(Array(0..<Int32(keys.count))) { Int($0 & 0xFFFF_FFFF) }
    return sorted(bySecond) { Int($0 >> 32) }
  }

  /// The columns of the known terms of `text`, ascending, and how often each comes.
  func count(
    _ text: String, _ configuration: TfidfVectorizer.Configuration
  ) -> [TermCount] {
    var columns: [Int32] = []
    var scanner = WordScanner()
    var previous: Int32?
    func add(_ key: UInt64) {
      if let column = terms.find(key) { columns.append(column) }
    }
    scanner.forEachWord(of: text) { bytes in
      // An unknown word is in no term, but it parts its neighbours.
      let word = words.find(bytes)
      if configuration.minimumWords == 1, let word { add(Self.key(word)) }
      if configuration.maximumWords == 2, let previous, let word { add(Self.key(previous, word)) }
      previous = word
    }
    columns.sort()
    var counts: [TermCount] = []
    for column in columns {
      if let last = counts.last, last.column == column {
        counts[counts.count - 1].increase()
      } else {
        counts.append(TermCount(column: column, count: 1))
      }
    }
    return counts
  }
}

/// A ``TermIndex`` that is made when texts are first looked up in it: who only fits needs none.
final class LazyIndex: Sendable {
  private let index: Mutex<TermIndex?>
  private let make: @Sendable () -> TermIndex

  init(_ make: @Sendable @escaping () -> TermIndex) {
    index = Mutex(nil)
    self.make = make
  }

  convenience init(_ index: TermIndex) { self.init { index } }

  var value: TermIndex {
    index.withLock { index in
      let value = index ?? make()
      index = value
      return value
    }
  }
}

/// How often the term of a column comes in a text: one number, in the order of the columns.
struct TermCount: Sendable, Comparable {
  private var bits: UInt64

  init(column: Int32, count: Int32) { bits = UInt64(column) << 32 | UInt64(count) }

  var column: Int32 { Int32(bits >> 32) }
  var count: Int32 { Int32(truncatingIfNeeded: bits) }

  static func < (a: TermCount, b: TermCount) -> Bool { a.bits < b.bits }

  mutating func increase() { bits += 1 }
}
