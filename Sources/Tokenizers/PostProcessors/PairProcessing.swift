/// BertProcessing and RobertaProcessing, which differ only for pairs of texts: cls, text, sep,
/// all of type 0.
///
/// Source: tokenizers/src/processors/bert.rs and roberta.rs of Hugging Face tokenizers 0.23.
struct PairProcessing: Decodable {
  private let cls: TokenAndID
  private let sep: TokenAndID

  var singleText: PostProcessor {
    PostProcessor(
      before: [PostProcessor.Special(id: cls.id, type: 0)],
      after: [PostProcessor.Special(id: sep.id, type: 0)])
  }

  /// `["[CLS]", 101]`.
  private struct TokenAndID: Decodable {
    let id: Int32

    init(from decoder: any Decoder) throws {
      var values = try decoder.unkeyedContainer()
      _ = try values.decode(String.self)
      id = try values.decode(Int32.self)
    }
  }
}
