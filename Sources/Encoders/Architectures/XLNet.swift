import Checkpoints
import Glibc
import Kernels

/// XLNet's settings, named as in config.json.
///
/// Source: `transformers/models/xlnet/configuration_xlnet.py`.
struct XLNetConfig: Sendable, Equatable {
  let vocabSize: Int
  /// The hidden size.
  let dModel: Int
  let nLayer: Int
  let nHead: Int
  let dInner: Int
  let ffActivation: Activation
  let layerNormEps: Float
  /// Nil for none.
  let clampLen: Int?
  /// Whether a token sees those before it alone.
  let isCausal: Bool

  /// Reads and checks config.json.
  ///
  /// - Throws: ``CheckpointError`` for a value that is missing, wrong, or whose effect Firn does
  ///   not compute.
  init(_ config: JSONFile) throws(CheckpointError) {
    vocabSize = try config.integer("vocab_size")
    dModel = try config.integer("d_model")
    nLayer = try config.integer("n_layer")
    nHead = try config.integer("n_head")
    dInner = try config.integer("d_inner")
    ffActivation = try .init(config, key: "ff_activation", default: "gelu")
    layerNormEps = Float(try config.real("layer_norm_eps", default: 1e-12))
    let clamp = try config.integer("clamp_len", default: -1, minimum: -1)
    clampLen = clamp > 0 ? clamp : nil
    try config.demandDivisor("n_head", of: "d_model", dModel)
    guard dModel % 2 == 0 else { throw config.bad("d_model", "an even number") }
    let headSize = dModel / nHead
    guard try config.integer("d_head", default: headSize) == headSize else {
      throw config.bad("d_head", "d_model / n_head, \(headSize)")
    }
    switch try config.string("attn_type", default: "bi") {
    case "bi": isCausal = false
    case "uni": isCausal = true
    case let other:
      throw .unsupported(
        path: config.path, key: "attn_type", value: other, supported: "bi, uni")
    }
    try config.demand("bi_data", false)
    // With bi_directional attention it changes nothing.
    if isCausal { try config.demand("same_length", false) }
  }
}

/// XLNet (Yang et al. 2019, arXiv:1906.08237), without heads, of one text without memory.
///
/// Source: `transformers/models/xlnet/modeling_xlnet.py`. Token types are read as segments.
enum XLNet: Architecture {
  static let modelTypes = ["xlnet"]

  /// Distances have sines, however far.
  static func maximumTokens(_ config: JSONFile) throws(CheckpointError) -> Int? { nil }

  static func load(
    _ folder: ModelFolder, _ numerics: Numerics
  ) throws(CheckpointError) -> any Encoder {
    let config = try XLNetConfig(folder.config)
    let width = config.dModel
    let word = "word_embedding.weight"
    var weights = try Weights(folder, prefixes: ["", "transformer."], probe: word)
    let embeddings = try Embeddings(
      &weights, .init(word: word),
      .init(width: width, vocabulary: config.vocabSize, hiddenSize: width), numerics)
    var attention = SelfAttention.Shape(width: width, heads: config.nHead)
    if config.isCausal { attention.reach = .causal }
    let shape = PostNormLayer.Shape(
      attention: attention, intermediateSize: config.dInner, activation: config.ffActivation,
      epsilon: config.layerNormEps)
    let sinusoids = Sinusoids(width: width, clamp: config.clampLen)
    var layers: [PostNormLayer] = []
    for k in 0..<config.nLayer {
      let layer = "layer.\(k)"
      let names = PostNormLayer.Names(
        qkv: [], attentionOutput: "", attentionNorm: "\(layer).rel_attn.layer_norm",
        intermediate: "\(layer).ff.layer_1", output: "\(layer).ff.layer_2",
        outputNorm: "\(layer).ff.layer_norm")
      layers.append(
        try PostNormLayer(
          &weights, names, shape,
          try Self.attention(&weights, layer, attention, sinusoids, numerics), numerics))
    }
    try weights.finish()
    return StackedEncoder(
      hiddenSize: width, maximumTokens: nil, vocabularySize: config.vocabSize,
      typeVocabularySize: StackedEncoder<PostNormLayer>.anyType, numerics: numerics,
      embeddings: embeddings, layers: layers)
  }

