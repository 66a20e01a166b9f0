import Checkpoints
import Contracts
import Corpora
import Digests
import Encoders
public import FeatureStore
import Kernels
import Tokenizers

/// Rows drawn at random, made again by the model and held against what the file has.
public struct SampleVerification: Sendable {
  /// Rows that were made again.
  public private(set) var rows = 0
  /// Those whose numbers, or tokens, have the same bits.
  public private(set) var identical = 0
  /// The largest difference of a number, relative to the largest number of its row.
  public private(set) var largestDifference = 0.0
  /// Of which rows it was not the same and not near.
  public private(set) var errors: [VerificationError] = []
  /// Whether the rows were made again by the kernels that made them.
  private var sameKernels = true

  /// How far a number may be off, relative to the largest of its row, where the kernels that made it
  /// are not at hand and these sum in another order: the house's bound for float32, half a step of
  /// float16 more, and for int8, whose activations round the other way now and then in every layer, three
  /// times the 0.075 that was seen with six; a row of other tokens is off by 1 or so.
  private static func bound(
    _ settings: EncodingSettings, stored: String, sameKernels: Bool
  ) -> Double {
    let arithmetic = settings.precision == .int8 && !sameKernels ? 0.225 : 1e-5
    return stored == "float16" ? arithmetic + 1e-3 : arithmetic
  }

  /// Tokenizes texts of a tokens file again.
  ///
  /// - Throws: `FeatureStoreError.noTexts`; what reading and loading throw.
  public init(
    _ file: TokensFile, _ located: LocatedModel, count: Int, seed: UInt32, threads: Int
  ) throws {
    _ = try located.tokenizerSHA256(of: file)
    let prompt = Prompt(config: file.provenance.config)?.text ?? ""
    let tokenizer = ParallelTokenizer(
      try Tokenizer.load(folder: located.folder.path), maxLength: file.provenance.maxLength,
      prompt: prompt, threads: threads, digests: true)
    for row in Self.sample(count, of: file.count, seed: seed) {
      let texts = try file.texts(row..<row + 1)
      // A NUL is kept as this sign, and what the tokens were made of cannot be told.
      if texts[0].unicodeScalars.contains("\u{2400}") { continue }
      let found = tokenizer.encode(texts)
      let full = try file.fullTokenCounts(row..<row + 1)
      rows += 1
      if try found.tokens == file.tokens(row..<row + 1), found.fullCounts == full {
        identical += 1
      } else {
        errors.append(.otherRow(path: file.path, dataset: "tokens", row: row, difference: .nan))
      }
    }
  }

  /// Encodes rows of a features file again, from the tokens file that they were encoded from.
  ///
  /// - Throws: ``ModelMismatch``, ``StageError``; what reading and loading throw.
  public init(
    _ file: FeaturesFile, tokens: TokensFile, _ located: LocatedModel, count: Int, seed: UInt32,
    threads: Int
  ) throws {
    let provenance = file.provenance
    guard let settings = EncodingSettings(config: provenance.config) else {
      throw StageError.unknownSettings(path: file.path, config: provenance.config)
    }
    let sha256 = try located.sha256()
    guard sha256 == provenance.modelSHA256 else {
      throw ModelMismatch(
        part: .model, file: file.path, expectedName: provenance.model,
        expected: provenance.modelSHA256, foundName: located.folder.name, found: sha256)
    }
    let own = KernelSet.available.first { $0.family == provenance.kernels }
    sameKernels = own != nil
    let encoder = try EncoderLoader.load(
      located.folder,
      Numerics(kernels: try own ?? .selected(), precision: settings.precision))
    let extractor = FeatureExtractor(
      encoder: encoder,
      projection: try .load(for: settings.views, of: encoder, located.folder),
      keys: settings.views, normalize: settings.normalize, skipped: settings.skippedTokens,
      threads: threads, longest: min(provenance.maxLength, encoder.maximumTokens ?? .max),
      tokenLayer: settings.tokenLayer)
    let first = provenance.shard?.rows.lowerBound ?? 0
    for row in Self.sample(count, of: file.count, seed: seed) {
      rows += 1
      guard first + row < tokens.count,
        case let batch = try tokens.tokens(first + row..<first + row + 1),
        try batch.rowKeys == file.rowKeys(row..<row + 1)
      else {
        errors.append(.otherTokens(path: file.path, tokens: tokens.path, row: row))
        continue
      }
      let outputs = try extractor.extract(batch)
      var same = true
      for (view, output) in zip(settings.views, outputs) {
        let stored = try file.features(row..<row + 1, of: view).storage
        same =
          compare(
            output.storage, stored, settings.dtype, settings, file.path, view.description, row)
          && same
      }
      if let type = settings.tokenFeatures, let output = outputs.last {
        let stored = try file.tokenFeatures(row..<row + 1).values.storage
        same =
          compare(output.storage, stored, type, settings, file.path, "token_features", row)
          && same
      }
      if same { identical += 1 }
    }
  }

  /// Whether all bits are the same; what is too far off is noted.
  private mutating func compare(
    _ made: [Float], _ stored: [Float], _ type: String, _ settings: EncodingSettings,
    _ path: String, _ dataset: String, _ row: Int
  ) -> Bool {
    let made = type == "float16" ? made.map { Float(Float16($0)) } : made
    guard made.count == stored.count else {
      errors.append(.otherRow(path: path, dataset: dataset, row: row, difference: .nan))
      return false
    }
    if zip(made, stored).allSatisfy({ $0.bitPattern == $1.bitPattern }) { return true }
    let largest = made.reduce(0) { max($0, abs($1)) }
    let difference = zip(made, stored).reduce(0.0) { largest, pair in
      let off = Double(abs(pair.0 - pair.1))
      return off.isNaN ? .infinity : max(largest, off)
    }
    let relative = difference / Double(max(largest, .leastNormalMagnitude))
    largestDifference = max(largestDifference, relative)
    if relative > Self.bound(settings, stored: type, sameKernels: sameKernels) {
      errors.append(
        .otherRow(path: path, dataset: dataset, row: row, difference: difference))
    }
    return false
  }

  /// `count` different rows, in order; all where there are no more.
  private static func sample(_ count: Int, of total: Int, seed: UInt32) -> [Int] {
    guard count < total else { return Array(0..<total) }
    var random = MersenneTwister(seed: seed)
    var rows: Set<Int> = []
    while rows.count < count {
      let bits = UInt64(random.nextUInt32()) << 32 | UInt64(random.nextUInt32())
      rows.insert(Int(bits % UInt64(total)))
    }
    return rows.sorted()
  }
}
