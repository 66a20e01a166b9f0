public import Checkpoints
import Contracts
public import Kernels

/// BERT's settings, named as in config.json.
///
/// Source: `transformers/models/bert/configuration_bert.py`.
public struct BertConfig: Sendable, Equatable {
  public let vocabSize: Int
  public let hiddenSize: Int
  public let numHiddenLayers: Int
  public let numAttentionHeads: Int
  public let intermediateSize: Int
  public let hiddenAct: Activation
  public let maxPositionEmbeddings: Int
  public let typeVocabSize: Int
  public let layerNormEps: Float

  /// Reads and checks config.json.
  ///
  /// - Throws: ``CheckpointError`` for a value that is missing, wrong, or whose effect Firn does
  ///   not compute.
  public init(_ config: JSONFile) throws(CheckpointError) {
    vocabSize = try config.integer("vocab_size")
    hiddenSize = try config.integer("hidden_size")
    numHiddenLayers = try config.integer("num_hidden_layers")
    numAttentionHeads = try config.integer("num_attention_heads")
    intermediateSize = try config.integer("intermediate_size")
    maxPositionEmbeddings = try config.integer("max_position_embeddings")
    typeVocabSize = try config.integer("type_vocab_size", default: 2)
    layerNormEps = Float(try config.real("layer_norm_eps", default: 1e-12))
    let activation = try config.string("hidden_act", default: "gelu")
    guard let hiddenAct = Activation(rawValue: activation) else {
      throw .unsupported(
        path: config.path, key: "hidden_act", value: activation,
        supported: Activation.allCases.map(\.rawValue).joined(separator: ", "))
    }
    self.hiddenAct = hiddenAct
    guard hiddenSize % numAttentionHeads == 0 else {
      throw config.bad(
        "num_attention_heads", "a divisor of hidden_size \(hiddenSize)")
    }
    let positions = try config.string("position_embedding_type", default: "absolute")
    guard positions == "absolute" else {
      throw .unsupported(
        path: config.path, key: "position_embedding_type", value: positions, supported: "absolute")
    }
    for key in ["is_decoder", "add_cross_attention"] where try config.bool(key, default: false) {
      throw .unsupported(path: config.path, key: key, value: "true", supported: "false")
    }
  }
}

/// Word, position and token-type embeddings, summed and normalized.
private struct BertEmbeddings: Sendable {
  let word: UnsafePointerBox
  let position: UnsafePointerBox
  let tokenType: UnsafePointerBox
  let norm: LayerNorm

  init(_ weights: inout Weights, _ config: BertConfig) throws(CheckpointError) {
    let width = config.hiddenSize
    word = .init(
      try weights.tensor("embeddings.word_embeddings.weight", [config.vocabSize, width]))
    position = .init(
      try weights.tensor(
        "embeddings.position_embeddings.weight", [config.maxPositionEmbeddings, width]))
    tokenType = .init(
      try weights.tensor("embeddings.token_type_embeddings.weight", [config.typeVocabSize, width]))
    norm = try LayerNorm(
      &weights, "embeddings.LayerNorm", size: width, epsilon: config.layerNormEps)
  }

  /// hidden: [tokens, width].
  func forward(_ kernels: KernelSet, _ slice: TokenSlice, _ hidden: UnsafeMutablePointer<Float>) {
    let width = norm.size
    var row = hidden
    for text in slice.texts {
      for (place, token) in slice.range(text).enumerated() {
        row.update(
          from: word.pointer + Int(slice.batch.ids[token]) * width, count: width)
        kernels.axpy(
          row, 1, tokenType.pointer + Int(slice.batch.types[token]) * width, count: width)
        kernels.axpy(row, 1, position.pointer + place * width, count: width)
        row += width
      }
    }
    norm(kernels, hidden, hidden, rows: slice.tokenCount)
  }
}

/// One post-norm transformer layer: self-attention, then the feed-forward network.
private struct BertLayer: Sendable {
  /// Query, key and value as one product.
  let qkv: Linear
  let attentionOutput: Linear
  let attentionNorm: LayerNorm
  let intermediate: Linear
  let output: Linear
  let outputNorm: LayerNorm

