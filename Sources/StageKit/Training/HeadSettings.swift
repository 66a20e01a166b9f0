import Heads
import Vectorizers

/// The settings of a head: the options read, with the head's own defaults for those not given.
enum HeadSettings: Sendable {
  case logistic(LogisticRegression.Configuration)
  case ridge(RidgeRegression.Configuration)
  case mlp(MLPClassifier.Configuration)
  case rnn(RecurrentClassifier.Configuration)
  case tfidf(TfidfVectorizer.Configuration, LogisticRegression.Configuration)

  /// - Throws: ``StageError`` for an option of another head or a word that the head does not know.
  init(_ kind: HeadKind, _ options: HeadOptions) throws(StageError) {
    switch kind {
    case .logistic: self = .logistic(try options.logistic())
    case .ridge: self = .ridge(options.ridge())
    case .mlp: self = .mlp(try options.mlp())
    case .rnn: self = .rnn(try options.rnn())
    case .tfidf: self = .tfidf(try options.vectorizer(), try options.logistic())
    }
  }

  /// What run.json says of them.
  var json: [String: JSONValue] {
    switch self {
    case .logistic(let configuration): return configuration.json
    case .ridge(let configuration):
      return [
        "alpha": .real(configuration.alpha), "standardize": .bool(configuration.standardize),
      ]
    case .mlp(let configuration):
      return configuration.training.json.merging([
        "hidden": .array(configuration.hiddenLayers.map { .integer($0) }),
        "activation": .string(configuration.activation.rawValue),
        "dropout": .real(configuration.dropout), "standardize": .bool(configuration.standardize),
      ]) { $1 }
    case .rnn(let configuration):
      return configuration.training.json.merging([
        "cell": .string(configuration.cell.rawValue), "hidden": .integer(configuration.size),
        "layers": .integer(configuration.layers),
        "bidirectional": .bool(configuration.isBidirectional),
        "pooling_over_time": .string(configuration.pooling.rawValue),
        "dropout": .real(configuration.dropout),
        "embedding": .integer(configuration.embeddingWidth),
      ]) { $1 }
    case .tfidf(let vectorizer, var configuration):
      configuration.standardize = false
      return configuration.json.merging([
        "ngrams": .array([
          .integer(vectorizer.minimumWords), .integer(vectorizer.maximumWords),
        ]), "min_df": .integer(vectorizer.minimumTexts),
      ]) { $1 }
    }
  }
}

extension LogisticRegression.Configuration {
  fileprivate var json: [String: JSONValue] {
    [
      "C": .real(c), "standardize": .bool(standardize), "class_weight": .string(classWeight.name),
    ]
  }
}

extension NetworkTraining {
  fileprivate var json: [String: JSONValue] {
    [
      "optimizer": .string(method.rawValue), "learning_rate": .real(learningRate),
      "weight_decay": .real(weightDecay), "batch_size": .integer(batchSize),
      "epochs": .integer(epochs), "patience": .integer(patience),
      "class_weight": .string(classWeight.name),
    ]
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
