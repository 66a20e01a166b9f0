public import Contracts
import Experiments
import FeatureStore
import Heads

/// A kind of head with its settings and the file it learns from: makes the learners of a study.
public struct HeadPlan: Sendable {
  /// What the head learns from, once it is known which views are taken.
  enum Source: Sendable {
    case features(any FeatureSource)
    case sequences(SequenceInput)
    case texts([String])
  }

  public let kind: HeadKind
  private let head: HeadSettings
  private let input: TrainingInput
  private let labels: Labels
  /// How much each row counts; nil: all the same.
  private let weights: [Double]?
  private let classCount: Int

  /// - Throws: ``StageError`` for options of other heads or with values that are none of theirs, and
  ///   labels that the head cannot learn from; what reading the weights throws.
  public init(
    kind: HeadKind, options: HeadOptions, input: TrainingInput, labels: Labels
  ) throws {
    head = try HeadSettings(kind, options)
    guard kind.labelKinds.contains(labels.kind) else {
      throw StageError.wrongLabelKind(
        path: input.path, kind: labels.kind.rawValue, head: kind.rawValue,
        heads: HeadKind.allCases.filter { $0.labelKinds.contains(labels.kind) }.map(\.rawValue))
    }
    let columns = input.columns
    self.kind = kind
    self.input = input
    self.labels = labels
    weights = columns.hasWeights ? try columns.weights(0..<columns.count) : nil
    classCount = columns.classNames.count
  }

  /// What run.json says of the head.
  public var settings: [String: JSONValue] {
    head.json.merging(["head": .string(kind.rawValue)]) { $1 }
  }

  // MARK: - Views

  /// The choices of views that `--view` leaves; one, of no view, for a head that takes none.
  ///
  /// - Throws: ``StageError``.
  public func views(_ option: String?) throws(StageError) -> [[FeatureKey]] {
    guard !kind.takesViews else { return try input.viewChoices(option, head: kind) }
    guard option == nil else {
      throw .optionOfAnotherHead(
        option: "--view", head: kind.rawValue,
        heads: HeadKind.allCases.filter(\.takesViews).map(\.rawValue))
    }
    return [[]]
  }

  /// What head.json and run.json call the rows: views joined by commas, or what is taken instead.
  public func name(of views: [FeatureKey]) -> String {
    guard views.isEmpty else { return views.map(\.description).joined(separator: ",") }
    return switch (kind, input) {
    case (.tfidf, _): RowsName.texts
    case (_, .tokens): RowsName.tokens
    case (_, .features): RowsName.tokenFeatures
    }
  }

  // MARK: - Learners

  /// The rows that the head learns from.
  ///
  /// - Throws: ``StageError/wrongInput(path:head:needs:)``, and what reading throws.
  func source(_ views: [FeatureKey]) throws -> Source {
    switch (kind, input) {
    case (.logistic, .features(let file)), (.ridge, .features(let file)),
      (.mlp, .features(let file)):
      return .features(try file.source(views))
    case (.rnn, .features(let file)): return .sequences(.features(try file.tokenSource()))
    case (.rnn, .tokens(let file)):
      return .sequences(.ids(TokenSequences(try file.tokens(0..<file.count))))
    case (.tfidf, .tokens(let file)): return .texts(try file.texts(0..<file.count))
    case (.tfidf, .features):
      throw StageError.wrongInput(
        path: input.path, head: kind.rawValue, needs: "the tokens file: it has the texts")
    case (_, .tokens):
      throw StageError.wrongInput(
        path: input.path, head: kind.rawValue, needs: "a features file: run firn-encode")
    }
  }

  /// The head with its settings on these rows.
  func learner(_ source: Source) -> any Learner {
    switch (head, source) {
    case (.logistic(let configuration), .features(let features)):
      LogisticLearner(data(features), configuration: configuration)
    case (.ridge(let configuration), .features(let features)):
      RidgeLearner(data(features), configuration: configuration)
    case (.mlp(let configuration), .features(let features)):
      MLPLearner(data(features), configuration: configuration)
    case (.rnn(let configuration), .sequences(let input)):
      RecurrentLearner(
        input: input, labels: labels, weights: weights, classCount: classCount,
        configuration: configuration)
    case (.tfidf(let vectorizer, let configuration), .texts(let texts)):
      TfidfLearner(
        texts: texts, labels: labels, weights: weights, classCount: classCount,
        vectorizer: vectorizer, configuration: configuration)
    default: preconditionFailure("\(kind) and rows that are not its own")
    }
  }

  /// The head on the same rows with each of some values of the setting that can be searched.
  func path(_ source: Source, over values: [Double], _ fit: Fit) throws -> [TrainedHead] {
    switch learner(source) {
    case let learner as LogisticLearner: try learner.learn(fit, c: values)
    case let learner as RidgeLearner: try learner.learn(fit, alpha: values)
    case let learner as TfidfLearner: try learner.learn(fit, c: values)
    default: preconditionFailure("\(kind) has nothing to search")
    }
  }

  /// The steps of one training, with the search of a setting where there is one.
  func steps(grid: (name: String, values: [Double], folds: Int)?) -> Int {
    if let grid { return grid.values.count * grid.folds + 1 }
    return switch head {
    case .mlp(let configuration): configuration.training.epochs
    case .rnn(let configuration): configuration.training.epochs
    case .logistic, .ridge, .tfidf: 1
    }
  }

  private func data(_ features: any FeatureSource) -> LabelledFeatures {
    LabelledFeatures(
      features: features, labels: labels, weights: weights, classCount: classCount)
  }
}

/// What stands in head.json in the place of a view, where a head takes something else.
enum RowsName {
  /// The texts themselves.
  static let texts = "texts"
  /// Token ids.
  static let tokens = "tokens"
  /// The hidden states of every token.
  static let tokenFeatures = "token_features"
}
