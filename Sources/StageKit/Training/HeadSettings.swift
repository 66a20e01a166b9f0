import Heads

/// The settings of a head: the options read, with the defaults of those that were not given.
enum HeadSettings: Sendable {
  case logistic(LogisticRegression.Configuration)

  /// - Throws: ``StageError`` for an option of another head or a word that the head does not know.
  init(_ kind: HeadKind, _ options: HeadOptions) throws(StageError) {
    try options.check(for: kind)
    switch kind {
    case .logistic, .mlp, .rnn, .tfidf, .ridge: self = .logistic(try options.logistic())
    }
  }

  /// What run.json says of them.
  var json: [String: JSONValue] {
    switch self {
    case .logistic(let configuration):
      [
        "C": .real(configuration.c), "standardize": .bool(configuration.standardize),
        "class_weight": .string(configuration.classWeight.name),
      ]
    }
  }
}

extension HeadOptions {
  fileprivate func logistic() throws(StageError) -> LogisticRegression.Configuration {
    var configuration = LogisticRegression.Configuration()
    configuration.c = c ?? 1
    configuration.standardize = standardize ?? false
    configuration.classWeight = try weightOfClasses()
    return configuration
  }

  private func weightOfClasses() throws(StageError) -> LogisticRegression.ClassWeight {
    switch classWeight ?? "none" {
    case "none": return .none
    case "balanced": return .balanced
    case let other:
      throw .badOption(option: "--class-weight", value: other, expected: "none or balanced")
    }
  }
}

extension LogisticRegression.ClassWeight {
  fileprivate var name: String {
    switch self {
    case .none: "none"
    case .balanced: "balanced"
    case .explicit: "explicit"
    }
  }
}
