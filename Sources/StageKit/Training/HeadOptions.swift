public import ArgumentParser

/// The settings of all heads. Every one is nil unless it was given, so that one that means nothing to
/// the head is refused instead of being passed over.
public struct HeadOptions: ParsableArguments {
  // MARK: logistic, tfidf, ridge

  @Option(
    name: .customLong("C"),
    help: "logistic, tfidf: inverse strength of the L2 penalty, scikit-learn's C. (default: 1)")
  public var c: Double?

  @Option(help: "ridge: strength of the L2 penalty, scikit-learn's alpha. (default: 1)")
  public var alpha: Double?

  @Option(help: "All but ridge: none or balanced, which makes rare classes count. (default: none)")
  public var classWeight: String?

  @Flag(
    inversion: .prefixedNo,
    help: """
      logistic, mlp, ridge: scale every feature to mean 0 and deviation 1 on the rows learned from. \
      (default: mlp only)
      """)
  public var standardize: Bool?

  // MARK: mlp, rnn

  @Option(
    help: ArgumentHelp(
      "mlp: widths of the hidden layers (default: 256); rnn: of the state. (default: 128)",
      valueName: "n,n,..."))
  public var hidden: String?

  @Option(help: "mlp: relu, gelu or tanh. (default: relu)")
  public var activation: String?

  @Option(help: "mlp, rnn: share of the values that a step leaves out. (default: 0.1, rnn 0.2)")
  public var dropout: Double?

  @Option(help: "mlp, rnn: the most epochs. (default: 50)")
  public var epochs: Int?

  @Option(help: "mlp, rnn: rows a step. (default: 32)")
  public var batchSize: Int?

  @Option(help: "mlp, rnn: the learning rate. (default: 0.001)")
  public var learningRate: Double?

  @Option(help: "mlp, rnn: weight decay. (default: 0.01)")
  public var weightDecay: Double?

  @Option(help: "mlp, rnn: adamw, adam or sgd. (default: adamw)")
  public var optimizer: String?

  @Option(
    help: "mlp, rnn: epochs without a better validation loss before training ends. (default: 5)")
  public var patience: Int?

  // MARK: rnn

  @Option(help: "rnn: lstm or gru. (default: gru)")
  public var cell: String?

  @Flag(inversion: .prefixedNo, help: "rnn: read each text from both ends. (default: yes)")
  public var bidirectional: Bool?

  @Option(help: "rnn: layers, one above the other. (default: 1)")
  public var layers: Int?

  @Option(help: "rnn: last, max or mean: what becomes of the states of a text. (default: max)")
  public var poolingOverTime: String?

  @Option(help: "rnn on tokens.h5: width of the vectors that ids get. (default: 128)")
  public var embedding: Int?

  // MARK: tfidf

  @Option(
    help: ArgumentHelp(
      "tfidf: runs of one or two words that count. (default: 1,2)", valueName: "n,n"))
  public var ngrams: String?

  @Option(
    name: .customLong("min-df"),
    help: "tfidf: the fewest texts that a term must be in. (default: 1)")
  public var minDF: Int?

  public init() {}

  /// The options that were given, with the heads that know them.
  private var given: [(option: String, heads: [HeadKind])] {
    let networks: [HeadKind] = [.mlp, .rnn]
    let all: [(option: String, isGiven: Bool, heads: [HeadKind])] = [
      ("--C", c != nil, [.logistic, .tfidf]),
      ("--alpha", alpha != nil, [.ridge]),
      ("--class-weight", classWeight != nil, [.logistic, .mlp, .rnn, .tfidf]),
      ("--standardize", standardize != nil, [.logistic, .mlp, .ridge]),
      ("--hidden", hidden != nil, networks),
      ("--activation", activation != nil, [.mlp]),
      ("--dropout", dropout != nil, networks),
      ("--epochs", epochs != nil, networks),
      ("--batch-size", batchSize != nil, networks),
      ("--learning-rate", learningRate != nil, networks),
      ("--weight-decay", weightDecay != nil, networks),
      ("--optimizer", optimizer != nil, networks),
      ("--patience", patience != nil, networks),
      ("--cell", cell != nil, [.rnn]),
      ("--bidirectional", bidirectional != nil, [.rnn]),
      ("--layers", layers != nil, [.rnn]),
      ("--pooling-over-time", poolingOverTime != nil, [.rnn]),
      ("--embedding", embedding != nil, [.rnn]),
      ("--ngrams", ngrams != nil, [.tfidf]),
      ("--min-df", minDF != nil, [.tfidf]),
    ]
    return all.filter(\.isGiven).map { ($0.option, $0.heads) }
  }

  /// - Throws: ``StageError/optionOfAnotherHead(option:head:heads:)`` for the first that the head does
  ///   not know; `.badOption` for a value that is none.
  public func check(for head: HeadKind) throws(StageError) {
    for (option, heads) in given where !heads.contains(head) {
      throw .optionOfAnotherHead(
        option: option, head: head.rawValue, heads: heads.map(\.rawValue))
    }
    _ = try weightOfClasses()
    _ = try widths()
  }
}
