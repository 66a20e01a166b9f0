public import Contracts

/// The heads that firn-train knows, by their names on the command line.
public enum HeadKind: String, CaseIterable, Sendable {
  case logistic
  case mlp
  case rnn
  case tfidf
  case ridge

  /// The head that `--head` names.
  ///
  /// - Throws: ``StageError/badOption(option:value:expected:)``.
  public init(option: String) throws(StageError) {
    guard let kind = HeadKind(rawValue: option) else {
      throw .badOption(
        option: "--head", value: option,
        expected: Self.allCases.map(\.rawValue).joined(separator: ", "))
    }
    self = kind
  }

  /// The kinds of labels that it learns from.
  public var labelKinds: [LabelKind] {
    switch self {
    case .logistic, .tfidf: [.singleLabel, .multiLabel]
    case .mlp, .rnn: LabelKind.allCases
    case .ridge: [.number]
    }
  }

  /// Whether it learns from a row of numbers a text: views can be chosen, joined and ranked.
  public var takesViews: Bool { [.logistic, .mlp, .ridge].contains(self) }

  /// What a training's progress is counted in.
  var stepName: String { [.mlp, .rnn].contains(self) ? "epochs" : "fits" }

  /// The setting that `--grid` searches, with the values it tries by itself; nil where there is none.
  public var grid: (name: String, values: [Double])? {
    switch self {
    // The weaker penalty is the later: of equal values the simpler model is taken.
    case .logistic, .tfidf: ("C", [0.001, 0.01, 0.1, 1, 10, 100])
    case .ridge: ("alpha", [1000, 100, 10, 1, 0.1, 0.01])
    case .mlp, .rnn: nil
    }
  }
}