  init(
    _ weights: inout Weights, _ config: BertConfig, _ name: String, _ kernels: KernelSet
  ) throws(CheckpointError) {
    let width = config.hiddenSize
    let epsilon = config.layerNormEps
    qkv = try Linear(
      &weights, joining: ["query", "key", "value"].map { "\(name).attention.self.\($0)" },
      inputs: width, outputs: width, kernels: kernels)
    attentionOutput = try Linear(
      &weights, "\(name).attention.output.dense", inputs: width, outputs: width, kernels: kernels)
    attentionNorm = try LayerNorm(
      &weights, "\(name).attention.output.LayerNorm", size: width, epsilon: epsilon)
    intermediate = try Linear(
      &weights, "\(name).intermediate.dense", inputs: width, outputs: config.intermediateSize,
      kernels: kernels)
    output = try Linear(
      &weights, "\(name).output.dense", inputs: config.intermediateSize, outputs: width,
      kernels: kernels)
    outputNorm = try LayerNorm(
      &weights, "\(name).output.LayerNorm", size: width, epsilon: epsilon)
  }

  /// hidden [tokens, width] in place.
  func forward(
    _ kernels: KernelSet, _ config: BertConfig, _ slice: TokenSlice, _ workspace: Workspace,
    _ hidden: UnsafeMutablePointer<Float>
  ) {
    let width = config.hiddenSize
    let tokens = slice.tokenCount
    let headSize = width / config.numAttentionHeads
    let wide = workspace["wide"]
    let context = workspace["context"]
    let product = workspace["product"]

    qkv.multiply(kernels, wide, hidden, rows: tokens)
    for text in slice.texts {
      let range = slice.range(text)
      let start = range.lowerBound - slice.start
      kernels.attention(
        context + start * width, qkv: wide + start * 3 * width, bias: qkv.bias.pointer,
        stride: 3 * width, tokens: range.count, heads: config.numAttentionHeads,
        headSize: headSize, scale: 1 / Float(headSize).squareRoot(),
        scratch: workspace["scratch"])
    }
    attentionOutput.multiply(kernels, product, context, rows: tokens)
    attentionNorm(
      kernels, hidden, product, bias: attentionOutput.bias, residual: hidden, rows: tokens)

    intermediate.multiply(kernels, wide, hidden, rows: tokens, config.hiddenAct)
    output.multiply(kernels, product, wide, rows: tokens)
    outputNorm(kernels, hidden, product, bias: output.bias, residual: hidden, rows: tokens)
  }
}

/// BERT (Devlin et al. 2018, arXiv:1810.04805), without pooler and heads.
///
/// Source: `transformers/models/bert/modeling_bert.py`; tensor names are the checkpoint's own.
public struct Bert: Encoder {
  public let config: BertConfig
  private let kernels: KernelSet
  private let embeddings: BertEmbeddings
  private let layers: [BertLayer]

  public var hiddenSize: Int { config.hiddenSize }
  public var layerCount: Int { config.numHiddenLayers }
  public var maximumTokens: Int? { config.maxPositionEmbeddings }
  public var vocabularySize: Int { config.vocabSize }
  public var typeVocabularySize: Int { config.typeVocabSize }

  /// Loads the encoder of a model folder; heads beside it are left alone.
  ///
  /// - Throws: ``CheckpointError``; missing and misshapen tensors are named together.
  public init(_ folder: ModelFolder, kernels: KernelSet) throws(CheckpointError) {
    let config = try BertConfig(folder.config)
    var weights = try Weights(
      folder, prefixes: ["", "bert.", "model."], probe: "embeddings.word_embeddings.weight")
    embeddings = try BertEmbeddings(&weights, config)
    var layers: [BertLayer] = []
    for k in 0..<config.numHiddenLayers {
      layers.append(try BertLayer(&weights, config, "encoder.layer.\(k)", kernels))
    }
    try weights.finish()
    self.layers = layers
    self.config = config
    self.kernels = kernels
  }

  public func makeWorkspace(tokens: Int, longest: Int) -> Workspace {
    let width = config.hiddenSize
    let headSize = width / config.numAttentionHeads
    return Workspace(
      tokens: tokens,
      [
        ("hidden", tokens * width), ("context", tokens * width), ("product", tokens * width),
        ("wide", tokens * max(3 * width, config.intermediateSize)),
        ("scratch", KernelSet.attentionScratch(tokens: longest, headSize: headSize)),
      ])
  }

  public func forward(
    _ batch: TokenSlice, workspace: Workspace, lastLayer: Int,
    visit: (_ layer: Int, _ hidden: UnsafePointer<Float>) -> Void
  ) {
    precondition(batch.tokenCount <= workspace.tokens, "the batch is larger than its workspace")
    let hidden = workspace["hidden"]
    embeddings.forward(kernels, batch, hidden)
    visit(0, hidden)
    for k in 0..<min(lastLayer, layers.count) {
      layers[k].forward(kernels, config, batch, workspace, hidden)
      visit(k + 1, hidden)
    }
  }
}
