/// The terms of texts, and how often each comes in each text.
struct TermCounts: Sendable {
  /// A run of texts, its terms numbered by themselves.
  struct Part: Sendable {
    fileprivate var words = WordTable()
    fileprivate var keys = KeyTable()
    /// Of each term of the part: in how many of its texts it is, and how often in all.
    fileprivate var textCounts: [Int] = []
    fileprivate var totals: [Int] = []
    private var starts = [0]
    /// The term of each entry, and how often it comes in that text.
    private(set) var terms: [Int32] = []
    private(set) var counts: [Int32] = []
    /// The number of each term in ``TermCounts/keys``.
    fileprivate(set) var global: [Int32] = []

    var rowCount: Int { starts.count - 1 }
    func entries(ofRow row: Int) -> Range<Int> { starts[row]..<starts[row + 1] }

    init(_ texts: ArraySlice<String>, _ configuration: TfidfVectorizer.Configuration) {
      var scanner = WordScanner()
      var counts: [Int32] = []
      var touched: [Int32] = []
      for text in texts {
        var previous: Int32?
        func add(_ key: UInt64) {
          let term = keys.insert(key)
          if Int(term) == counts.count { counts.append(0) }
          if counts[Int(term)] == 0 { touched.append(term) }
          counts[Int(term)] += 1
        }
        scanner.forEachWord(of: text) { bytes in
          let word = words.insert(bytes)
          if configuration.minimumWords == 1 { add(TermIndex.key(word)) }
          if configuration.maximumWords == 2, let previous { add(TermIndex.key(previous, word)) }
          previous = word
        }
        while textCounts.count < keys.count {
          textCounts.append(0)
          totals.append(0)
        }
        for term in touched {
          let count = counts[Int(term)]
          terms.append(term)
          self.counts.append(count)
          textCounts[Int(term)] += 1
          totals[Int(term)] += Int(count)
          counts[Int(term)] = 0
        }
        touched.removeAll(keepingCapacity: true)
        starts.append(terms.count)
      }
    }
  }

  let parts: [Part]
  let words: WordTable
  /// Of each term, as ``TermIndex`` makes them from the numbers of `words`.
  let keys: KeyTable
  /// In how many texts each term is.
  let textCounts: [Int]
  /// How often each term comes in all texts.
  let totals: [Int]

  init(_ texts: [String], _ configuration: TfidfVectorizer.Configuration, threads: Int) {
    var parts = Parts.map(Parts.cut(texts, into: max(1, threads))) {
      Part(texts[$0], configuration)
    }
    var words = parts[0].words
    var keys = parts[0].keys
    var textCounts = parts[0].textCounts
    var totals = parts[0].totals
    parts[0].global = (0..<Int32(keys.count)).map { $0 }
    for index in parts.indices.dropFirst() {
      let part = parts[index]
      let wordNumbers = (0..<part.words.count).map { word in
        part.words[word].withUnsafeBufferPointer { words.insert($0) }
      }
      parts[index].global = part.keys.keys.enumerated().map { local, key in
        let first = wordNumbers[Int(key >> 32)]
        let second = Int(key & 0xFFFF_FFFF)
        let number = keys.insert(
          second == 0 ? TermIndex.key(first) : TermIndex.key(first, wordNumbers[second - 1]))
        if Int(number) == textCounts.count {
          textCounts.append(0)
          totals.append(0)
        }
        textCounts[Int(number)] += part.textCounts[local]
        totals[Int(number)] += part.totals[local]
        return number
      }
    }
    self.parts = parts
    self.words = words
    self.keys = keys
    self.textCounts = textCounts
    self.totals = totals
  }
}

/// The terms that become columns.
struct TermSelection: Sendable {
  /// Of each term of the counts: its column, or -1.
  let columns: [Int32]
  let vocabulary: [String]
  /// In how many texts each column's term is.
  let textCounts: [Int]
  let index: TermIndex

  /// Nil where none is left.
  init?(_ counts: TermCounts, _ configuration: TfidfVectorizer.Configuration) {
    // Words in the order of their code points, which is that of their UTF-8. A space comes before
    // whatever can be in a word: terms are in the order of their words, a shorter one first.
    let order = (0..<counts.words.count).sorted { a, b in
      counts.words[a].lexicographicallyPrecedes(counts.words[b])
    }
    var ranks = [Int32](repeating: 0, count: order.count)
    for (rank, word) in order.enumerated() { ranks[word] = Int32(rank) }
    func rank(_ key: UInt64) -> UInt64 {
      let (first, second) = (Int(key >> 32), Int(key & 0xFFFF_FFFF))
      return second == 0
        ? TermIndex.key(ranks[first]) : TermIndex.key(ranks[first], ranks[second - 1])
    }
    var kept = counts.textCounts.indices
      .filter { counts.textCounts[$0] >= configuration.minimumTexts }
      .map { (rank: rank(counts.keys.keys[$0]), term: $0) }
      .sorted { $0.rank < $1.rank }
    if let limit = configuration.maximumTerms, limit < kept.count {
      let most = kept.indices
        .sorted { (-counts.totals[kept[$0].term], $0) < (-counts.totals[kept[$1].term], $1) }
      kept = most.prefix(limit).sorted().map { kept[$0] }
    }
    guard !kept.isEmpty else { return nil }

    var columns = [Int32](repeating: -1, count: counts.keys.count)
    for (column, entry) in kept.enumerated() { columns[entry.term] = Int32(column) }
    self.columns = columns
    textCounts = kept.map { counts.textCounts[$0.term] }
    vocabulary = kept.map { entry in
      let key = counts.keys.keys[entry.term]
      let first = String(decoding: counts.words[Int(key >> 32)], as: UTF8.self)
      let second = Int(key & 0xFFFF_FFFF)
      return second == 0
        ? first : first + " " + String(decoding: counts.words[second - 1], as: UTF8.self)
    }
    index = TermIndex(words: counts.words, terms: counts.keys, columns: columns)
  }
}
