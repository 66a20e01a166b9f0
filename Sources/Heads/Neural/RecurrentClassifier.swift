public import Contracts
import Kernels

/// LSTM or GRU over the tokens of a text, pooled over time, then a linear output.
///
/// On an encoder's hidden states of every token, or on token ids with vectors of its own. Layers are
/// PyTorch's nn.LSTM and nn.GRU on packed sequences: no padding takes part. A text without tokens is
/// pooled to zeros.
public struct RecurrentClassifier: Sendable, Equatable {
  /// What training is told.
  public struct Configuration: Sendable, Equatable, Codable {
    public var cell = RecurrentCell.gru
    /// The width of the state.
    public var size = 128
    public var layers = 1
    public var isBidirectional = true
    public var pooling = TimePooling.max
    /// The share of values that a step leaves out between layers and before the output.
    public var dropout = 0.2
    /// The width of the vectors that token ids get; not read with features.
    public var embeddingWidth = 128
    public var training = NetworkTraining()

    public init() {}

    enum CodingKeys: String, CodingKey {
      case cell, size, layers, pooling, dropout, training
      case isBidirectional = "bidirectional"
      case embeddingWidth = "embedding_width"
    }
  }

  /// Numbers under a name: PyTorch's names of the weights.
  public struct Tensor: Sendable, Equatable {
    public let name: String
    public let shape: [Int]
    public let values: [Float]

    /// - Precondition: as many values as the shape says.
    public init(name: String, shape: [Int], values: [Float]) {
      precondition(shape.reduce(1, *) == values.count)
      self.name = name
      self.shape = shape
      self.values = values
    }
  }

  /// Vectors of token ids.
  public struct Embedding: Sendable, Equatable {
    /// The ids with a vector, ascending; any other has the zero vector.
    public let vocabulary: [Int32]
    /// [vocabulary, width].
    public let vectors: Matrix

    /// - Precondition: ids ascend, one a row.
    public init(vocabulary: [Int32], vectors: Matrix) {
      precondition(vocabulary.count == vectors.rows)
      precondition(zip(vocabulary, vocabulary.dropFirst()).allSatisfy { $0 < $1 })
      self.vocabulary = vocabulary
      self.vectors = vectors
    }
  }

  /// The numbers of a token: of its features, or of its own vector.
  public let width: Int
  /// The scores of a text: classes, labels, or 1 for a number.
  public let outputs: Int
  /// `rnn.weight_ih_l0`, …, `output.weight`, `output.bias`: shapes and order are PyTorch's.
  public let tensors: [Tensor]
  /// Nil with features.
  public let embedding: Embedding?
  public let output: OutputKind
  /// Predicted numbers are `center + unit * score`.
  public let center: Double
  public let unit: Double
  public let configuration: Configuration
  public let summary: MLPClassifier.Summary

  /// Classes or labels; 0 for a number.
  public var classCount: Int { output == .identity ? 0 : outputs }

  /// - Precondition: the tensors are those that the configuration asks for.
  public init(
    width: Int, outputs: Int, tensors: [Tensor], embedding: Embedding? = nil,
    output: OutputKind, center: Double = 0, unit: Double = 1, configuration: Configuration,
    summary: MLPClassifier.Summary
  ) {
    self.width = width
    self.outputs = outputs
    self.tensors = tensors
    self.embedding = embedding
    self.output = output
    self.center = center
    self.unit = unit
    self.configuration = configuration
    self.summary = summary
    let expected = network.tensors
    precondition(tensors.map(\.name) == expected.map(\.name))
    precondition(tensors.map(\.shape) == expected.map(\.shape))
  }

  var network: RecurrentNetwork {
    Self.network(configuration, inputs: width, outputs: outputs)
  }

  static func network(
    _ configuration: Configuration, inputs: Int, outputs: Int
  ) -> RecurrentNetwork {
    RecurrentNetwork(
      cell: configuration.cell, inputs: inputs, size: configuration.size,
      layers: configuration.layers, isBidirectional: configuration.isBidirectional,
      pooling: configuration.pooling, dropout: configuration.dropout, outputs: outputs)
  }

  func joinedParameters() -> FloatBuffer { FloatBuffer(tensors.flatMap(\.values)) }

