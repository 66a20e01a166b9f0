import Checkpoints
public import Contracts
import Encoders
public import FeatureStore
import Heads
import Kernels

/// Encodes texts as the features of a file or a run were encoded, prompt, precision and rounding to
/// what is stored included.
public struct TextEncoder: Sendable {
  private let extractor: FeatureExtractor
  private let tokenizer: ParallelTokenizer
  private let rounds: Bool
  /// The numbers of each output's rows.
  var widths: [Int] { extractor.widths }
  var hiddenSize: Int { extractor.encoder.hiddenSize }

  /// `views`: an output each; none where `tokenLayer` is all that is wanted.
  /// `tokenLayer`: the layer whose hidden states of every token are an output of their own, the last.
  ///
  /// - Throws: ``StageError/noSuchLayer(asked:layers:model:)``, and what loading the encoder throws.
  init(
    _ features: FeatureProvenance, _ settings: EncodingSettings, views: [FeatureKey],
    tokenLayer: Int? = nil, _ model: RunModel, threads: Int
  ) throws {
    let numerics = Numerics(kernels: try .selected(), precision: settings.precision)
    let encoder = try EncoderLoader.load(model.located.folder, numerics)
    let top = max(views.map(\.layer).max() ?? 0, tokenLayer ?? 0)
    guard top <= encoder.layerCount else {
      throw StageError.noSuchLayer(
        asked: top, layers: encoder.layerCount, model: model.located.folder.name)
    }
    let type = tokenLayer == nil ? settings.dtype : settings.tokenFeatures
    rounds = type == FeatureType.float16.rawValue
    tokenizer = model.tokenizer(features, prompt: settings.prompt, threads: threads)
    extractor = FeatureExtractor(
      encoder: encoder,
      projection: try .load(for: views, of: encoder, model.located.folder), keys: views,
      normalize: settings.normalize, skipped: settings.skippedTokens, threads: threads,
      longest: features.maxLength, tokenLayer: tokenLayer)
  }

  /// For texts beside the rows of a features file.
  ///
  /// `views`: of the file.
  /// `prompt`: what is put before each text instead of what the file's texts had: the name of one of
  /// the model's prompts or words, empty for none.
  /// `model`: the model's folder, where it is not to be looked for.
  ///
  /// - Throws: ``StageError/unknownSettings(path:config:)``, ``ModelMismatch``, ``ModelSearchError``,
  ///   and what loading the model throws.
  public init(
    beside file: FeaturesFile, views: [FeatureKey], prompt: String?, model: String?, threads: Int
  ) throws {
    let features = FeatureProvenance(
      file.provenance, view: views.map(\.description).joined(separator: ","))
    guard var settings = EncodingSettings(config: features.config) else {
      throw StageError.unknownSettings(path: file.path, config: features.config)
    }
    let found = try RunModel(features, run: file.path, folder: model)
    if let prompt {
      let folder = found.located.folder
      let asked = try Prompt(prompt, folder, found.tokenizer)
      settings.prompt = asked?.text ?? ""
      settings.skippedTokens = try folder.poolsPrompt() ? 0 : asked?.tokenCount ?? 0
    }
    try self.init(features, settings, views: views, found, threads: threads)
  }

  /// Encodes texts as they come; those of the next block are tokenized while these are encoded.
  ///
  /// `next`: gives the next texts; none where they are still to come; nil at the end.
  /// `write`: takes the outputs for the texts of one `next`: [texts, width] a view, and last, with a
  /// token layer, [tokens, hiddenSize].
  ///
  /// - Throws: `EncoderError`, and what the closures throw.
  public func encode(
    from next: () throws -> [String]?,
    write: (_ texts: [String], _ encoded: TokenizedTexts, _ outputs: [[Float]]) throws -> Void
  ) throws {
    var waiting: [(texts: [String], encoded: TokenizedTexts)] = []
    try extractor.extract(tokens: nil) {
      guard let texts = try next() else { return nil }
      let encoded = tokenizer.encode(texts)
      if !texts.isEmpty { waiting.append((texts, encoded)) }
      return encoded.tokens
    } write: { outputs in
      let (texts, encoded) = waiting.removeFirst()
      // Who reads the file gets what it holds; these get the same.
      let floats = outputs.map { rounds ? $0.map { Float(Float16($0)) } : [Float]($0) }
      try write(texts, encoded, floats)
    }
  }

  /// Outputs of views side by side, as a head learned from them: [rows, width of all].
  public static func joined(_ views: [[Float]], rows: Int) -> Matrix {
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
