public import Contracts

extension Tokenizer {
  /// The working memory of one thread; it keeps its room from text to text.
  public struct Scratch: ~Copyable {
    var repaired = ByteBuffer()
    var normalization = NormalizerChain.Scratch()
    var preTokenization: [PreTokenizerChain.Buffer] = []
    var model = ModelScratch()
    var ids: [Int32] = []

    public init() {}
  }

  /// Encodes one text, cut to `maxLength` tokens with the special tokens included; nil cuts
  /// nothing.
  ///
  /// - Precondition: `validate(maxLength:)` accepts `maxLength`.
  public func encode(_ text: String, maxLength: Int? = nil) -> Encoding {
    var batch = TokenBatch()
    var scratch = Scratch()
    var text = text
    let fullCount = text.withUTF8 {
      encode(utf8: $0, maxLength: maxLength, into: &batch, scratch: &scratch)
    }
    return Encoding(ids: batch.ids, types: batch.types, fullCount: fullCount)
  }

  /// Encodes one text and appends it to a batch.
  ///
  /// Tokens beyond `maxLength` are cut off the text's end, or its beginning where the model's files
  /// say so; the special tokens stay (transformers' `truncation=True`). Ill-formed bytes count as U+FFFD.
  ///
  /// - Parameters:
  ///   - text: UTF-8.
  ///   - maxLength: where to cut, special tokens included; nil does not cut.
  ///   - batch: gets the text as its last one.
  ///   - scratch: the calling thread's working memory.
  /// - Returns: the number of tokens without truncation, special tokens included; the text was
  ///   truncated when `maxLength` is smaller.
  /// - Precondition: `validate(maxLength:)` accepts `maxLength`.
  /// - Complexity: O(bytes), with nothing allocated once `scratch` and `batch` have their room.
  @discardableResult
  public func encode(
    utf8 text: UnsafeBufferPointer<UInt8>, maxLength: Int?, into batch: inout TokenBatch,
    scratch: inout Scratch
  ) -> Int {
    precondition(maxLength.map { $0 >= specialTokenCount } ?? true, "no room for special tokens")
    prepare(&scratch)
    let text = repaired(text, &scratch)
    if rawTokens.isEmpty {
      encodeStretch(text, isFirst: true, &scratch)
    } else {
      rawTokens.split(text) { stretch, id in
        if let id {
          scratch.ids.append(id)
        } else {
          encodeStretch(stretch, isFirst: stretch.baseAddress == text.baseAddress, &scratch)
        }
      }
    }
    let fullCount = scratch.ids.count + specialTokenCount
    let kept = min(fullCount, maxLength ?? fullCount) - specialTokenCount
    append(truncatesLeft ? scratch.ids.suffix(kept) : scratch.ids.prefix(kept), to: &batch)
    return fullCount
  }

  private func prepare(_ scratch: inout Scratch) {
    scratch.ids.removeAll(keepingCapacity: true)
    scratch.model.prepare(for: identity)
    while scratch.preTokenization.count < preTokenizer.steps.count {
      scratch.preTokenization.append(PreTokenizerChain.Buffer())
    }
  }

  /// The text itself, or with U+FFFD for each ill-formed byte.
  private func repaired(
    _ text: UnsafeBufferPointer<UInt8>, _ scratch: inout Scratch
  ) -> UnsafeBufferPointer<UInt8> {
    if UTF8Scalar.isWellFormed(text) { return text }
    scratch.repaired.removeAll()
    var position = 0
    while position < text.count {
      scratch.repaired.append(scalar: UTF8Scalar.decode(text, &position))
    }
    return scratch.repaired.bytes
  }

  /// Normalizes a stretch between added tokens and encodes it; `isFirst` says whether the whole text
  /// begins there.
  private func encodeStretch(
    _ stretch: UnsafeBufferPointer<UInt8>, isFirst: Bool, _ scratch: inout Scratch
  ) {
    let text = normalizer.normalize(
      stretch, scratch: &scratch.normalization,
      watchesBeginning: isFirst && preTokenizer.watchesBeginning)
    let isFirst = isFirst && !scratch.normalization.hasDroppedBeginning
    if normalizedTokens.isEmpty {
      encodeNormalized(text, isFirst: isFirst, &scratch)
    } else {
      normalizedTokens.split(text) { piece, id in
        if let id {
          scratch.ids.append(id)
        } else {
          encodeNormalized(
            piece, isFirst: isFirst && piece.baseAddress == text.baseAddress, &scratch)
        }
      }
    }
  }

  private func encodeNormalized(
    _ text: UnsafeBufferPointer<UInt8>, isFirst: Bool, _ scratch: inout Scratch
  ) {
    if let bert = preTokenizer.onlyBert, case .wordPiece(let wordPiece) = model {
      // The general way below would cost this pair, the most frequent one, a third of its speed.
      bert.forEachWord(of: text) { wordPiece.tokenize($0, into: &scratch.ids) }
      return
    }
    let isSpelled = !preTokenizer.leavesBytesToModel
    preTokenizer.forEachWord(
      of: text, isFirst: isFirst, buffers: scratch.preTokenization
    ) { word in
      model.tokenize(word, isSpelled: isSpelled, scratch: &scratch.model, into: &scratch.ids)
    }
  }

  private func append(_ ids: ArraySlice<Int32>, to batch: inout TokenBatch) {
    for special in postProcessor.before {
      batch.ids.append(special.id)
      batch.types.append(special.type)
    }
    batch.ids.append(contentsOf: ids)
    batch.types.append(contentsOf: repeatElement(postProcessor.textType, count: ids.count))
    for special in postProcessor.after {
      batch.ids.append(special.id)
      batch.types.append(special.type)
    }
    batch.offsets.append(batch.ids.count)
  }
}
