public import Contracts
import Kernels

/// Turns packed texts into pooled features, in parallel over batches.
///
/// A text's features do not depend on its neighbours, its place or the number of threads. Calls from
/// several threads wait for each other: the workers' memory is one call's at a time.
public final class FeatureExtractor: Sendable {
  public let encoder: any Encoder
  /// The views, in the order of the outputs.
  public let keys: [FeatureKey]
  /// The numbers of a row in each view.
  public let widths: [Int]
  /// Whether every vector is scaled to length 1.
  public let normalize: Bool
  /// The layer whose hidden states of every token are an output of their own, the last one.
  public let tokenLayer: Int?
  public let threads: Int
  /// The number of tokens that a batch holds, unless a single text is longer.
  public let tokensPerBatch: Int
  /// The number of tokens of the longest text that there is memory for.
  public let longest: Int

  private let busy = Monitor()
  private let pooler: Pooler
  private let projection: Projection?
  /// One a worker, for what a projection is made of.
  private let projectionScratch: [FloatBuffer]
  private let workspaces: [Workspace]
  private let lastLayer: Int
  /// The one token of the last layer that all views need, where that is all they need.
  private let only: TokenPlace?

  /// Blocks that workers may have before them while an earlier one is being written.
  private static var blocksAhead: Int { 2 }
  /// Below this a batch's products take longer to fetch their weights than to multiply.
  private static var smallestBatch: Int { 64 }

  /// `keys`: layers within 0...encoder.layerCount; none where `tokenLayer` is all that is wanted. Where
  /// one is projected, there is a projection of as many inputs as its poolings give.
  /// `skipped`: how many of each text's first tokens pooling leaves out: those of a prompt.
  /// `tokenLayer`: the layer whose hidden states are wanted of every token, as they are.
  /// `longest`: the number of tokens of the longest text that will come.
  /// `tokensPerBatch`: 512 keeps a worker's memory near 6 MB for a hidden size of 384, and is as fast
  /// as more.
  public init(
    encoder: any Encoder, projection: Projection? = nil, keys: [FeatureKey], normalize: Bool,
    skipped: Int = 0, threads: Int, longest: Int, tokensPerBatch: Int = 512, tokenLayer: Int? = nil
  ) {
    let layers = keys.map(\.layer) + [tokenLayer].compactMap(\.self)
    precondition(layers.allSatisfy { 0...encoder.layerCount ~= $0 })
    widths = keys.map { key in
      let pooled = key.pooling.poolings.count * encoder.hiddenSize
      guard key.pooling.isProjected else { return pooled }
      guard let projection, projection.inputs == pooled else {
        preconditionFailure("\(key) needs a projection of \(pooled) numbers")
      }
      return projection.outputs
    }
    self.encoder = encoder
    self.keys = keys
    self.normalize = normalize
    self.tokenLayer = tokenLayer
    self.threads = max(threads, 1)
    self.longest = longest
    self.tokensPerBatch = max(tokensPerBatch, longest)
    pooler = Pooler(
      kernels: encoder.numerics.kernels, width: encoder.hiddenSize, skipped: skipped)
    self.projection = projection
    projectionScratch = (0..<self.threads).map { _ in
      FloatBuffer(count: projection?.scratchSize ?? 0)
    }
    let size = self.tokensPerBatch
    workspaces = (0..<self.threads).map { _ in
      encoder.makeWorkspace(tokens: size, longest: longest)
    }
    guard let lastLayer = layers.max() else { preconditionFailure("nothing is wanted") }
    let poolings = Set(keys.filter { $0.layer == lastLayer }.flatMap(\.pooling.poolings))
    self.lastLayer = lastLayer
    only =
      switch (lastLayer, poolings, skipped) {
      case _ where tokenLayer == lastLayer: nil
      case (1..., [.cls], 0): .first
      case (1..., [.lastToken], 0): .last
      default: nil
      }
  }

  /// Computes the features of every text.
  ///
  /// - Returns: one matrix [texts, width] a key, in the order of ``keys``; with ``tokenLayer`` one
  ///   more, [tokens, hiddenSize].
  /// - Throws: ``EncoderError`` for an id or a type outside the vocabularies, or a text too long.
  public func extract(_ texts: TokenBatch) throws -> [Matrix] {
    var matrices: [Matrix] = []
    var waiting: TokenBatch? = texts
    try extract(tokens: texts.tokenCount) {
      defer { waiting = nil }
      return waiting
    } write: { features in
      let widths = widths + [encoder.hiddenSize]
      matrices = zip(features, widths).map {
        Matrix(rows: $0.count / $1, columns: $1, storage: [Float]($0))
      }
    }
    return matrices
  }

  /// Computes the features of blocks of texts as they come, and hands them on in the same order.
  ///
  /// Reading, encoding and writing overlap: workers encode the next blocks while `write` runs. Both
  /// closures are called on the calling thread.
  ///
  /// - Parameters:
  ///   - tokens: how many tokens will come in all, nil where that is not known: batches get smaller
  ///     towards the end, or else towards each block's, so that no worker is left with a large one
  ///     alone.
  ///   - next: gives the next texts; none where they are still to come, which lets what came before
  ///     be written first; nil at the end.
  ///   - write: takes the features of the texts of one `next`: [texts, width] a key, and last, with
  ///     ``tokenLayer``, [tokens, hiddenSize].
  ///   - progress: called from any worker with the number of texts that became ready.
  /// - Throws: ``EncoderError``, and what the closures throw.
  public func extract(
    tokens: Int?, from next: () throws -> TokenBatch?,
    write: ([UnsafeBufferPointer<Float>]) throws -> Void,
    progress: @Sendable @escaping (Int) -> Void = { _ in }
  ) throws {
    try busy.withLock {
      try extractAlone(tokens: tokens, from: next, write: write, progress: progress)
    }
  }

