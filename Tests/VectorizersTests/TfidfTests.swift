import Contracts
import Foundation
import Testing
import Vectorizers

/// What scikit-learn's TfidfVectorizer made, written by Tests/Oracles/vectorizer_fixtures.py.
private struct Expected: Decodable {
  struct Case: Decodable {
    let settings: TfidfVectorizer.Configuration
    let vocabulary: [String]
    let idf: [Double]
    let starts: [Int]
    let columns: [Int32]
    let values: [Double]
  }

  let texts: [String]
  let cases: [Case]
  let new: [String]
  let new_starts: [Int]
  let new_columns: [Int32]
  let new_values: [Double]

  static func load() throws -> Expected {
    let url = try #require(Bundle.module.url(forResource: "Fixtures/tfidf", withExtension: "json"))
    return try JSONDecoder().decode(Expected.self, from: Data(contentsOf: url))
  }
}

@Suite("TfidfVectorizer") struct TfidfTests {
  private let expected: Expected

  init() throws { expected = try Expected.load() }

  /// Bound: a logarithm, two products, a sum of some hundred squares and a root, each within an ulp
  /// or two of NumPy's.
  private func expectEqual(_ found: [Double], _ values: [Double]) {
    #expect(found.count == values.count)
    #expect(zip(found, values).allSatisfy { abs($0 - $1) <= 1e-13 * abs($1) })
  }

  @Test(arguments: 0..<5) func countsAndWeighsAsScikitLearn(index: Int) throws {
    let test = expected.cases[index]
    let (vectorizer, rows) = try #require(
      TfidfVectorizer.fit(expected.texts, configuration: test.settings, threads: 2))
    #expect(vectorizer.vocabulary == test.vocabulary)
    expectEqual(vectorizer.inverseFrequencies, test.idf)
    #expect(rows.rowStarts == test.starts && rows.columnIndices == test.columns)
    expectEqual(rows.values, test.values)
  }

  @Test func newTextsAreWeighedByTheOldOnes() throws {
    let fitted = try #require(TfidfVectorizer.fit(expected.texts))
    let restored = try #require(
      TfidfVectorizer(
        configuration: fitted.vectorizer.configuration, vocabulary: fitted.vectorizer.vocabulary,
        inverseFrequencies: fitted.vectorizer.inverseFrequencies))
    for vectorizer in [fitted.vectorizer, restored] {
      let rows = vectorizer.transform(expected.new, threads: 2)
      #expect(rows.rowStarts == expected.new_starts && rows.columnIndices == expected.new_columns)
      expectEqual(rows.values, expected.new_values)
      #expect(vectorizer.transform(expected.texts) == fitted.rows)
    }
  }

  @Test func threadsChangeNothing() throws {
    let one = try #require(TfidfVectorizer.fit(expected.texts, threads: 1))
    for threads in [2, 3, 64, 500] {
      let other = try #require(TfidfVectorizer.fit(expected.texts, threads: threads))
      #expect(other.vectorizer == one.vectorizer && other.rows == one.rows)
      #expect(
        other.vectorizer.transform(expected.new, threads: threads)
          == one.vectorizer.transform(expected.new))
    }
  }

  @Test func theMostFrequentTermsAreKept() throws {
    var configuration = TfidfVectorizer.Configuration()
    configuration.maximumWords = 1
    configuration.maximumTerms = 2
    let (vectorizer, rows) = try #require(
      TfidfVectorizer.fit(["cc bb cc aa", "bb dd", "cc"], configuration: configuration))
    #expect(vectorizer.vocabulary == ["bb", "cc"])
    #expect(rows.rowStarts == [0, 2, 3, 4])
  }

  @Test func noTermIsNoVectorizer() {
    #expect(TfidfVectorizer.fit(["a b", "", "!"]) == nil)
    #expect(TfidfVectorizer.fit([]) == nil)
  }

  @Test(arguments: [["a"], ["ab", "ab"], ["ab cd ef"], ["ab  cd"], ["AB"], [""]])
  func aVocabularyThatFittingDoesNotMakeIsRefused(terms: [String]) {
    #expect(
      TfidfVectorizer(
        configuration: .init(), vocabulary: terms,
        inverseFrequencies: terms.map { _ in 1 }) == nil)
  }
}
