public import ArgumentParser
public import AtomicFiles
public import Checkpoints
public import Contracts
public import Encoders
public import FeatureStore
public import Kernels

/// What firn-encode is to make of the tokens, and in which numbers.
public struct EncodingOptions: ParsableArguments {
  @Option(
    help: """
      \(Pooling.allCases.map(\.rawValue).joined(separator: ", ")), joined by commas; mean+max puts \
      two into one vector, mean.dense goes on through the model's Dense modules. (default: what the \
      model's own modules do, else mean)
      """)
  public var pooling: String?

  @Option(parsing: .unconditional, help: "Layer numbers joined by commas, or all.")
  public var layers = "-1"

  @Flag(help: "Scale every pooled vector to length 1, as a model's own Normalize would.")
  public var normalize = false

  @Flag(
    help: """
      Store the hidden states of every token as well, of the first of the layers: token_features, \
      float16 unless --dtype is given.
      """)
  public var tokenFeatures = false

  @Option(
    help: "What is stored: float32, or float16 for half the size. (default: float32)")
  public var dtype: String?

  @Option(help: "The encoder's arithmetic: float32, or int8, faster and near enough for a head.")
  public var precision = "float32"

  @Option(
    parsing: .upToNextOption,
    help: "Older features files whose rows are taken where tokens and settings are the same.")
  public var reuse: [String] = []

  @Option(
    help: ArgumentHelp(
      """
      Encode one of N parts of the rows, as many tokens each, counted from 0. auto/N takes the number \
      of a job array's task: SLURM_ARRAY_TASK_ID, AWS_BATCH_JOB_ARRAY_INDEX or JOB_COMPLETION_INDEX. \
      firn-merge joins them.
      """, valueName: "I/N"))
  public var shard: String?

  @Flag(help: "Say how many rows are cached and how long the rest will take; write nothing.")
  public var dryRun = false

  public init() {}

  /// What pooled features are stored as.
  ///
  /// - Throws: ``StageError`` for a word that is not a type's.
  public func type() throws(StageError) -> FeatureType { try stated() ?? .float32 }

  /// What the hidden states of tokens are stored as; nil where they are not asked for.
  ///
  /// - Throws: ``StageError`` for a word that is not a type's.
  public func tokenType() throws(StageError) -> FeatureType? {
    let type = try stated() ?? .float16
    return tokenFeatures ? type : nil
  }

  /// The encoder's arithmetic.
  ///
  /// - Throws: ``StageError`` for a word that names none.
  public func arithmetic() throws(StageError) -> Precision {
    guard let arithmetic = Precision(rawValue: precision) else {
      throw .badOption(option: "--precision", value: precision, expected: "float32 or int8")
    }
    return arithmetic
  }

  /// Every layer under every pooling, in the order that was asked for.
  ///
  /// - Throws: ``StageError``, `CheckpointError`.
  public func views(of encoder: any Encoder, _ folder: ModelFolder) throws -> [FeatureKey] {
    let plans =
      try pooling.map(EncodingSettings.poolings)
      ?? [folder.declaredPooling() ?? PoolingPlan([.mean])]
    return try EncodingSettings.layers(layers, of: encoder, model: folder.name)
      .flatMap { layer in plans.map { FeatureKey(layer: layer, pooling: $0) } }
  }

  /// What becomes of rows that a run before had encoded: `--force` does not take them, `--dry-run`
  /// touches nothing.
  public func journalAccess(force: Bool) -> Journal.Access {
    switch (dryRun, force) {
    case (false, false): .goOn
    case (false, true): .beginAnew
    case (true, false): .look
    case (true, true): .ignore
    }
  }

  private func stated() throws(StageError) -> FeatureType? {
    guard let dtype else { return nil }
    guard let type = FeatureType(rawValue: dtype) else {
      throw .badOption(option: "--dtype", value: dtype, expected: "float32 or float16")
    }
    return type
  }
}