  private func extractAlone(
    tokens: Int?, from next: () throws -> TokenBatch?,
    write: ([UnsafeBufferPointer<Float>]) throws -> Void,
    progress: @Sendable @escaping (Int) -> Void
  ) throws {
    let queue = BlockQueue()
    let group = try Workers.Group(threads) { [self] worker in
      while let (block, texts) = queue.next() {
        encode(block, texts, worker: worker)
        queue.finished(block)
        progress(texts.count)
      }
    }
    defer {
      queue.close()
      group.join()
    }
    var inFlight: [Block] = []
    func writeOldest() throws {
      let block = inFlight.removeFirst()
      queue.wait(for: block)
      try write(block.outputs.map { UnsafeBufferPointer(start: $0.pointer, count: $0.count) })
    }
    var remaining = tokens ?? 0
    var rows = 0
    while let texts = try next() {
      if texts.count == 0 {
        while !inFlight.isEmpty { try writeOldest() }
        continue
      }
      if tokens == nil { remaining = texts.tokenCount }
      try check(texts, firstRow: rows)
      let block = Block(
        texts, slices: slice(texts, &remaining), widths: widths,
        tokenWidth: tokenLayer.map { _ in encoder.hiddenSize })
      rows += texts.count
      inFlight.append(block)
      queue.push(block)
      if inFlight.count > Self.blocksAhead { try writeOldest() }
    }
    while !inFlight.isEmpty { try writeOldest() }
  }

  private func encode(_ block: Block, _ texts: Range<Int>, worker: Int) {
    let slice = TokenSlice(block.texts, texts: texts)
    let width = encoder.hiddenSize
    encoder.forward(slice, workspace: workspaces[worker], lastLayer: lastLayer, only: only) {
      layer, hidden in
      if layer == tokenLayer {
        (block.outputs[keys.count].pointer + slice.start * width)
          .update(from: hidden, count: slice.tokenCount * width)
      }
      for (view, key) in keys.enumerated() where key.layer == layer {
        var row = hidden
        for text in slice.texts {
          let count = slice.range(text).count
          let tokens = layer == lastLayer && only != nil ? min(count, 1) : count
          let out = block.outputs[view].pointer + text * widths[view]
          pool(out, row, tokens: tokens, key.pooling, projectionScratch[worker].pointer)
          if normalize { pooler.kernels.normalize(out, count: widths[view]) }
          row += tokens * width
        }
      }
    }
  }

  private func pool(
    _ out: UnsafeMutablePointer<Float>, _ hidden: UnsafePointer<Float>, tokens: Int,
    _ plan: PoolingPlan, _ scratch: UnsafeMutablePointer<Float>
  ) {
    guard plan.isProjected, let projection else {
      return pooler.pool(out, hidden, tokens: tokens, plan.poolings)
    }
    pooler.pool(scratch, hidden, tokens: tokens, plan.poolings)
    // A text that nothing was pooled of stays zeros: a bias alone would pass for a vector.
    guard tokens > pooler.skipped else {
      return out.update(repeating: 0, count: projection.outputs)
    }
    projection(out, scratch)
  }

  /// Consecutive texts of at most ``tokensPerBatch`` tokens together, fewer towards the end.
  private func slice(_ texts: TokenBatch, _ remaining: inout Int) -> [Range<Int>] {
    var slices: [Range<Int>] = []
    var start = 0
    func budget() -> Int {
      threads == 1
        ? tokensPerBatch
        : min(tokensPerBatch, max(Self.smallestBatch, remaining / (2 * threads)))
    }
    for text in 0..<texts.count
    where text > start && texts.offsets[text + 1] - texts.offsets[start] > budget() {
      slices.append(start..<text)
      remaining -= texts.offsets[text] - texts.offsets[start]
      start = text
    }
    if start < texts.count {
      slices.append(start..<texts.count)
      remaining -= texts.offsets[texts.count] - texts.offsets[start]
    }
    return slices
  }

  private func check(_ texts: TokenBatch, firstRow: Int) throws(EncoderError) {
    let ids = encoder.vocabularySize
    let types = encoder.typeVocabularySize
    let longest = min(encoder.maximumTokens ?? Int.max, longest)
    for text in 0..<texts.count {
      let range = texts.range(text)
      guard range.count <= longest else {
        throw .textTooLong(row: firstRow + text, tokens: range.count, maximum: longest)
      }
      for token in range {
        guard texts.ids[token] >= 0, Int(texts.ids[token]) < ids else {
          throw .idOutOfRange(
            row: firstRow + text, id: Int(texts.ids[token]), vocabularySize: ids)
        }
        guard Int(texts.types[token]) < types else {
          throw .typeOutOfRange(
            row: firstRow + text, type: Int(texts.types[token]), typeVocabularySize: types)
        }
      }
    }
  }
}

/// Token ids that an encoder cannot take. Rows count from the first text.
public enum EncoderError: Error, Equatable {
  case idOutOfRange(row: Int, id: Int, vocabularySize: Int)
  case typeOutOfRange(row: Int, type: Int, typeVocabularySize: Int)
  case textTooLong(row: Int, tokens: Int, maximum: Int)
}
