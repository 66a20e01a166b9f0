import Foundation
import Testing

/// Model folders that firn-tokenize and firn-encode must refuse.
@Suite struct BadModelTests {
  struct Lie: Sendable, CustomTestStringConvertible {
    let testDescription: String
    /// What the message must name beside the file.
    let naming: String
    let bytes: @Sendable (WeightsFile) throws -> Data

    init(
      _ name: String, naming: String, _ bytes: @escaping @Sendable (WeightsFile) throws -> Data
    ) {
      testDescription = name
      self.naming = naming
      self.bytes = bytes
    }

    /// A lie told by changing the header.
    static func header(
      _ name: String, naming: String, _ change: @escaping @Sendable (inout WeightsFile) -> Void
    ) -> Lie {
      Lie(name, naming: naming) { file in
        var changed = file
        change(&changed)
        return try changed.bytes()
      }
    }
  }

  private static let bias = "embeddings.LayerNorm.bias"
  private static let scale = "embeddings.LayerNorm.weight"
  private static let words = "embeddings.word_embeddings.weight"

  static let lies = [
    Lie("empty", naming: "cut short") { _ in Data() },
    Lie("cut in the header", naming: "header") { try $0.bytes().prefix(1000) },
    Lie("cut in the data", naming: "cut short") { try $0.bytes().dropLast(4) },
    Lie("header of 2^63 bytes", naming: "header") { try $0.bytes(claimed: 1 << 63) },
    Lie("header longer than the file", naming: "header") { try $0.bytes(claimed: 1 << 20) },
    Lie("header shorter than it is", naming: "JSON") { try $0.bytes(claimed: 100) },
    .header("size", naming: bias) { $0.set("data_offsets", of: bias, to: [0, 92]) },
    .header("offsets out of the file", naming: "ends at byte") {
      $0.set("data_offsets", of: bias, to: [1 << 40, 1 << 40 + 96])
    },
    .header("overlap", naming: "share bytes") {
      // The tensor after the bias begins in its middle.
      $0.set("data_offsets", of: scale, to: $0.offsets(of: bias).map { $0 + 48 })
    },
    .header("unknown dtype", naming: bias) { $0.set("dtype", of: bias, to: "F31") },
    .header("wider dtype", naming: bias) { $0.set("dtype", of: bias, to: "F64") },
    .header("integers", naming: bias) { $0.set("dtype", of: bias, to: "I32") },
    .header("missing tensor", naming: words) {
      // Renamed, so that the bytes still belong to a tensor.
      $0.header["other"] = $0.header.removeValue(forKey: words)
    },
    .header("wrong shape", naming: words) { $0.set("shape", of: words, to: [24, 120]) },
    .header("wrong rank", naming: bias) { $0.set("shape", of: bias, to: [4, 6]) },
  ]

  @Test(arguments: lies) func weights(lie: Lie) throws {
    let bench = try Workbench()
    try bench.prepare(through: .tokenize)
    let path = "\(Workbench.model)/model.safetensors"
    try bench.write(try lie.bytes(try WeightsFile(try bench.data(path))), to: path)
    try bench.refuse(65, naming: path, lie.naming, by: .encode, Reviews.encoding)
  }

  struct Config: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let naming: String
    let text: String
  }

  static let configs = [
    Config(testDescription: "not JSON", naming: "JSON", text: "{\"model_type\": bert"),
    Config(testDescription: "empty", naming: "JSON", text: ""),
    Config(testDescription: "not an object", naming: "JSON", text: "[]"),
    Config(testDescription: "no type", naming: "model_type", text: "{}"),
    Config(testDescription: "unknown", naming: "'mamba'", text: "{\"model_type\": \"mamba\"}"),
    Config(testDescription: "no sizes", naming: "is missing", text: "{\"model_type\": \"bert\"}"),
  ]

  @Test(arguments: configs) func config(config: Config) throws {
    let bench = try Workbench()
    try bench.prepare(through: .tokenize)
    let path = "\(Workbench.model)/config.json"
    try bench.write(config.text, to: path)
    try bench.refuse(65, naming: path, config.naming, by: .encode, Reviews.encoding)
    try bench.remove("tokens.h5")
    try bench.refuse(65, naming: path, config.naming, by: .tokenize, Reviews.tokenizing)
  }

  /// Sizes that contradict the weights, or that no network can have.
  @Test(arguments: [
    ("\"hidden_size\": 24", "\"hidden_size\": 32"), ("\"hidden_size\": 24", "\"hidden_size\": 0"),
    ("\"hidden_size\": 24", "\"hidden_size\": -24"),
    ("\"hidden_size\": 24", "\"hidden_size\": 4611686018427387904"),
    ("\"num_attention_heads\": 2", "\"num_attention_heads\": 5"),
    ("\"num_attention_heads\": 2", "\"num_attention_heads\": 0"),
    ("\"num_hidden_layers\": 2", "\"num_hidden_layers\": 3"),
    ("\"vocab_size\": 120", "\"vocab_size\": 121"),
  ])
  func sizes(found: String, replacement: String) throws {
    let bench = try Workbench()
    try bench.prepare(through: .tokenize)
    let path = "\(Workbench.model)/config.json"
    let config = try bench.text(path)
    try #require(config.contains(found))
    try bench.write(config.replacingOccurrences(of: found, with: replacement), to: path)
    try bench.refuse(65, naming: Workbench.model, by: .encode, Reviews.encoding)
  }

  @Test func missingParts() throws {
    let bench = try Workbench()
    try bench.prepare(through: .tokenize)
    for file in ["vocab.txt", "model.safetensors", "config.json"] {
      try bench.remove("\(Workbench.model)/\(file)")
      try bench.refuse(66, naming: Workbench.model, by: .encode, Reviews.encoding)
      try bench.refuse(66, naming: Workbench.model, by: .tokenize, Reviews.tokenizing)
    }
    try bench.remove(Workbench.model)
    try bench.refuse(66, naming: "'\(Workbench.model)'", by: .encode, Reviews.encoding)
  }

  @Test func brokenTokenizer() throws {
    let bench = try Workbench()
    try bench.write(Reviews.csv, to: "reviews.csv")
    let path = "\(Workbench.model)/tokenizer.json"
    for text in ["", "{\"model\":", "{}", "[]"] {
      try bench.write(text, to: path)
      try bench.refuse(65, naming: path, by: .tokenize, Reviews.tokenizing)
    }
  }

  /// Tokens of one vocabulary, a model of another.
  @Test func anotherTokenizer() throws {
    let bench = try Workbench()
    try bench.prepare(through: .tokenize)
    let path = "\(Workbench.model)/vocab.txt"
    try bench.write(
      try bench.text(path).replacingOccurrences(of: "film", with: "cinema"), to: path)
    try bench.refuse(65, naming: "tokens.h5", "tokenizer", by: .encode, Reviews.encoding)
  }

  @Test(arguments: [
    (["--layers", "3"], "no layer 3"), (["--layers", "-4"], "no layer -4"),
    (["--layers", "last"], "--layers"), (["--pooling", "median"], "--pooling"),
  ])
  func wrongView(options: [String], naming: String) throws {
    let bench = try Workbench()
    try bench.prepare(through: .tokenize)
    try bench.refuse(
      64, naming: naming, by: .encode,
      ["tokens.h5", "--model", Workbench.model, "-o", "features.h5"] + options)
  }
}
