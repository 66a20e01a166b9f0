import Corpora
import Testing

@Suite struct LabelEncoderTests {
  @Test(
    arguments: [
      (["b", "a", nil, "b"], ["a", "b"], [1, 0, -1, 1]),
      (["10", "9", "-1"], ["-1", "9", "10"], [2, 1, 0]),
      (["10", "9", "x"], ["10", "9", "x"], [0, 1, 2]),
      (["1", "01", "0"], ["0", "01", "1"], [2, 1, 0]),
      // UTF-8 order is the order of scalars; UTF-16 would put U+1F600 before U+FF5E.
      (["\u{1F600}", "\u{FF5E}", "Z"], ["Z", "\u{FF5E}", "\u{1F600}"], [2, 1, 0]),
      ([nil], [], [-1]),
    ] as [([String?], [String], [Int32])])
  func classesAreSorted(labels: [String?], names: [String], codes: [Int32]) {
    var encoder = LabelEncoder()
    for label in labels { encoder.append(label) }
    #expect(encoder.classCount == names.count)
    let encoded = encoder.finish()
    #expect(encoded.classNames == names)
    #expect(encoded.labels == codes)
  }

  @Test func canonicallyEquivalentLabelsAreTwoClasses() {
    var encoder = LabelEncoder()
    for label in ["\u{E9}", "e\u{301}", "\u{E9}"] { encoder.append(label) }
    #expect(encoder.finish().labels == [1, 0, 1])
  }
}

@Suite struct SequenceLengthsTests {
  struct LengthCase: Decodable {
    let n: Int
    let histogram: [[Int]]
    let mean: Int
    let p95: Int
    let p99: Int
    let exact: [Double]
  }

  @Test func statisticsAreNumPys() throws {
    for expected in try Fixture.load("lengths.json", as: [LengthCase].self) {
      var lengths = SequenceLengths()
      for pair in expected.histogram { for _ in 0..<pair[1] { lengths.add(pair[0]) } }
      #expect(lengths.count == expected.n)
      #expect(lengths.mean == expected.mean)
      #expect(lengths.percentile(95) == expected.p95)
      #expect(lengths.percentile(99) == expected.p99)
      // The same operations in the same order: no tolerance.
      #expect([0, 12.5, 50, 95, 99, 100].map(lengths.exactPercentile) == expected.exact)
    }
  }

  @Test func halvesRoundToEven() {
    var lengths = SequenceLengths()
    for length in [2, 3] { lengths.add(length) }
    #expect(lengths.mean == 2)
    lengths = SequenceLengths()
    for length in [3, 4] { lengths.add(length) }
    #expect(lengths.mean == 4)
  }

  struct Words: Decodable {
    struct Sample: Decodable {
      let text: String
      let words: Int
    }
    let spaces: [UInt32]
    let texts: [Sample]
  }

  @Test func wordsArePythons() throws {
    let words = try Fixture.load("words.json", as: Words.self)
    for sample in words.texts {
      #expect(
        WhitespaceWords.count(in: sample.text) == sample.words, "\(sample.text.debugDescription)")
    }
    // Every scalar there is: white space is what Python says, and nothing else.
    let spaces = Set(words.spaces)
    let wrong = (0...0x10FFFF as ClosedRange<UInt32>).compactMap(Unicode.Scalar.init).filter {
      (WhitespaceWords.count(in: String($0)) == 0) != spaces.contains($0.value)
    }
    #expect(wrong.isEmpty)
  }
}
