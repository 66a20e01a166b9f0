public import Contracts

extension Tokenizer {
  /// The working memory of one thread; it keeps its room from text to text.
  public struct Scratch: ~Copyable {
    var normalized = ByteBuffer()
    var marks = CanonicalOrdering()
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
  /// Tokens beyond `maxLength` are cut off the text's end, the special tokens stay (transformers'
  /// `truncation=True`). Ill-formed bytes count as U+FFFD.
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
    scratch.ids.removeAll(keepingCapacity: true)
    if rawTokens.isEmpty {
      encodeStretch(text, &scratch)
    } else {
      rawTokens.split(text) { stretch, id in
        if let id { scratch.ids.append(id) } else { encodeStretch(stretch, &scratch) }
      }
    }
    let fullCount = scratch.ids.count + specialTokenCount
    let kept = min(fullCount, maxLength ?? fullCount) - specialTokenCount
    append(scratch.ids.prefix(kept), to: &batch)
    return fullCount
  }

  /// Normalizes a stretch between added tokens and encodes it.
  private func encodeStretch(_ stretch: UnsafeBufferPointer<UInt8>, _ scratch: inout Scratch) {
    var text = stretch
    if let normalizer {
      scratch.normalized.removeAll()
      normalizer.normalize(stretch, into: &scratch.normalized, marks: &scratch.marks)
      text = scratch.normalized.bytes
    }
    if normalizedTokens.isEmpty {
      encodeNormalized(text, into: &scratch.ids)
    } else {
      normalizedTokens.split(text) { piece, id in
        if let id { scratch.ids.append(id) } else { encodeNormalized(piece, into: &scratch.ids) }
      }
    }
  }

  private func encodeNormalized(_ text: UnsafeBufferPointer<UInt8>, into ids: inout [Int32]) {
    if let preTokenizer {
      preTokenizer.forEachWord(of: text) { model.tokenize($0, into: &ids) }
    } else if !text.isEmpty {
      model.tokenize(text, into: &ids)
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
