public import Contracts
public import Kernels

/// Turns packed texts into pooled features, in parallel over batches.
///
/// A text's features do not depend on its neighbours, its place or the number of threads.
public final class FeatureExtractor: Sendable {
  public let encoder: any Encoder
  /// The views, in the order of the outputs.
  public let keys: [FeatureKey]
  /// Whether every vector is scaled to length 1.
  public let normalize: Bool
  public let threads: Int
  /// The number of tokens that a batch holds, unless a single text is longer.
  public let tokensPerBatch: Int

  private let pooler: Pooler
  private let workspaces: [Workspace]

  /// `keys`: layers within 0...encoder.layerCount.
  /// `longest`: the number of tokens of the longest text that will come.
  /// `tokensPerBatch`: 1,024 keeps a worker's memory near 16 MB for a hidden size of 384.
  public init(
    encoder: any Encoder, kernels: KernelSet, keys: [FeatureKey], normalize: Bool, threads: Int,
    longest: Int, tokensPerBatch: Int = 1024
  ) {
    precondition(keys.allSatisfy { 0...encoder.layerCount ~= $0.layer } && !keys.isEmpty)
    self.encoder = encoder
    self.keys = keys
    self.normalize = normalize
    self.threads = max(threads, 1)
    self.tokensPerBatch = max(tokensPerBatch, longest)
    pooler = Pooler(kernels: kernels, width: encoder.hiddenSize)
    let size = self.tokensPerBatch
    workspaces = (0..<self.threads).map { _ in
      encoder.makeWorkspace(tokens: size, longest: longest)
    }
  }

  /// Computes the features of every text.
  ///
  /// `progress`: called from any worker with the number of texts that became ready.
  ///
  /// - Returns: one matrix [texts, hiddenSize] a key, in the order of ``keys``.
  /// - Throws: ``EncoderError`` for an id or a type outside the vocabularies, or a text too long.
  public func extract(
    _ texts: TokenBatch, progress: @Sendable @escaping (Int) -> Void = { _ in }
  ) throws(EncoderError) -> [Matrix] {
    try check(texts)
    let width = encoder.hiddenSize
    let lastLayer = keys.map(\.layer).max() ?? 0
    let slices = slice(texts)
    let outputs = keys.map { _ in FloatBuffer(count: texts.count * width) }
    Workers.forEach(slices.count, workers: threads) { [self] worker, item in
      let slice = TokenSlice(texts, texts: slices[item])
      encoder.forward(slice, workspace: workspaces[worker], lastLayer: lastLayer) { layer, hidden in
        for (key, output) in zip(keys, outputs) where key.layer == layer {
          for text in slice.texts {
            let range = slice.range(text)
            let row = output.pointer + text * width
            pooler.pool(
              row, hidden + (range.lowerBound - slice.start) * width, tokens: range.count,
              key.pooling)
            if normalize { pooler.normalize(row) }
          }
        }
      }
      progress(slice.texts.count)
    }
    return outputs.map { output in
      Matrix(
        rows: texts.count, columns: width,
        storage: [Float](UnsafeBufferPointer(start: output.pointer, count: output.count)))
    }
  }

  /// Consecutive texts of at most ``tokensPerBatch`` tokens together.
  private func slice(_ texts: TokenBatch) -> [Range<Int>] {
    var slices: [Range<Int>] = []
    var start = 0
    for text in 0..<texts.count
    where text > start && texts.offsets[text + 1] - texts.offsets[start] > tokensPerBatch {
      slices.append(start..<text)
      start = text
    }
    if start < texts.count { slices.append(start..<texts.count) }
    return slices
  }

  private func check(_ texts: TokenBatch) throws(EncoderError) {
    let ids = encoder.vocabularySize
    let types = encoder.typeVocabularySize
    let longest = encoder.maximumTokens ?? Int.max
    for text in 0..<texts.count {
      let range = texts.range(text)
      guard range.count <= min(longest, tokensPerBatch) else {
        throw .textTooLong(row: text, tokens: range.count, maximum: min(longest, tokensPerBatch))
      }
      for token in range {
        guard texts.ids[token] >= 0, Int(texts.ids[token]) < ids else {
          throw .idOutOfRange(row: text, id: Int(texts.ids[token]), vocabularySize: ids)
        }
        guard Int(texts.types[token]) < types else {
          throw .typeOutOfRange(
            row: text, type: Int(texts.types[token]), typeVocabularySize: types)
        }
      }
    }
  }
}

/// Token ids that an encoder cannot take. Rows count from the batch's first text.
public enum EncoderError: Error, Equatable {
  case idOutOfRange(row: Int, id: Int, vocabularySize: Int)
  case typeOutOfRange(row: Int, type: Int, typeVocabularySize: Int)
  case textTooLong(row: Int, tokens: Int, maximum: Int)
}
