import ArgumentParser
import Checkpoints
import Contracts
import Digests
import Encoders
import FeatureStore
import Kernels
import StageKit

@main
struct FirnEncode: Stage {
  static let configuration = CommandConfiguration(
    commandName: "firn-encode",
    abstract: "Turn tokens into pooled features of a frozen encoder, once: features.h5.",
    discussion: """
      Without --pooling the model's own 1_Pooling decides, with its Dense modules where it has them \
      (the view mean.dense), else mean. Vectors stay as they are pooled or projected: a model's \
      Normalize at the end is --normalize here. Layers count as in \
      transformers' hidden_states: 0 is the embedding output, -1 the last. --token-features is for \
      heads that read texts token by token, as the rnn does.

      Examples:
        firn-encode tokens.h5 --model data/models/all-MiniLM-L6-v2 -o features.h5
        firn-encode tokens.h5 --model all-MiniLM-L6-v2 -o f.h5 --pooling mean,cls
        firn-encode tokens.h5 --model all-MiniLM-L6-v2 -o f.h5 --token-features
        firn-encode more.h5 --model all-MiniLM-L6-v2 -o g.h5 --reuse f.h5 --dry-run
        firn-encode tokens.h5 --model all-MiniLM-L6-v2 -o 'f-{shard}.h5' \\
          --shard auto/8
      """,
    version: Firn.version)

  @Argument(help: "A tokens file that firn-tokenize wrote.")
  var tokens: String

  @Option(help: "A model folder, or a hub id that is in the cache.")
  var model: String

  @Option(
    name: [.short, .long],
    help: "The features file to write; {shard} in its name becomes, say, 00003-of-00008.")
  var output: String

  @OptionGroup var encoding: EncodingOptions

  @OptionGroup var common: CommonOptions

  func execute(_ console: Console) throws {
    let clock = StageClock()
    let (type, tokenType) = (try encoding.type(), try encoding.tokenType())
    let shard = try ShardOption.shard(encoding.shard)
    let output = try ShardOption.output(output, shard, apartFrom: tokens)
    let source = try TokensFile(path: tokens)
    let part = try shard.map { try source.rows(of: $0) }
    // Of the file as it is now: another may take its name while this one is encoded.
    let inputSHA256 = Background { [tokens] in try SHA256Digest(ofFile: tokens).description }
    let numerics = Numerics(kernels: try .selected(), precision: try encoding.arithmetic())
    let located = try LocatedModel(model)
    let encoder = try EncoderLoader.load(located.folder, numerics)
    located.folder.warnOfUnusedTensors(console)
    let tokenizerSHA256 = try located.tokenizerSHA256(of: source)
    let views = try encoding.views(of: encoder, located.folder)
    let projection = try Projection.load(for: views, of: encoder, located.folder)
    let prompt = Prompt(config: source.provenance.config)
    let skipped = try located.folder.poolsPrompt() ? 0 : prompt?.tokenCount ?? 0
    func provenance() throws -> Provenance {
      let settings = EncodingSettings(
        modelSHA256: try located.sha256(), tokenizerSHA256: tokenizerSHA256,
        maxLength: source.provenance.maxLength, views: views,
        normalize: encoding.normalize, dtype: type.rawValue, precision: numerics.precision,
        tokenFeatures: tokenType?.rawValue, prompt: prompt?.text ?? "", skippedTokens: skipped)
      return Provenance(
        firnVersion: Firn.version, model: located.folder.name, settings: settings,
        inputSHA256: try inputSHA256.value(), kernels: numerics.kernels.family, shard: part)
    }
    if !common.force, try UpToDate.check(output, .features, provenance) {
      let rows = part?.rows.count ?? source.count
      console.notice("\(output) is up to date (\(rows) rows)")
      return console.summary(
        ["output": .string(output), "rows": .integer(rows), "up_to_date": true])
    }

    let longest = min(source.provenance.maxLength, encoder.maximumTokens ?? .max)
    let extractor = FeatureExtractor(
      encoder: encoder, projection: projection, keys: views, normalize: encoding.normalize,
      skipped: skipped, threads: common.threadCount, longest: longest,
      tokenLayer: tokenType.flatMap { _ in views.first?.layer })
    let layout = EncodedRows.Layout(
      widths: extractor.widths, tokenWidth: tokenType == nil ? nil : encoder.hiddenSize)
    let wanted = try provenance()
    let older = common.force ? [] : [output]
    let assembly = try RowAssembly(
      output: output, provenance: wanted, layout: layout, keys: views,
      files: try ReusableFiles.open(encoding.reuse, older: older, for: wanted, console),
      for: encoding.journalAccess(force: common.force))
    var blocks = try TokenBlocks(
      source, rows: part?.rows, layout,
      flopPerToken: encoder.flop(tokens: 1, layers: encoder.layerCount),
      threads: common.threadCount)
    if encoding.dryRun {
      let estimate = try EncodingEstimate(&blocks, assembly, extractor)
      console.result(estimate.text)
      return console.summary(estimate.json)
    }
    let writer = try FeaturesWriter(
      path: output, tokens: source, rows: part?.rows, views: views, widths: extractor.widths,
      type: type, tokenFeatures: tokenType.map { ($0, encoder.hiddenSize) })
    clock.phase("load")
    let progress = StageKit.Progress(
      console, "encoding", total: blocks.rows.count, unit: "texts")
    Interruption.keepWork(saying: "what was encoded is kept beside \(output): run again to go on")
    try assembly.run(&blocks, extractor, write: writer.append) { progress.advance($0) }
    progress.finish()
    clock.phase("encode")
    try writer.finish(wanted)
    assembly.finish()
    let report = EncodingReport(
      blocks, assembly, views: views, tokenType: tokenType,
      seconds: clock.seconds["encode"] ?? 0, encoder: encoder)
    report.remember(wanted, seconds: clock.total)
    console.result(report.text(model: located.folder.name, output: output))
    console.summary(
      report.json.merging(clock.json(output: output)) { $1 }
        .merging(["threads": .integer(common.threadCount)]) { $1 })
  }
}
