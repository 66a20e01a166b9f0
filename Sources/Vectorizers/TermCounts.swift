/// The terms of texts, and how often each comes in each text.
struct TermCounts: Sendable {
  /// A run of texts, its terms numbered by themselves.
  struct Part: Sendable {
    fileprivate var words = WordTable()
    fileprivate var keys = KeyTable()
    /// Of each term of the part: in how many of its texts it is, and how often in all.
    fileprivate var textCounts: [Int] = []
    fileprivate var totals: [Int] = []
    /// Where the part's terms begin among those of all parts.
    fileprivate var offset = 0
    private var starts = [0]
    /// The term of each entry, and how often it comes in that text.
    private(set) var terms: [Int32] = []
    private(set) var counts: [Int32] = []

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
  /// Of each term, as ``TermIndex`` makes them from the numbers of `words`; in the order of the terms.
  let keys: [UInt64]
  /// In how many texts each term is.
  let textCounts: [Int]
  /// How often each term comes in all texts.
  let totals: [Int]
  /// The number of each part's each term.
  private let numbers: [Int32]

  /// The number in ``keys`` of term `term` of `part`.
  func number(of term: Int32, in part: Part) -> Int { Int(numbers[part.offset + Int(term)]) }

  init(_ texts: [String], _ configuration: TfidfVectorizer.Configuration, threads: Int) {
    var parts = Parts.map(Parts.cut(texts, into: max(1, threads))) {
      Part(texts[$0], configuration)
    }
    var words = parts[0].words
    var wordNumbers = [Array(0..<Int32(words.count))]
    for part in parts.dropFirst() {
      wordNumbers.append(part.words.map { words.insert($0) })
    }
    let order = words.sorted()
    var ranks = [Int32](repeating: 0, count: order.count)
    for (rank, word) in order.enumerated() { ranks[Int(word)] = Int32(rank) }

    // Terms by the ranks of their words: a term's number is its place in this order, whatever parts
    // it is in. A space comes before whatever can be in a word, so a shorter term comes first.
    var ranked: [UInt64] = []
    var counted: [(texts: Int, total: Int)] = []
    for (index, part) in parts.enumerated() {
      parts[index].offset = ranked.count
      let ranks = wordNumbers[index].map { ranks[Int($0)] }
      ranked += part.keys.keys.lazy.map { TermIndex.key($0) { ranks[Int($0)] } }
      counted += zip(part.textCounts, part.totals).lazy.map { ($0, $1) }
    }
    var keys: [UInt64] = []
    var textCounts: [Int] = []
    var totals: [Int] = []
    var numbers = [Int32](repeating: 0, count: ranked.count)
    var last: UInt64?
    for place in TermIndex.sorted(ranked, words: order.count) {
      let rank = ranked[Int(place)]
      if rank != last {
        keys.append(TermIndex.key(rank) { order[Int($0)] })
        textCounts.append(0)
        totals.append(0)
        last = rank
      }
      numbers[Int(place)] = Int32(keys.count - 1)
      textCounts[keys.count - 1] += counted[Int(place)].texts
      totals[keys.count - 1] += counted[Int(place)].total
    }
    self.parts = parts
    self.words = words
    self.keys = keys
    self.textCounts = textCounts
    self.totals = totals
    self.numbers = numbers
  }
}
