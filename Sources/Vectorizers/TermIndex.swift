/// Terms by their words: the column of each.
struct TermIndex: Sendable {
  private let words: WordTable
  private let terms: KeyTable
  /// Of each term of `terms`; -1 of what is no column.
  private let columns: [Int32]

  init(words: WordTable, terms: KeyTable, columns: [Int32]) {
    self.words = words
    self.terms = terms
    self.columns = columns
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
    self.init(words: words, terms: terms, columns: vocabulary.indices.map { Int32($0) })
  }

  /// A term of one word.
  static func key(_ word: Int32) -> UInt64 { UInt64(word) << 32 }

  /// A term of two words.
  static func key(_ first: Int32, _ second: Int32) -> UInt64 {
    UInt64(first) << 32 | UInt64(second + 1)
  }

  /// The known terms of `text` and how often each comes.
  func count(
    _ text: String, _ configuration: TfidfVectorizer.Configuration
  ) -> [(column: Int32, count: Int32)] {
    var counts: [Int32: Int32] = [:]
    var scanner = WordScanner()
    var previous: Int32?
    func add(_ key: UInt64) {
      guard let term = terms.find(key), columns[Int(term)] >= 0 else { return }
      counts[columns[Int(term)], default: 0] += 1
    }
    scanner.forEachWord(of: text) { bytes in
      // An unknown word is in no term, but it parts its neighbours.
      let word = words.find(bytes)
      if configuration.minimumWords == 1, let word { add(Self.key(word)) }
      if configuration.maximumWords == 2, let previous, let word { add(Self.key(previous, word)) }
      previous = word
    }
    return counts.map { ($0.key, $0.value) }
  }
}
