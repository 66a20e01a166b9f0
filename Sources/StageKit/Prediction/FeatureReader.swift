import Checkpoints
import Contracts
import Encoders
import Heads
import Kernels

/// A head that an encoder's outputs are for.
enum EncodedHead {
  /// It takes a vector a text.
  case rows(any Head)
  /// It takes a vector a token.
  case sequences(RecurrentClassifier)
}

/// Encodes texts as the features of a run were encoded, and asks the head.
struct FeatureReader {
  private let extractor: FeatureExtractor
  private let tokenizer: ParallelTokenizer
  private let rounds: Bool
  /// What the head says of the outputs of the encoder for some texts.
  private let head: @Sendable (_ outputs: [[Float]], _ offsets: [Int]) throws -> Predictions

  /// - Throws: ``StageError`` where the run's features were made in a way that this version does not
  ///   know, and what loading the encoder throws.
  init(
    _ trained: EncodedHead, _ features: FeatureProvenance, _ model: RunModel, run: String,
    threads: Int
  ) throws {
    let unknown = StageError.unknownSettings(path: run, config: features.config)
    guard let settings = EncodingSettings(config: features.config) else { throw unknown }
    let numerics = Numerics(kernels: try .selected(), precision: settings.precision)
    let encoder = try EncoderLoader.load(model.located.folder, numerics)
    let width = encoder.hiddenSize
    var views: [FeatureKey] = []
    var tokenLayer: Int?
    switch trained {
    case .sequences(let recurrent):
      guard features.view == RowsName.tokenFeatures, let layer = settings.tokenLayer else {
        throw unknown
      }
      tokenLayer = layer
      guard recurrent.width == width else { throw unknown }
      rounds = settings.tokenFeatures == "float16"
      head = { outputs, offsets in
        let tokens = TokenFeatures(
          values: Matrix(rows: offsets[offsets.count - 1], columns: width, storage: outputs[0]),
          offsets: offsets)
        return try recurrent.predict(.features(tokens), threads: threads)
      }
    case .rows(let dense):
      views = features.view.split(separator: ",").compactMap { FeatureKey(path: String($0)) }
      guard !views.isEmpty, views.allSatisfy(settings.views.contains) else { throw unknown }
      rounds = settings.dtype == "float16"
      head = { outputs, offsets in
        try dense.predict(Self.joined(outputs, rows: offsets.count - 1), threads: threads)
      }
    }
    let top = max(views.map(\.layer).max() ?? 0, tokenLayer ?? 0)
    guard top <= encoder.layerCount else {
      throw StageError.noSuchLayer(
        asked: top, layers: encoder.layerCount, model: model.located.folder.name)
    }
    tokenizer = model.tokenizer(features, prompt: settings.prompt, threads: threads)
    extractor = FeatureExtractor(
      encoder: encoder,
      projection: try .load(for: views, of: encoder, model.located.folder), keys: views,
      normalize: settings.normalize, skipped: settings.skippedTokens, threads: threads,
      longest: features.maxLength, tokenLayer: tokenLayer)
    if case .rows(let dense) = trained, dense.width != extractor.widths.reduce(0, +) {
      throw unknown
    }
  }

  /// Reads texts as they come; those of the next block are tokenized while these are encoded.
  func predict(
    from next: () throws -> [String]?,
    write: (_ texts: [String], _ encoded: TokenizedTexts, Predictions) throws -> Void
  ) throws {
    var waiting: [(texts: [String], encoded: TokenizedTexts)] = []
    try extractor.extract(tokens: nil) {
      guard let texts = try next() else { return nil }
      let encoded = tokenizer.encode(texts)
      if !texts.isEmpty { waiting.append((texts, encoded)) }
      return encoded.tokens
    } write: { outputs in
      let (texts, encoded) = waiting.removeFirst()
      // The head learned from what the file held; it gets the same here.
      let floats = outputs.map { rounds ? $0.map { Float(Float16($0)) } : [Float]($0) }
      try write(texts, encoded, try head(floats, encoded.tokens.offsets))
    }
  }

  /// The views side by side, as the head learned from them: [rows, width of all].
  private static func joined(_ views: [[Float]], rows: Int) -> Matrix {
    let widths = views.map { $0.count / max(rows, 1) }
    let storage =
      views.count == 1
      ? views[0]
      : (0..<rows).flatMap { row in
        zip(views, widths).flatMap { $0[row * $1..<(row + 1) * $1] }
      }
    return Matrix(rows: rows, columns: widths.reduce(0, +), storage: storage)
  }
}
