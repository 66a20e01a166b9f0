import Checkpoints
import Contracts
import Encoders
import Foundation
import Heads
import Kernels
import Tokenizers

/// Tokenizing, encoding and a head in one process.
public struct Predictor: Sendable {
  private let archive: HeadArchive
  private let tokenizer: ParallelTokenizer
  private let extractor: FeatureExtractor
  private let halfPrecision: Bool
  private let threads: Int
  public let modelName: String

  /// Loads a run and the model it names.
  ///
  /// `model`: the model's folder, where it is not to be looked for.
  ///
  /// - Throws: `HeadError`, ``ModelMismatch``, ``ModelSearchError``, and what loading throws.
  public init(run: String, model: String?, threads: Int) throws {
    try DoubleGemm.prepare()
    archive = try HeadArchive(folder: run)
    let features = archive.features
    let located =
      try model.map(LocatedModel.init)
      ?? ModelIndex.find(name: features.model, sha256: features.modelSHA256, run: run)
    func require(_ part: ModelMismatch.Part, _ found: String, _ expected: String) throws {
      guard found == expected else {
        throw ModelMismatch(
          part: part, file: run, expectedName: features.model, expected: expected,
          foundName: located.folder.name, found: found)
      }
    }
    try require(.model, try located.sha256(), features.modelSHA256)
    let tokenizer = try Tokenizer.load(folder: located.folder.path)
    try require(.tokenizer, try tokenizer.sha256(), features.tokenizerSHA256)
    guard let settings = EncodingSettings(config: features.config),
      let view = FeatureKey(path: features.view), settings.views.contains(view)
    else { throw StageError.unknownSettings(path: run, config: features.config) }
    let numerics = Numerics(kernels: try .selected(), precision: settings.precision)
    let encoder = try EncoderLoader.load(located.folder, numerics)
    guard view.layer <= encoder.layerCount else {
      throw StageError.noSuchLayer(
        asked: view.layer, layers: encoder.layerCount, model: located.folder.name)
    }
    try tokenizer.validate(maxLength: features.maxLength)
    self.tokenizer = ParallelTokenizer(
      tokenizer, maxLength: features.maxLength, prompt: settings.prompt, threads: threads)
    extractor = FeatureExtractor(
      encoder: encoder, projection: try .load(for: [view], of: encoder, located.folder),
      keys: [view], normalize: settings.normalize, skipped: settings.skippedTokens,
      threads: threads, longest: features.maxLength)
    guard archive.head.width == extractor.widths[0] else {
      throw StageError.unknownSettings(path: run, config: features.config)
    }
    halfPrecision = settings.dtype == "float16"
    self.threads = threads
    modelName = located.folder.name
  }

  public var classNames: [String] { archive.classNames }

  /// Predicts the class of each text.
  ///
  /// - Throws: `EncoderError`, `HeadError`.
  ///
  /// `next`: gives the next texts; none where they are still to come, which lets those before be
  /// written first; nil at the end. They are tokenized while those before are encoded.
  /// `write`: takes the predictions of the texts of one `next`.
  public func predict(
    from next: () throws -> [String]?, write: ([Prediction]) throws -> Void
  ) throws {
    var waiting: [(texts: [String], encoded: TokenizedTexts)] = []
    let width = extractor.widths[0]
    try extractor.extract(tokens: nil) {
      guard let texts = try next() else { return nil }
      let encoded = tokenizer.encode(texts)
      if !texts.isEmpty { waiting.append((texts, encoded)) }
      return encoded.tokens
    } write: { views in
      let (texts, encoded) = waiting.removeFirst()
      let features = Matrix(rows: texts.count, columns: width, storage: [Float](views[0]))
      try write(predictions(texts, encoded, features))
    }
  }

  private func predictions(
    _ texts: [String], _ encoded: TokenizedTexts, _ features: Matrix
  ) throws -> [Prediction] {
    var features = features
    if halfPrecision {
      // The head learned from rounded features; it gets the same here.
      for i in features.storage.indices {
        features.storage[i] = Float(Float16(features.storage[i]))
      }
    }
    let probabilities = try archive.head.predictProbabilities(features, threads: threads)
    return zip(probabilities.classes, texts.indices).map { predicted, row in
      Prediction(
        text: texts[row], label: classNames[predicted], classNames: classNames,
        probabilities: Array(probabilities[row: row]),
        truncated: Int(encoded.fullCounts[row]) > encoded.tokens.range(row).count)
    }
  }
}

/// What a run says of one text.
public struct Prediction: Sendable {
  public let text: String
  public let label: String
  public let classNames: [String]
  /// One a class.
  public let probabilities: [Double]
  /// Whether max-length cut the text.
  public let truncated: Bool

  /// The class, then `class=probability` for every class, tab-separated.
  public var textWithProbabilities: String {
    ([label] + zip(classNames, probabilities).map { "\($0)=\(String(format: "%.6f", $1))" })
      .joined(separator: "\t")
  }

  public var json: JSONValue {
    .object([
      "text": .string(text), "label": .string(label), "truncated": .bool(truncated),
      "probabilities": .object(
        Dictionary(
          zip(classNames, probabilities.map { JSONValue.real($0) }), uniquingKeysWith: { $1 })),
    ])
  }
}
