public import Contracts
import Experiments
import FeatureStore
import Heads

/// A kind of head with its settings and the file it learns from: makes the learners of a study.
public struct HeadPlan: Sendable {
  /// What the head's rows are, once it is known which views are taken.
  enum Source: Sendable {
    case features(any FeatureSource)
  }

  public let kind: HeadKind
  private let head: HeadSettings
  private let input: TrainingInput
  private let labels: Labels
  private let classCount: Int

  /// - Throws: ``StageError`` for options of other heads or with values that are none of theirs, and
  ///   labels or files that the head cannot learn from.
  public init(
    kind: HeadKind, options: HeadOptions, input: TrainingInput, labels: Labels
  ) throws(StageError) {
    head = try HeadSettings(kind, options)
    guard kind.labelKinds.contains(labels.kind) else {
      throw .wrongLabelKind(
        path: input.path, kind: labels.kind.rawValue, head: kind.rawValue,
        heads: HeadKind.allCases.filter { $0.labelKinds.contains(labels.kind) }.map(\.rawValue))
    }
    self.kind = kind
    self.input = input
    self.labels = labels
    classCount = input.columns.classNames.count
  }

  /// What run.json says of the head.
  public var settings: [String: JSONValue] {
    head.json.merging(["head": .string(kind.rawValue)]) { $1 }
  }

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
    case (.tfidf, _): "texts"
    case (_, .tokens): "tokens"
    case (_, .features): "token_features"
    }
  }

  /// The steps of one training, with the search of a setting where there is one.
  func steps(grid: (name: String, values: [Double], folds: Int)?) -> Int {
    grid.map { $0.values.count * $0.folds + 1 } ?? 1
  }

  /// The rows that the head learns from.
  ///
  /// - Throws: what reading throws.
  func source(_ views: [FeatureKey]) throws -> Source {
    switch input {
    case .features(let file): .features(try file.source(views))
    case .tokens: throw StageError.wrongInput(path: input.path, head: kind.rawValue, needs: "")
    }
  }

  /// The head with its settings on these rows.
  func learner(_ source: Source, searched: Double? = nil) throws -> any Learner {
    switch (head, source) {
    case (.logistic(var configuration), .features(let features)):
      if let searched { configuration.c = searched }
      guard case .classes(let classes) = labels else { preconditionFailure() }
      return LogisticLearner(
        features: features, labels: classes, classCount: classCount, configuration: configuration)
    }
  }

  /// The head on the same rows with each of some values of the setting that can be searched.
  func path(_ source: Source, over values: [Double], _ fit: Fit) throws -> [TrainedHead] {
    try values.map { try learner(source, searched: $0).learn(fit) }
  }
}
