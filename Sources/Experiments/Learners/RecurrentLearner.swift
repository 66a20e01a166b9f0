public import Contracts
public import Heads

/// A recurrent network on the tokens of texts: an encoder's hidden states, or ids.
public struct RecurrentLearner: Learner {
  private let input: SequenceInput
  private let labels: Labels
  private let weights: [Double]?
  private let classCount: Int
  private let configuration: RecurrentClassifier.Configuration

  /// `weights`: how much each row counts; nil: all the same.
  /// `configuration`: its seed is not read: a fit brings its own.
  ///
  /// - Precondition: as many labels as texts.
  public init(
    input: SequenceInput, labels: Labels, weights: [Double]?, classCount: Int,
    configuration: RecurrentClassifier.Configuration
  ) {
    precondition(labels.count == input.count)
    self.input = input
    self.labels = labels
    self.weights = weights
    self.classCount = classCount
    self.configuration = configuration
  }

  public var isSeeded: Bool { true }
  public var steps: Int { configuration.training.epochs }

  public func learn(_ fit: Fit) throws -> TrainedHead {
    var configuration = configuration
    configuration.training.seed = UInt64(fit.seed)
    var monitor = TrainingMonitor()
    monitor.epoch = { _ in fit.advance(1) }
    let head = try RecurrentClassifier.fit(
      input: input.texts(at: fit.rows), labels: labels.rows(at: fit.rows), classCount: classCount,
      sampleWeights: weights.map { all in fit.rows.map { all[$0] } },
      validation: fit.validation.isEmpty
        ? nil : (input.texts(at: fit.validation), labels.rows(at: fit.validation)),
      configuration: configuration, threads: fit.threads, monitor: monitor)
    return TrainedHead(
      archive: { RecurrentArchive(head: head, classNames: $0, features: $1).encode() },
      history: head.summary.epochs.map(HistoryRecord.init),
      predict: { [input] rows, threads in
        try head.predict(input.texts(at: rows), threads: threads)
      })
  }
}

extension SequenceInput {
  /// The texts named by `indices`, in that order.
  fileprivate func texts(at indices: [Int]) -> SequenceInput {
    switch self {
    case .features(let source): .features(SelectedSequences(base: source, indices: indices))
    case .ids(let sequences): .ids(sequences.texts(at: indices))
    }
  }
}

/// Some texts of a source. Nothing is copied.
private struct SelectedSequences: SequenceSource {
  let base: any SequenceSource
  let indices: [Int]

  var count: Int { indices.count }
  var width: Int { base.width }
  func length(_ i: Int) -> Int { base.length(indices[i]) }
  func tokens(at positions: [Int]) throws -> TokenFeatures {
    try base.tokens(at: positions.map { indices[$0] })
  }
}
