public import Contracts
import Glibc

/// Texts as weighted counts of their words and pairs of words: scikit-learn's TfidfVectorizer.
///
/// A word is what its `token_pattern` `(?u)\b\w\w+\b` finds in the text in lower case (`WordScanner`);
/// the weight is the count, or 1 + ln(count), times ln((1 + n) / (1 + df)) + 1, and each row is
/// scaled to length 1. Counts are integers and rows are made one by one, so that nothing depends on
/// the number of threads.
public struct TfidfVectorizer: Sendable {
  /// What fitting is told; the names in JSON are scikit-learn's.
  public struct Configuration: Sendable, Equatable, Codable {
    /// The shortest and the longest run of words that is a term: 1 or 2 each.
    public var minimumWords = 1
    public var maximumWords = 2
    /// Whether a count counts as 1 + ln(count).
    public var sublinear = true
    /// Terms in fewer texts are left out.
    public var minimumTexts = 1
    /// At most this many terms: those that occur most, of equal ones the first in the alphabet.
    public var maximumTerms: Int?

    public init() {}

    enum CodingKeys: String, CodingKey {
      case minimumWords = "ngram_min"
      case maximumWords = "ngram_max"
      case sublinear = "sublinear_tf"
      case minimumTexts = "min_df"
      case maximumTerms = "max_features"
    }

    /// Whether each setting is in its range.
    public var isValid: Bool {
      1...2 ~= minimumWords && minimumWords...2 ~= maximumWords && minimumTexts >= 1
        && (maximumTerms ?? 1) >= 1
    }
  }

  public let configuration: Configuration
  /// In the order of the columns, that of their code points; two words have a space between them.
  public let vocabulary: [String]
  /// ln((1 + n) / (1 + df)) + 1 of each term: [vocabulary].
  public let inverseFrequencies: [Double]
  private let index: LazyIndex

  /// A vectorizer as it was fitted; nil where the vocabulary is not one that fitting makes.
  ///
  /// - Precondition: `configuration.isValid`; as many frequencies as terms.
  public init?(
    configuration: Configuration, vocabulary: [String], inverseFrequencies: [Double]
  ) {
    precondition(configuration.isValid && vocabulary.count == inverseFrequencies.count)
    guard let index = TermIndex(vocabulary) else { return nil }
    self.configuration = configuration
    self.vocabulary = vocabulary
    self.inverseFrequencies = inverseFrequencies
    self.index = LazyIndex(index)
  }

  private init(
    _ configuration: Configuration, _ vocabulary: [String], _ inverseFrequencies: [Double],
    _ index: LazyIndex
  ) {
    self.configuration = configuration
    self.vocabulary = vocabulary
    self.inverseFrequencies = inverseFrequencies
    self.index = index
  }

  /// Learns the terms of `texts` and their frequencies; nil where no term is left.
  ///
  /// - Returns: The vectorizer, and the texts' rows [texts, vocabulary].
  /// - Precondition: `configuration.isValid`.
  public static func fit(
    _ texts: [String], configuration: Configuration = .init(), threads: Int = 1
  ) -> (vectorizer: TfidfVectorizer, rows: SparseMatrix)? {
    precondition(configuration.isValid)
    let counts = TermCounts(texts, configuration, threads: threads)
    guard let selection = TermSelection(counts, configuration, threads: threads)
    else { return nil }
    let frequencies = selection.textCounts.map { count in
      log(Double(1 + texts.count) / Double(1 + count)) + 1
    }
    let vectorizer = TfidfVectorizer(
      configuration, selection.vocabulary, frequencies, selection.index)
    let rows = vectorizer.rows(counts.parts.map(\.rowCount)) { part, row, entries in
      let terms = counts.parts[part]
      for entry in terms.entries(ofRow: row) {
        let column = selection.columns[counts.number(of: terms.terms[entry], in: terms)]
        if column >= 0 { entries.append(TermCount(column: column, count: terms.counts[entry])) }
      }
      entries.sort()
    }
    return (vectorizer, rows)
  }

  /// The rows of `texts` [texts, vocabulary]; a text without known terms has an empty row.
  public func transform(_ texts: [String], threads: Int = 1) -> SparseMatrix {
    let index = index.value
    let parts = Parts.cut(texts, into: threads)
    return rows(parts.map(\.count)) { part, row, entries in
      entries = index.count(texts[parts[part].lowerBound + row], configuration)
    }
  }

  /// Rows of weights, `parts` of them in each part, one part a thread. `counts` puts the columns of a row and
  /// their counts into an empty array, ascending.
  ///
  /// Ascending as in scikit-learn, so that the sum of squares rounds alike.
  private func rows(
    _ parts: [Int], _ counts: @Sendable (_ part: Int, _ row: Int, inout [TermCount]) -> Void
  ) -> SparseMatrix {
    struct Rows {
      var lengths: [Int] = []
      var columns: [Int32] = []
      var values: [Double] = []
    }
    let made = Parts.map(Array(parts.indices)) { part -> Rows in
      var made = Rows()
      var entries: [TermCount] = []
      for row in 0..<parts[part] {
        entries.removeAll(keepingCapacity: true)
        counts(part, row, &entries)
        let begin = made.values.count
        var squares = 0.0
        for entry in entries {
          let count = Double(entry.count)
          let weight = configuration.sublinear && entry.count > 1 ? log(count) + 1 : count
          let value = weight * inverseFrequencies[Int(entry.column)]
          squares += value * value
          made.columns.append(entry.column)
          made.values.append(value)
        }
        let length = squares.squareRoot()
        for i in begin..<made.values.count { made.values[i] /= length }
        made.lengths.append(entries.count)
      }
      return made
    }
    var starts = [0]
    var columns: [Int32] = []
    var values: [Double] = []
    let count = made.reduce(0) { $0 + $1.values.count }
    columns.reserveCapacity(count)
    values.reserveCapacity(count)
    for part in made {
      for length in part.lengths { starts.append(starts[starts.count - 1] + length) }
      columns += part.columns
      values += part.values
    }
    return SparseMatrix(
      rows: starts.count - 1, columns: vocabulary.count, rowStarts: starts,
      columnIndices: columns, values: values)
  }
}

extension TfidfVectorizer: Equatable {
  public static func == (a: TfidfVectorizer, b: TfidfVectorizer) -> Bool {
    a.configuration == b.configuration && a.vocabulary == b.vocabulary
      && a.inverseFrequencies == b.inverseFrequencies
  }
}
