import Heads
import Vectorizers

/// The options as the heads' own configurations. What was not given is the configuration's default;
/// numbers out of range are refused by the head.
extension HeadOptions {
  func logistic() throws(StageError) -> LogisticRegression.Configuration {
    var configuration = LogisticRegression.Configuration()
    configuration.c = c ?? configuration.c
    configuration.standardize = standardize ?? configuration.standardize
    configuration.classWeight = try weightOfClasses()
    return configuration
  }

  func ridge() -> RidgeRegression.Configuration {
    var configuration = RidgeRegression.Configuration()
    configuration.alpha = alpha ?? configuration.alpha
    configuration.standardize = standardize ?? configuration.standardize
    return configuration
  }

  func mlp() throws(StageError) -> MLPClassifier.Configuration {
    var configuration = MLPClassifier.Configuration()
    configuration.hiddenLayers = try widths() ?? configuration.hiddenLayers
    configuration.activation =
      try word(activation, "--activation") ?? configuration.activation
    configuration.dropout = dropout ?? configuration.dropout
    configuration.standardize = standardize ?? configuration.standardize
    configuration.training = try training(configuration.training)
    return configuration
  }

  func rnn() throws(StageError) -> RecurrentClassifier.Configuration {
    var configuration = RecurrentClassifier.Configuration()
    configuration.cell = try word(cell, "--cell") ?? configuration.cell
    if let widths = try widths() {
      guard widths.count == 1 else {
        throw .badOption(
          option: "--hidden", value: hidden ?? "",
          expected: "one width: an rnn's layers are counted by --layers")
      }
      configuration.size = widths[0]
    }
    configuration.layers = layers ?? configuration.layers
    configuration.isBidirectional = bidirectional ?? configuration.isBidirectional
    configuration.pooling =
      try word(poolingOverTime, "--pooling-over-time") ?? configuration.pooling
    configuration.dropout = dropout ?? configuration.dropout
    configuration.embeddingWidth = embedding ?? configuration.embeddingWidth
    configuration.training = try training(configuration.training)
    return configuration
  }

  func vectorizer() throws(StageError) -> TfidfVectorizer.Configuration {
    var configuration = TfidfVectorizer.Configuration()
    if let ngrams {
      let ends = ngrams.split(separator: ",").map { Int($0.filter { $0 != " " }) ?? 0 }
      configuration.minimumWords = ends.first ?? 0
      configuration.maximumWords = ends.last ?? 0
      guard ends.count <= 2, configuration.isValid else {
        throw .badOption(option: "--ngrams", value: ngrams, expected: "1, 2 or 1,2")
      }
    }
    configuration.minimumTexts = minDF ?? configuration.minimumTexts
    guard configuration.isValid else {
      throw .badOption(option: "--min-df", value: "\(minDF ?? 0)", expected: "1 or more")
    }
    return configuration
  }

  private func training(_ defaults: NetworkTraining) throws(StageError) -> NetworkTraining {
    var training = defaults
    training.method = try word(optimizer, "--optimizer") ?? training.method
    training.learningRate = learningRate ?? training.learningRate
    training.weightDecay = weightDecay ?? training.weightDecay
    training.batchSize = batchSize ?? training.batchSize
    training.epochs = epochs ?? training.epochs
    training.patience = patience ?? training.patience
    training.classWeight = try weightOfClasses()
    return training
  }

  func weightOfClasses() throws(StageError) -> LogisticRegression.ClassWeight {
    switch classWeight ?? "none" {
    case "none": return .none
    case "balanced": return .balanced
    case let other:
      throw .badOption(option: "--class-weight", value: other, expected: "none or balanced")
    }
  }

  /// `--hidden` as numbers; nil where it was not given.
  func widths() throws(StageError) -> [Int]? {
    guard let hidden else { return nil }
    let widths = hidden.split(separator: ",", omittingEmptySubsequences: false)
      .map { Int($0.filter { $0 != " " }) ?? 0 }
    guard widths.allSatisfy({ $0 > 0 }) else {
      throw .badOption(option: "--hidden", value: hidden, expected: "widths joined by commas")
    }
    return widths
  }

  /// One of the words of a type; nil where it was not given.
  private func word<Value: RawRepresentable<String> & CaseIterable>(
    _ text: String?, _ option: String
  ) throws(StageError) -> Value? {
    guard let text else { return nil }
    guard let value = Value(rawValue: text) else {
      throw .badOption(
        option: option, value: text,
        expected: Value.allCases.map(\.rawValue).joined(separator: ", "))
    }
    return value
  }
}
