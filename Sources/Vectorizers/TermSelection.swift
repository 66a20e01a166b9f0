/// The terms that become columns.
struct TermSelection: Sendable {
  /// Of each term of the counts: its column, or -1.
  let columns: [Int32]
  let vocabulary: [String]
  /// In how many texts each column's term is.
  let textCounts: [Int]
  let index: LazyIndex

  /// Nil where none is left.
  init?(_ counts: TermCounts, _ configuration: TfidfVectorizer.Configuration, threads: Int) {
    var kept = counts.keys.indices.filter { counts.textCounts[$0] >= configuration.minimumTexts }
    if let limit = configuration.maximumTerms, limit < kept.count {
      let most = kept.sorted { (-counts.totals[$0], $0) < (-counts.totals[$1], $1) }
      kept = most.prefix(limit).sorted()
    }
    guard !kept.isEmpty else { return nil }
    var columns = [Int32](repeating: -1, count: counts.keys.count)
    for (column, term) in kept.enumerated() { columns[term] = Int32(column) }
    self.columns = columns
    textCounts = kept.map { counts.textCounts[$0] }
    let keys = kept.map { counts.keys[$0] }
    let words = counts.words
    index = LazyIndex { TermIndex(words: words, terms: KeyTable(keys)) }
    let parts = (0..<max(1, threads)).map {
      keys.count * $0 / max(1, threads)..<keys.count * ($0 + 1) / max(1, threads)
    }
    vocabulary = Parts.map(parts) { keys[$0].map { words.term($0) } }.flatMap { $0 }
  }
}
