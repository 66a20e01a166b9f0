import ArgumentParser
import Checkpoints
import Contracts
import Digests
import Encoders
import FeatureStore
import Kernels
import StageKit
import Tokenizers

@main
struct FirnEncode: Stage {
  static let configuration = CommandConfiguration(
    commandName: "firn-encode",
    abstract: "Turn tokens into pooled features of a frozen encoder, once: features.h5.",
    discussion: """
      Without --pooling the model's own 1_Pooling decides, else mean. Layers count as in \
      transformers' hidden_states: 0 is the embedding output, -1 the last.

      Examples:
        firn-encode tokens.h5 --model data/models/all-MiniLM-L6-v2 -o features.h5
        firn-encode tokens.h5 --model all-MiniLM-L6-v2 -o f.h5 --pooling mean,cls --layers all
      """,
    version: Firn.version)

  @Argument(help: "A tokens file that firn-tokenize wrote.")
  var tokens: String

  @Option(help: "A model folder, or a hub id that is in the cache.")
  var model: String

  @Option(name: [.short, .long], help: "The features file to write.")
  var output: String

  @Option(
    help: """
      \(Pooling.allCases.map(\.rawValue).joined(separator: ", ")), joined by commas. (default: the \
      model's own, else mean)
      """)
  var pooling: String?

  @Option(parsing: .unconditional, help: "Layer numbers joined by commas, or all.")
  var layers = "-1"

  @Flag(help: "Scale every vector to length 1.")
  var normalize = false

  @Option(help: "What features are stored as: float32, or float16 for half the size.")
  var dtype = "float32"

  @Option(help: "The encoder's arithmetic: float32, or int8, faster and near enough for a head.")
  var precision = "float32"

  @OptionGroup var common: CommonOptions

  func execute(_ console: Console) throws {
    let clock = StageClock()
    guard let type = FeatureType(rawValue: dtype) else {
      throw StageError.badOption(
        option: "--dtype", value: dtype, expected: "float32 or float16")
    }
    guard let arithmetic = Precision(rawValue: precision) else {
      throw StageError.badOption(
        option: "--precision", value: precision, expected: "float32 or int8")
    }
    let source = try TokensFile(path: tokens)
    // Of the file as it is now: another may take its name while this one is encoded.
    let inputSHA256 = Background { [tokens] in try SHA256Digest(ofFile: tokens).description }
    let numerics = Numerics(kernels: try .selected(), precision: arithmetic)
    let located = try LocatedModel(model)
    let encoder = try EncoderLoader.load(located.folder, numerics)
    let tokenizerSHA256 = try Tokenizer.sha256(folder: located.folder.path)
    guard source.provenance.tokenizerSHA256 == tokenizerSHA256 else {
      throw ModelMismatch(
        part: .tokenizer, file: tokens, expectedName: source.provenance.model,
        expected: source.provenance.tokenizerSHA256, foundName: located.folder.name,
        found: tokenizerSHA256)
    }
    let poolings =
      try pooling.map(EncodingSettings.poolings) ?? located.folder.declaredPoolings() ?? [.mean]
    let views = try EncodingSettings.layers(layers, of: encoder, model: located.folder.name)
      .flatMap { layer in poolings.map { FeatureKey(layer: layer, pooling: $0) } }
    func provenance() throws -> Provenance {
      let settings = EncodingSettings(
        modelSHA256: try located.sha256(), tokenizerSHA256: tokenizerSHA256,
        maxLength: source.provenance.maxLength, views: views, normalize: normalize, dtype: dtype,
        precision: arithmetic)
      return Provenance(
        firnVersion: Firn.version, model: located.folder.name, settings: settings,
        inputSHA256: try inputSHA256.value())
    }
    if !common.force, try UpToDate.check(output, .features, provenance) {
      console.notice("\(output) is up to date (\(source.count) rows)")
      return console.summary(
        ["output": .string(output), "rows": .integer(source.count), "up_to_date": true])
    }

    let longest = min(source.provenance.maxLength, encoder.maximumTokens ?? .max)
    let extractor = FeatureExtractor(
      encoder: encoder, keys: views, normalize: normalize, threads: common.threadCount,
      longest: longest)
    let writer = try FeaturesWriter(
      path: output, tokens: source, views: views, width: encoder.hiddenSize, type: type)
    clock.phase("load")
    let progress = StageKit.Progress(
      console, "encoding", total: source.count, unit: "texts")
    var blocks = TokenBlocks(source, floatsPerRow: views.count * encoder.hiddenSize)
    try extractor.extract(tokens: source.tokenCount) {
      try blocks.next()
    } write: { features in
      try writer.append(features)
    } progress: { texts in
      progress.advance(texts)
    }
    progress.finish()
    clock.phase("encode")
    try writer.finish(provenance())
    let report = EncodingReport(
      blocks, views: views, seconds: clock.seconds["encode"] ?? 0, encoder: encoder)
    console.result(report.text(model: located.folder.name, output: output))
    console.summary(
      report.json.merging(clock.json(output: output)) { $1 }
        .merging(["threads": .integer(common.threadCount)]) { $1 })
  }
}