  private static func attention(
    _ weights: inout Weights, _ layer: String, _ shape: SelfAttention.Shape,
    _ sinusoids: Sinusoids, _ numerics: Numerics
  ) throws(CheckpointError) -> RelativeAttention {
    let (width, inner) = (shape.width, shape.inner)
    let size = width * inner
    func tensor(_ name: String, _ sizes: [Int]) throws(CheckpointError) -> FloatBuffer {
      let values = try weights.tensor("\(layer).rel_attn.\(name)", sizes)
      let copy = FloatBuffer(count: sizes.reduce(1, *))
      copy.pointer.update(from: values.pointer, count: values.count)
      return copy
    }
    let square = [width, shape.heads, shape.headSize]
    let perHead = [shape.heads, shape.headSize]
    let qkv = FloatBuffer(count: 3 * size)
    for (i, name) in ["q", "k", "v"].enumerated() {
      let part = try tensor(name, square)
      Linear.transpose(qkv.pointer + i * size, part.pointer, rows: width, columns: inner)
    }
    let distanceRows = FloatBuffer(count: size)
    let part = try tensor("r", square)
    Linear.transpose(distanceRows.pointer, part.pointer, rows: width, columns: inner)
    let output = try tensor("o", square)
    let content = try tensor("r_w_bias", perHead)
    let queryBias = FloatBuffer(count: 3 * inner)
    queryBias.pointer.update(from: content.pointer, count: inner)
    func less(_ name: String) throws(CheckpointError) -> UnsafePointerBox {
      let bias = try tensor(name, perHead)
      for i in 0..<inner { bias.pointer[i] -= content.pointer[i] }
      return .init(bias)
    }
    let distance = Linear(packing: distanceRows.pointer, inputs: width, outputs: inner, numerics)
    let (distanceBias, segmentBias) = (try less("r_r_bias"), try less("r_s_bias"))
    // Another segment's part is common to all keys of a query; what is left is the difference.
    let bothSegments = try tensor("seg_embed", [2] + perHead)
    for c in 0..<inner { bothSegments.pointer[c] -= bothSegments.pointer[inner + c] }
    let segments = UnsafePointerBox(bothSegments)
    let distances = GrowingDistances { longest in
      let table = sinusoids.project(distance, longest: longest, numerics)
      return (0..<shape.heads).map { head in
        let own = head * shape.headSize
        func part(_ values: UnsafePointerBox) -> [Float] {
          Array(UnsafeBufferPointer(start: values.pointer + own, count: shape.headSize))
        }
        let keys = FloatBuffer(count: table.rows * shape.headSize)
        for row in 0..<table.rows {
          (keys.pointer + row * shape.headSize).update(
            from: table.values.pointer + row * inner + own, count: shape.headSize)
        }
        return RelativeScores(
          byQuery: keys, byQueryBias: part(distanceBias),
          segment: (weight: part(segments), bias: part(segmentBias)), columns: table.rows,
          headSize: shape.headSize, numerics.kernels)
      }
    }
    return RelativeAttention(
      shape: shape,
      qkv: Linear(
        packing: qkv.pointer, bias: .init(queryBias), inputs: width, outputs: 3 * inner, numerics),
      output: Linear(packing: output.pointer, inputs: inner, outputs: width, numerics),
      distances: .growing(distances))
  }
}

/// Sines and cosines of how far a query stands after a key, at the speeds of Vaswani et al. 2017.
///
/// Source: `XLNetModel.relative_positional_encoding` in `transformers/models/xlnet/modeling_xlnet.py`.
struct Sinusoids: Sendable {
  /// Half of them sines, half cosines.
  let width: Int
  /// The distance beyond which all are taken for it; nil for none.
  let clamp: Int?

  /// [2 * longest - 1, width], from the largest distance down to the smallest.
  func table(longest: Int) -> FloatBuffer {
    let half = width / 2
    // In float32, as PyTorch computes it.
    let frequencies = (0..<half).map { pair in
      1 / Float(pow(10_000, Double(Float(2 * pair) / Float(width))))
    }
    let table = FloatBuffer(count: (2 * longest - 1) * width, zeroed: false)
    for row in 0..<2 * longest - 1 {
      var distance = longest - 1 - row
      if let clamp { distance = min(max(distance, -clamp), clamp) }
      let to = table.pointer + row * width
      for (pair, frequency) in frequencies.enumerated() {
        let angle = Double(Float(distance) * frequency)
        to[pair] = Float(sin(angle))
        to[half + pair] = Float(cos(angle))
      }
    }
    return table
  }

  /// A layer's product with them: [rows, outputs].
  func project(
    _ linear: Linear, longest: Int, _ numerics: Numerics
  ) -> (values: FloatBuffer, rows: Int) {
    let rows = 2 * longest - 1
    let values = FloatBuffer(count: rows * linear.outputs, zeroed: false)
    let scratch = FloatBuffer(count: numerics.productScratch(rows: rows, width), zeroed: false)
    let table = table(longest: longest)
    linear(
      numerics.kernels, values.pointer, table.pointer, rows: rows, scratch: scratch.pointer)
    return (values, rows)
  }
}
