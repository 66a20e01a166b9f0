import Checkpoints
import Contracts
import Encoders
import Foundation
import Kernels
import Safetensors
import Testing

/// A checkpoint under Fixtures with what transformers and sentence-transformers give for it.
struct ReferenceModel {
  let folder: ModelFolder
  let expected: SafetensorsFile
  let batch: TokenBatch
  /// The number of tokens of the longest text.
  let longest: Int

  init(_ name: String) throws {
    let path = try #require(Bundle.module.resourcePath) + "/Fixtures/" + name
    folder = try ModelFolder(path, hub: HubCache(folder: "/nonexistent"))
    expected = try SafetensorsFile(path: path + "/expected.safetensors")
    let ids = try expected.floats("input_ids").map { Int32($0) }
    let types = try expected.floats("token_types").map { UInt8($0) }
    var offsets = [0]
    for length in try expected.floats("lengths") {
      offsets.append(offsets[offsets.count - 1] + Int(length))
    }
    longest = zip(offsets, offsets.dropFirst()).map { $1 - $0 }.max() ?? 0
    batch = TokenBatch(ids: ids, types: types, offsets: offsets)
  }

  /// Counted in what transformers gave.
  func layerCount() throws -> Int {
    var count = 0
    while expected["hidden.\(count + 1)"] != nil { count += 1 }
    return count
  }

  func extractor(
    kernels: KernelSet, keys: [FeatureKey], threads: Int = 1, tokensPerBatch: Int = 1024,
    normalize: Bool = false, precision: Precision = .float32
  ) throws -> FeatureExtractor {
    let numerics = Numerics(kernels: kernels, precision: precision)
    return FeatureExtractor(
      encoder: try EncoderLoader.load(folder, numerics), keys: keys,
      normalize: normalize, threads: threads, longest: longest, tokensPerBatch: tokensPerBatch)
  }
}

struct ParityTests {
  static let models = [
    "bert", "bert-gelu-new", "distilbert", "roberta", "xlm-roberta", "electra", "albert", "mpnet",
    "gpt2",
    "gpt2-scaled-by-layer", "openai-gpt", "t5", "t5-gated", "modernbert", "modernbert-biases",
    "deberta-v2", "deberta-v2-own-keys", "xlnet", "xlnet-causal",
  ]
  static let cases = models.flatMap { model in KernelSet.available.map { (model, $0.name) } }

  @Test(arguments: cases)
  func hiddenStatesEqualTransformers(model: String, kernels: String) throws {
    let reference = try ReferenceModel(model)
    let kernels = try KernelSet.named(kernels)
    let encoder = try EncoderLoader.load(reference.folder, Numerics(kernels: kernels))
    let batch = reference.batch
    let workspace = encoder.makeWorkspace(tokens: batch.tokenCount, longest: reference.longest)
    var layers: [[Float]] = []
    encoder.forward(
      TokenSlice(batch, texts: 0..<batch.count), workspace: workspace,
      lastLayer: encoder.layerCount, only: nil
    ) { _, hidden in
      layers.append(
        [Float](UnsafeBufferPointer(start: hidden, count: batch.tokenCount * encoder.hiddenSize)))
    }
    #expect(layers.count == encoder.layerCount + 1)
    #expect(encoder.layerCount == (try reference.layerCount()))
    for (k, found) in layers.enumerated() {
      let expected = try reference.expected.floats("hidden.\(k)")
      #expect(Self.relativeError(found, expected) < 1e-5, "hidden.\(k)")
    }
  }

  @Test(arguments: models, Pooling.allCases)
  func poolingsEqualSentenceTransformers(model: String, pooling: Pooling) throws {
    let reference = try ReferenceModel(model)
    let extractor = try reference.extractor(
      kernels: try .selected(),
      keys: [FeatureKey(layer: try reference.layerCount(), pooling: pooling)])
    let found = try extractor.extract(reference.batch)[0]
    let expected = try reference.expected.floats("pooled.\(pooling.rawValue)")
    #expect(Self.relativeError(found.storage, expected) < 1e-5)
  }

  @Test
  func normalizedFeaturesHaveLengthOne() throws {
    let reference = try ReferenceModel("bert")
    let extractor = try reference.extractor(
      kernels: try .selected(), keys: [FeatureKey(layer: 2, pooling: .mean)], normalize: true)
    let found = try extractor.extract(reference.batch)[0]
    for row in 0..<found.rows {
      let length = found[row: row].reduce(0) { $0 + $1 * $1 }.squareRoot()
      // 24 squares summed: a few ulps of 1.
      #expect(abs(length - 1) < 1e-6)
    }
  }

  /// The largest difference beside the largest value: a bound of 1e-5 leaves 80 ulps for three
  /// layers of float32 sums in another order.
  static func relativeError(_ found: [Float], _ expected: [Float]) -> Float {
    guard found.count == expected.count else { return .infinity }
    let scale = expected.map(abs).max() ?? 1
    return (zip(found, expected).map { abs($0 - $1) }.max() ?? 0) / scale
  }
}