  /// What the texts are: classes with their probabilities, label sets, or numbers.
  ///
  /// A text's prediction has the same bits alone, in any batch and on any number of threads.
  ///
  /// - Throws: `widthMismatch`, `nonFiniteFeature` (row and column among the tokens read), `kernels`,
  ///   and what the source throws.
  public func predict(_ input: SequenceInput, threads: Int = 1) throws -> Predictions {
    let kernels = try KernelSet.selected()
    let network = self.network
    let parameters = joinedParameters()
    let embedding = self.embedding?.table()
    let scores = FloatBuffer(count: input.count * outputs)
    let window = 1024
    for start in stride(from: 0, to: input.count, by: window) {
      // Batches of texts of about one length: steps work on more of them at a time.
      let rows = (start..<min(start + window, input.count)).sorted {
        (input.length($0), $0) < (input.length($1), $1)
      }
      let batches = stride(from: 0, to: rows.count, by: 32).map {
        Array(rows[$0..<min($0 + 32, rows.count)])
      }
      let loaded = try batches.map { try SequenceBatch(input, $0, width: width, kernels) }
      Parallel.forEach(
        batches.count, threads: threads,
        worker: {
          RecurrentPass(
            network, parameters: parameters, trains: false, kernels: kernels,
            team: Team(threads: 1))
        }
      ) { index, pass in
        pass.prepare(lengths: loaded[index].lengths)
        pass.forward(dropout: nil) { loaded[index].fill($0, $1, embedding, $2) }
        for (i, row) in batches[index].enumerated() {
          (scores.pointer + row * outputs).update(
            from: pass.scores.pointer + i * outputs, count: outputs)
        }
      }
    }
    let values = output.predictions(
      scores.contents.prefix(input.count * outputs), width: outputs, center: center,
      unit: unit)
    let probabilities = ClassProbabilities(
      rows: input.count, classCount: outputs, values: values)
    return switch output {
    case .softmax: .classes(probabilities)
    case .sigmoid: .sets(probabilities)
    case .identity: .numbers(values)
    }
  }
}

extension RecurrentClassifier.Embedding {
  func table() -> TokenEmbedding {
    TokenEmbedding(
      vocabulary: vocabulary, width: vectors.columns, table: FloatBuffer(vectors.storage))
  }
}

/// Some texts' tokens in memory.
struct SequenceBatch: Sendable {
  private enum Tokens {
    case features(TokenFeatures)
    case ids(TokenSequences)
  }

  let lengths: [Int]
  private let tokens: Tokens
  private let width: Int

  /// Reads the rows of `input`.
  ///
  /// - Throws: `widthMismatch`, `nonFiniteFeature`, and what the source throws.
  init(_ input: SequenceInput, _ rows: [Int], width: Int, _ kernels: KernelSet) throws {
    self.width = width
    switch input {
    case .features(let source):
      guard source.width == width else {
        throw HeadError.widthMismatch(expected: width, found: source.width)
      }
      let features = try source.tokens(at: rows)
      // One pass of vectors; where it finds something the search for it may take its time.
      let sum = kernels.sumOfSquares(
        features.values.storage, count: features.values.storage.count)
      if !sum.isFinite { try features.values.checkFinite() }
      lengths = (0..<features.count).map(features.length)
      tokens = .features(features)
    case .ids(let sequences):
      let own = sequences.texts(at: rows)
      lengths = (0..<own.count).map(own.length)
      tokens = .ids(own)
    }
  }

  /// Writes the vector of one token.
  func fill(
    _ sequence: Int, _ time: Int, _ embedding: TokenEmbedding?,
    _ to: UnsafeMutablePointer<Float>
  ) {
    switch tokens {
    case .features(let features):
      let start = (features.offsets[sequence] + time) * width
      features.values.storage.withUnsafeBufferPointer { values in
        if let base = values.baseAddress { to.update(from: base + start, count: width) }
      }
    case .ids:
      if let embedding, let row = embedding.row(id(sequence, time)) {
        to.update(from: embedding.table.pointer + row * width, count: width)
      } else {
        to.update(repeating: 0, count: width)
      }
    }
  }

  /// - Precondition: the batch is of ids.
  func id(_ sequence: Int, _ time: Int) -> Int32 {
    guard case .ids(let sequences) = tokens else { preconditionFailure("no ids") }
    return sequences.ids[sequences.offsets[sequence] + time]
  }
}

extension Matrix {
  /// - Throws: `nonFiniteFeature` for the first NaN or infinity.
  func checkFinite() throws(HeadError) {
    guard let index = storage.firstIndex(where: { !$0.isFinite }) else { return }
    throw .nonFiniteFeature(row: index / columns, column: index % columns)
  }
}
