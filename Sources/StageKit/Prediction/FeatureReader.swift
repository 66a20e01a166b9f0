import Contracts
import Heads

/// A head that an encoder's outputs are for.
enum EncodedHead {
  /// It takes a vector a text.
  case rows(any Head)
  /// It takes a vector a token.
  case sequences(RecurrentClassifier)
}

/// Encodes texts as the features of a run were encoded, and asks the head.
struct FeatureReader {
  private let encoder: TextEncoder
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
    switch trained {
    case .sequences(let recurrent):
      guard features.view == RowsName.tokenFeatures, let layer = settings.tokenLayer else {
        throw unknown
      }
      encoder = try TextEncoder(
        features, settings, views: [], tokenLayer: layer, model, threads: threads)
      let width = encoder.hiddenSize
      guard recurrent.width == width else { throw unknown }
      head = { outputs, offsets in
        let tokens = TokenFeatures(
          values: Matrix(rows: offsets[offsets.count - 1], columns: width, storage: outputs[0]),
          offsets: offsets)
        return try recurrent.predict(.features(tokens), threads: threads)
      }
    case .rows(let dense):
      let views = features.view.split(separator: ",").compactMap { FeatureKey(path: String($0)) }
      guard !views.isEmpty, views.allSatisfy(settings.views.contains) else { throw unknown }
      encoder = try TextEncoder(features, settings, views: views, model, threads: threads)
      guard dense.width == encoder.widths.reduce(0, +) else { throw unknown }
      head = { outputs, offsets in
        try dense.predict(
          TextEncoder.joined(outputs, rows: offsets.count - 1), threads: threads)
      }
    }
  }

  /// Reads texts as they come; those of the next block are tokenized while these are encoded.
  func predict(
    from next: () throws -> [String]?,
    write: (_ texts: [String], _ encoded: TokenizedTexts, Predictions) throws -> Void
  ) throws {
    try encoder.encode(from: next) { texts, encoded, outputs in
      try write(texts, encoded, try head(outputs, encoded.tokens.offsets))
    }
  }
}
