/// What the rows are like.
public struct DatasetProfile: Sendable {
  /// Rows of each split: train, validation, test.
  public var rows: [(split: String, count: Int)] = []
  /// Rows of each class or label by split: [splits][classes]; empty for numbers.
  public var classes: [[Int]] = []
  /// nil where the tokens are not at hand.
  public var lengths: LengthProfile?
  /// nil where the features are not at hand.
  public var duplicates: DuplicateProfile?

  public init() {}
}

/// How long texts are, in tokens, special ones included.
public struct LengthProfile: Sendable {
  public var maximum: Int
  /// Texts by length: bins of equal width from 0.
  public var histogram: [Int]
  public var binWidth: Int
  public var median: Int
  public var percentile95: Int
  public var longest: Int
  /// Texts that were cut.
  public var truncated: Int
  public var rows: Int
  /// The share of all tokens that was cut away.
  public var tokensLost: Double

  /// - Parameters:
  ///   - full: The tokens of each text without truncation.
  ///   - maximum: What was kept at most.
  /// - Precondition: there is a text.
  public init(full: [Int], maximum: Int) {
    let sorted = full.sorted()
    self.maximum = maximum
    rows = full.count
    longest = sorted[sorted.count - 1]
    median = sorted[(sorted.count - 1) / 2]
    percentile95 = sorted[(sorted.count - 1) * 95 / 100]
    truncated = full.count { $0 > maximum }
    let (all, lost) = full.reduce((0, 0)) { ($0.0 + $1, $0.1 + max(0, $1 - maximum)) }
    tokensLost = all == 0 ? 0 : Double(lost) / Double(all)
    // Some thirty bars up to the 99.5th percentile; the last one holds what is longer.
    let end = max(30, sorted[(sorted.count - 1) * 199 / 200])
    binWidth = max(1, (end + 29) / 30)
    var histogram = [Int](repeating: 0, count: end / binWidth + 1)
    for length in full { histogram[min(length / binWidth, histogram.count - 1)] += 1 }
    self.histogram = histogram
  }
}

/// Test rows that are nearly a train row.
public struct DuplicateProfile: Sendable {
  public struct Pair: Sendable {
    public var similarity: Double
    public var testID: String
    public var trainID: String
    public var testText: String?
    public var trainText: String?
    public var sameLabel: Bool

    public init(
      similarity: Double, testID: String, trainID: String, testText: String?, trainText: String?,
      sameLabel: Bool
    ) {
      self.similarity = similarity
      self.testID = testID
      self.trainID = trainID
      self.testText = testText
      self.trainText = trainText
      self.sameLabel = sameLabel
    }
  }

  public var view: String
  public var threshold: Double
  /// Test rows whose nearest train row is at least that similar.
  public var count: Int
  public var rows: Int
  /// Test rows by the cosine to the nearest train row, in twentieths from 0 to 1.
  public var histogram: [Int]
  /// The most similar ones.
  public var pairs: [Pair]

  public init(
    view: String, threshold: Double, count: Int, rows: Int, histogram: [Int], pairs: [Pair]
  ) {
    self.view = view
    self.threshold = threshold
    self.count = count
    self.rows = rows
    self.histogram = histogram
    self.pairs = pairs
  }
}
