import Contracts
import Encoders
import Kernels
import Safetensors
import Testing

struct InvarianceTests {
  static let keys = [
    FeatureKey(layer: 2, pooling: .mean), FeatureKey(layer: 1, pooling: .max),
    FeatureKey(layer: 0, pooling: .cls),
  ]

  /// Rows of the fixture alone, in any batch, in any order, on any number of threads.
  @Test(arguments: [1, 2, 5], [40, 64, 1024])
  func sameBits(threads: Int, tokensPerBatch: Int) throws {
    let reference = try ReferenceModel("bert")
    let kernels = try KernelSet.selected()
    var many = TokenBatch()
    let order = (0..<200).map { ($0 * 31 + $0 / 7) % reference.batch.count }
    for text in order {
      let range = reference.batch.range(text)
      many.append(ids: reference.batch.ids[range], types: reference.batch.types[range])
    }
    let extractor = try reference.extractor(
      kernels: kernels, keys: Self.keys, threads: threads, tokensPerBatch: tokensPerBatch)
    let together = try extractor.extract(many)
    let single = try reference.extractor(kernels: kernels, keys: Self.keys, tokensPerBatch: 40)
    for text in 0..<reference.batch.count {
      let range = reference.batch.range(text)
      let alone = try single.extract(
        TokenBatch(
          ids: Array(reference.batch.ids[range]), types: Array(reference.batch.types[range]),
          offsets: [0, range.count]))
      for (row, source) in order.enumerated() where source == text {
        for key in Self.keys.indices {
          #expect(together[key][row: row].elementsEqual(alone[key][row: 0]))
        }
      }
    }
  }

  /// Every architecture: each text among others has the bits that it has alone, where the tables of
  /// places are those of a shorter longest text.
  @Test(arguments: ParityTests.models, Precision.allCases)
  func everyArchitectureKeepsTheBits(model: String, precision: Precision) throws {
    let reference = try ReferenceModel(model)
    let kernels = try KernelSet.selected()
    let last = try reference.layerCount()
    let keys = (0...last).map { FeatureKey(layer: $0, pooling: $0 == last ? .mean : .max) }
    let together = try reference.extractor(
      kernels: kernels, keys: keys, threads: 2, tokensPerBatch: 150, precision: precision
    ).extract(reference.batch)
    let encoder = try EncoderLoader.load(
      reference.folder, Numerics(kernels: kernels, precision: precision))
    for text in 0..<reference.batch.count {
      let range = reference.batch.range(text)
      let extractor = FeatureExtractor(
        encoder: encoder, keys: keys, normalize: false, threads: 1, longest: range.count,
        tokensPerBatch: range.count)
      let alone = try extractor.extract(
        TokenBatch(
          ids: Array(reference.batch.ids[range]), types: Array(reference.batch.types[range]),
          offsets: [0, range.count]))
      for key in keys.indices {
        #expect(together[key][row: text].elementsEqual(alone[key][row: 0]))
      }
    }
  }

