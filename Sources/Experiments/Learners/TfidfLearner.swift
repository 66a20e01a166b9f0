public import Contracts
public import Heads
public import Vectorizers

/// Logistic regression on the words of texts: no encoder takes part.
///
/// The vocabulary and its frequencies are part of what is learned: they come from the rows of the
/// fit, never from those that it is judged by.
public struct TfidfLearner: Learner {
  private let texts: [String]
  private let labels: Labels
  private let weights: [Double]?
  private let classCount: Int
  private let vectorizer: TfidfVectorizer.Configuration
  private let configuration: LogisticRegression.Configuration

  /// - Precondition: as many labels, and weights, as texts.
  public init(
    texts: [String], labels: Labels, weights: [Double]? = nil, classCount: Int,
    vectorizer: TfidfVectorizer.Configuration, configuration: LogisticRegression.Configuration
  ) {
    precondition(labels.count == texts.count)
    self.texts = texts
    self.labels = labels
    self.weights = weights
    self.classCount = classCount
    self.vectorizer = vectorizer
    self.configuration = configuration
  }

  public var isSeeded: Bool { false }
  public var steps: Int { 1 }

  public func learn(_ fit: Fit) throws -> TrainedHead {
    try learn(fit, c: [configuration.c])[0]
  }

  /// Learns from the same rows with each of some values of C; words are counted once.
  ///
  /// - Throws: `ExperimentError.noTerms` where no word is left of the texts.
  public func learn(_ fit: Fit, c values: [Double]) throws -> [TrainedHead] {
    let learned = TfidfVectorizer.fit(
      fit.rows.map { texts[$0] }, configuration: vectorizer, threads: fit.threads)
    guard let (vectorizer, rows) = learned else { throw ExperimentError.noTerms }
    let heads = try LogisticRegression.path(
      TrainingRows(
        .sparse(rows), labels.rows(at: fit.rows), classCount: classCount,
        weights: weights.map { all in fit.rows.map { all[$0] } }),
      c: values, configuration: configuration, threads: fit.threads)
    fit.advance(values.count)
    return heads.map { head in
      TrainedHead(
        archive: { names, _ in
          HeadArchive(head: head, classNames: names, input: .texts(vectorizer)).encode()
        },
        history: [HistoryRecord(head.summary)], warning: head.summary.warning,
        predict: { [texts] rows, threads in
          let rows = vectorizer.transform(rows.map { texts[$0] }, threads: threads)
          let probabilities = try head.predictProbabilities(rows, threads: threads)
          return head.labelKind == .multiLabel ? .sets(probabilities) : .classes(probabilities)
        })
    }
  }
}
