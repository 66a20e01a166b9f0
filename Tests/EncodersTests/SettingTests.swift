import Checkpoints
import Contracts
import Encoders
import Foundation
import Kernels
import Testing

/// Settings that change the numbers: each is computed, or refused with its name.
struct SettingTests {
  struct Change: CustomTestStringConvertible {
    let model: String
    let key: String
    /// Nil takes the key away.
    let value: (any Sendable)?
    var testDescription: String { "\(model): \(key)" }
  }

  private static let refusals: [Change] = [
    .init(model: "bert", key: "position_embedding_type", value: "relative_key"),
    .init(model: "bert", key: "is_decoder", value: true),
    .init(model: "roberta", key: "add_cross_attention", value: true),
    .init(model: "electra", key: "hidden_act", value: "mish"),
    .init(model: "albert", key: "num_hidden_groups", value: 9),
    .init(model: "mpnet", key: "relative_attention_num_buckets", value: 16),
    .init(model: "gpt2", key: "activation_function", value: "laplace"),
    .init(model: "gpt2", key: "n_head", value: 5),
    .init(model: "openai-gpt", key: "afn", value: "gelu_new"),
    .init(model: "t5", key: "feed_forward_proj", value: "gated-mish"),
    .init(model: "t5", key: "is_gated_act", value: true),
    .init(model: "t5-gated", key: "dense_act_fn", value: "relu"),
    .init(model: "t5", key: "is_decoder", value: true),
    .init(
      model: "modernbert", key: "layer_types",
      value: Array(repeating: "chunked_attention", count: 4)),
    .init(model: "modernbert", key: "rope_scaling", value: ["rope_type": "yarn"]),
    .init(
      model: "modernbert", key: "rope_parameters.full_attention.rope_type",
      value: ["full_attention": ["rope_type": "linear"]]),
    .init(model: "deberta-v2", key: "relative_attention", value: false),
    .init(model: "deberta-v2", key: "conv_kernel_size", value: 3),
    .init(model: "deberta-v2", key: "position_buckets", value: 2),
    .init(model: "xlnet", key: "attn_type", value: "tri"),
    .init(model: "xlnet", key: "bi_data", value: true),
    .init(model: "xlnet-causal", key: "same_length", value: true),
  ]

  /// The model of a fixture with another value at the top of its config.json.
  private func changed(_ model: String, _ key: String, _ value: Any?) throws -> ModelFolder {
    let source = try #require(Bundle.module.resourcePath) + "/Fixtures/" + model
    let folder = FileManager.default.temporaryDirectory.path + "/" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try FileManager.default.copyItem(
      atPath: source + "/model.safetensors", toPath: folder + "/model.safetensors")
    let data = try Data(contentsOf: URL(fileURLWithPath: source + "/config.json"))
    var config = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    config[key] = value
    try JSONSerialization.data(withJSONObject: config)
      .write(to: URL(fileURLWithPath: folder + "/config.json"))
    return try ModelFolder(folder, hub: HubCache(folder: "/nonexistent"))
  }

  private func remove(_ folder: ModelFolder) {
    try? FileManager.default.removeItem(atPath: folder.path)
  }

  @Test(arguments: refusals)
  func otherValuesAreRefusedByName(refusal: Change) throws {
    let top = String(refusal.key.prefix { $0 != "." })
    let folder = try changed(refusal.model, top, refusal.value)
    defer { remove(folder) }
    let numerics = Numerics(kernels: try .selected())
    let error = try #require(throws: CheckpointError.self) {
      try EncoderLoader.load(folder, numerics)
    }
    switch error {
    case .unsupported(_, let key, _, _), .badValue(_, let key, _, _):
      #expect(key == refusal.key)
    default: Issue.record("\(error)")
    }
  }

  /// One architecture by two names, and older files' words for the same.
  @Test(arguments: [
    Change(model: "roberta", key: "model_type", value: "xlm-roberta"),
    Change(model: "modernbert", key: "layer_types", value: nil),
    Change(model: "modernbert", key: "rope_parameters", value: nil),
    Change(model: "t5-gated", key: "dense_act_fn", value: nil),
  ])
  func otherWordsForTheSame(change: Change) throws {
    let reference = try ReferenceModel(change.model)
    let folder = try changed(change.model, change.key, change.value)
    defer { remove(folder) }
    let numerics = Numerics(kernels: try .selected())
    let last = try reference.layerCount()
    func features(_ folder: ModelFolder) throws -> [Float] {
      let extractor = FeatureExtractor(
        encoder: try EncoderLoader.load(folder, numerics),
        keys: [.init(layer: last, pooling: .mean)], normalize: false, threads: 1,
        longest: reference.longest)
      return try extractor.extract(reference.batch)[0].storage
    }
    #expect(try features(folder) == features(reference.folder))
  }

  /// Positions that begin after the padding leave fewer tokens than rows; distances limit nothing.
  @Test(arguments: [
    ("bert", 40), ("roberta", 40), ("electra", 40), ("albert", 40), ("mpnet", 140),
    ("gpt2", 40), ("openai-gpt", 40), ("t5", nil), ("modernbert", 140), ("deberta-v2", 140),
    ("xlnet", nil),
  ])
  func maximumTokens(model: String, expected: Int?) throws {
    let folder = try ReferenceModel(model).folder
    let encoder = try EncoderLoader.load(folder, Numerics(kernels: try .selected()))
    #expect(encoder.maximumTokens == expected)
    #expect(try EncoderLoader.maximumTokens(folder) == expected)
  }

  /// A few multiply-adds counted by hand, two FLOP each, for texts of 5 tokens.
  @Test
  func flopIsThatOfTheProducts() throws {
    func flop(_ model: String, tokens: Int = 5, layers: Int = .max) throws -> Int {
      let numerics = Numerics(kernels: try .selected())
      return try EncoderLoader.load(ReferenceModel(model).folder, numerics)
        .flop(tokens: tokens, layers: layers)
    }
    // A layer: four products of 24 x 24, two of 24 x 40; 25 scores and their sums of 24.
    let layer = 2 * (5 * (4 * 576 + 2 * 960) + 25 * 48)
    #expect(try flop("bert") == 2 * layer)
    #expect(try flop("bert", layers: 1) == layer)
    #expect(try flop("bert", layers: 0) == 0)
    // The embeddings' 16 x 24 beside that.
    #expect(try flop("electra") == 2 * layer + 2 * 5 * 16 * 24)
    // Six layers, by sharing.
    #expect(try flop("albert") == 6 * layer + 2 * 5 * 16 * 24)
    // 15 pairs of a token and one that it sees.
    #expect(try flop("gpt2") == 2 * 2 * (5 * (4 * 576 + 2 * 24 * 96) + 15 * 48))
    // Heads of 30 together; a gate of 24 x 40.
    #expect(try flop("t5-gated") == 2 * 2 * (5 * (4 * 24 * 30 + 3 * 960) + 25 * 60))
    // Each query with each of its five distances.
    #expect(try flop("xlnet") == 2 * (layer + 2 * 25 * 24))
    #expect(try flop("xlnet", tokens: 0) == 0)
  }

  @Test
  func pairsAreThoseThatAreSeen() {
    for reach in [AttentionReach.all, .causal, .near(0), .near(3), .near(9)] {
      for tokens in [0, 1, 2, 5, 10, 40] {
        let seen = (0..<tokens).map { i in
          (0..<tokens).count { reach.contains(query: i, key: $0) }
        }
        #expect(reach.pairs(tokens: tokens) == seen.reduce(0, +))
      }
    }
  }
}