  /// The hidden states of every token are transformers' own at each layer, beside any pooling, and
  /// have the bits that they have alone, in any batch, in any order, on any number of threads.
  @Test(arguments: ParityTests.models, Precision.allCases)
  func tokenFeaturesKeepTheBits(model: String, precision: Precision) throws {
    let reference = try ReferenceModel(model)
    let encoder = try EncoderLoader.load(
      reference.folder, Numerics(kernels: try .selected(), precision: precision))
    let width = encoder.hiddenSize
    let count = reference.batch.count
    // A text without tokens among them, and each text at two places.
    let order = Array(0..<count) + [count] + (0..<count).map { ($0 * 3 + 1) % count }
    var texts = TokenBatch()
    for text in order {
      let range = text < count ? reference.batch.range(text) : 0..<0
      texts.append(ids: reference.batch.ids[range], types: reference.batch.types[range])
    }
    for layer in 0...encoder.layerCount {
      func extractor(threads: Int, tokensPerBatch: Int, keys: [FeatureKey]) -> FeatureExtractor {
        FeatureExtractor(
          encoder: encoder, keys: keys, normalize: true, threads: threads,
          longest: reference.longest, tokensPerBatch: tokensPerBatch, tokenLayer: layer)
      }
      // cls alone would reduce the last layer to one token of each text.
      let expected = try extractor(
        threads: 1, tokensPerBatch: 1024, keys: [.init(layer: layer, pooling: .cls)]
      ).extract(texts)[1]
      for (threads, batch) in [(1, 1), (2, 150), (5, 64)] {
        let keys: [FeatureKey] = threads == 1 ? [] : [.init(layer: 0, pooling: .mean)]
        let found = try extractor(threads: threads, tokensPerBatch: batch, keys: keys)
          .extract(texts)
        #expect(found[keys.count] == expected)
      }
      if precision == .float32 {
        let wanted = try reference.expected.floats("hidden.\(layer)")
        let first = Array(expected.storage.prefix(wanted.count))
        #expect(ParityTests.relativeError(first, wanted) < 1e-5)
      }
      for (place, text) in order.enumerated().dropFirst(count + 1) {
        let (a, b) = (texts.range(place), texts.range(text))
        #expect(
          expected.storage[a.lowerBound * width..<a.upperBound * width]
            == expected.storage[b.lowerBound * width..<b.upperBound * width])
      }
    }
  }

  /// XLNet's tables of distances grow with the texts, while other workers use the smaller ones; texts have
  /// more tokens than scores are made of at a time.
  @Test(arguments: [1, 3])
  func growingTablesKeepTheBits(threads: Int) throws {
    let reference = try ReferenceModel("xlnet")
    let kernels = try KernelSet.selected()
    let keys = [FeatureKey(layer: 1, pooling: .max), FeatureKey(layer: 2, pooling: .mean)]
    var random = SystemlessGenerator(state: 5)
    var texts = TokenBatch()
    for length in [7, 64, 65, 30, 150, 9, 300, 129, 0, 50] {
      texts.append(
        ids: (0..<length).map { _ in Int32(random.next() % 100) },
        types: (0..<length).map { _ in UInt8(random.next() % 2) })
    }
    func extractor(threads: Int) throws -> FeatureExtractor {
      FeatureExtractor(
        encoder: try EncoderLoader.load(reference.folder, Numerics(kernels: kernels)), keys: keys,
        normalize: false, threads: threads, longest: 300, tokensPerBatch: 300)
    }
    let together = try extractor(threads: threads).extract(texts)
    for text in 0..<texts.count {
      let range = texts.range(text)
      let alone = try extractor(threads: 1).extract(
        TokenBatch(
          ids: Array(texts.ids[range]), types: Array(texts.types[range]),
          offsets: [0, range.count]))
      for key in keys.indices {
        #expect(together[key][row: text].elementsEqual(alone[key][row: 0]))
      }
    }
  }

  @Test
  func textWithoutTokensIsZeros() throws {
    let reference = try ReferenceModel("bert")
    let extractor = try reference.extractor(kernels: try .selected(), keys: Self.keys)
    let found = try extractor.extract(
      TokenBatch(ids: [5, 6], types: [0, 0], offsets: [0, 0, 2, 2]))
    for matrix in found {
      #expect(matrix[row: 0].allSatisfy { $0 == 0 } && matrix[row: 2].allSatisfy { $0 == 0 })
      #expect(!matrix[row: 1].allSatisfy { $0 == 0 })
    }
  }

  @Test
  func idsOutsideTheVocabularyAreRefused() throws {
    let reference = try ReferenceModel("bert")
    let extractor = try reference.extractor(kernels: try .selected(), keys: Self.keys)
    #expect(throws: EncoderError.idOutOfRange(row: 1, id: 120, vocabularySize: 120)) {
      try extractor.extract(TokenBatch(ids: [5, 120], types: [0, 0], offsets: [0, 1, 2]))
    }
    #expect(throws: EncoderError.typeOutOfRange(row: 0, type: 2, typeVocabularySize: 2)) {
      try extractor.extract(TokenBatch(ids: [5], types: [2], offsets: [0, 1]))
    }
  }

  /// Thousands of rows with lengths spread like sentences and like cut articles, in blocks as a file
  /// is read, in two precisions: the bits of every row are those that it has alone.
  @Test(arguments: Precision.allCases, [1, 2, 5])
  func sameBitsOverThousandsOfRows(precision: Precision, threads: Int) throws {
    let reference = try ReferenceModel("bert")
    let kernels = try KernelSet.selected()
    var random = SystemlessGenerator(state: 17)
    var texts = TokenBatch()
    for row in 0..<3000 {
      // Sentences have some 8 tokens here, articles nearly all 40.
      let length = row % 2 == 0 ? Int(random.next() % 15) : 40 - Int(random.next() % 3)
      texts.append(
        ids: (0..<length).map { _ in Int32(random.next() % 120) },
        types: (0..<length).map { _ in UInt8(random.next() % 2) })
    }
    let single = try reference.extractor(
      kernels: kernels, keys: Self.keys, tokensPerBatch: 40, precision: precision)
    let alone = try rows(of: single, texts, blocks: [1])
    let extractor = try reference.extractor(
      kernels: kernels, keys: Self.keys, threads: threads, tokensPerBatch: 300,
      precision: precision)
    let together = try rows(of: extractor, texts, blocks: [700, 1, 450, 2])
    #expect(together == alone)
  }

  /// What cls or lasttoken alone gives by the reduced last layer, and among other poolings by the
  /// whole one.
  @Test(arguments: [Pooling.cls, .lastToken], ParityTests.models)
  func reducedLastLayerKeepsTheBits(pooling: Pooling, model: String) throws {
    for precision in Precision.allCases {
      try reducedLastLayerKeepsTheBits(pooling, model, precision)
    }
  }

  private func reducedLastLayerKeepsTheBits(
    _ pooling: Pooling, _ model: String, _ precision: Precision
  ) throws {
    let reference = try ReferenceModel(model)
    let kernels = try KernelSet.selected()
    let last = try reference.layerCount()
    let key = FeatureKey(layer: last, pooling: pooling)
    var texts = reference.batch
    texts.append(ids: [], types: [])
    texts.append(ids: [3, 4, 5], types: [0, 0, 0])
    let reduced = try reference.extractor(
      kernels: kernels, keys: [key, FeatureKey(layer: 1, pooling: .mean)], precision: precision)
    let whole = try reference.extractor(
      kernels: kernels, keys: [key, FeatureKey(layer: last, pooling: .mean)], precision: precision)
    #expect(try reduced.extract(texts)[0].storage == whole.extract(texts)[0].storage)
  }

  /// An error while reading or writing ends the workers and is passed on; nothing waits for ever.
  @Test(arguments: [1, 3])
  func errorsOfTheClosuresAreThrown(threads: Int) throws {
    struct Fault: Error {}
    let reference = try ReferenceModel("bert")
    let extractor = try reference.extractor(
      kernels: try .selected(), keys: Self.keys, threads: threads, tokensPerBatch: 64)
    var given = 0
    #expect(throws: Fault.self) {
      try extractor.extract(tokens: 10_000) {
        given += 1
        if given == 5 { throw Fault() }
        return reference.batch
      } write: { _ in
      }
    }
    #expect(throws: Fault.self) {
      try extractor.extract(tokens: 10_000) {
        reference.batch
      } write: { _ in
        throw Fault()
      }
    }
  }

  private func rows(
    of extractor: FeatureExtractor, _ texts: TokenBatch, blocks: [Int]
  ) throws -> [[Float]] {
    var rows: [[Float]] = []
    let width = extractor.encoder.hiddenSize
    var start = 0
    var turn = 0
    try extractor.extract(tokens: texts.tokenCount) {
      guard start < texts.count else { return nil }
      var block = TokenBatch()
      for text in start..<min(texts.count, start + blocks[turn % blocks.count]) {
        let range = texts.range(text)
        block.append(ids: texts.ids[range], types: texts.types[range])
      }
      start += block.count
      turn += 1
      return block
    } write: { views in
      for row in 0..<views[0].count / width {
        rows.append(views.flatMap { Array($0[row * width..<(row + 1) * width]) })
      }
    }
    return rows
  }
}

/// The same numbers in every run.
private struct SystemlessGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return state >> 33
  }
}
