import Safetensors
import Vectorizers

extension TfidfVectorizer {
  private enum Name {
    static let vocabulary = "vocabulary"
    static let frequencies = "idf"
  }

  /// `vocabulary`, the terms in UTF-8 with a newline after each, and `idf` [terms] in float64.
  var tensors: [SafetensorsWriter.Tensor] {
    let bytes = vocabulary.flatMap { Array($0.utf8) + [UInt8(ascii: "\n")] }
    return [
      SafetensorsWriter.Tensor(
        name: Name.vocabulary, shape: [bytes.count], values: .uint8(bytes)),
      SafetensorsWriter.Tensor(
        name: Name.frequencies, shape: [inverseFrequencies.count],
        values: .float64(inverseFrequencies)),
    ]
  }

  /// Puts a vectorizer together again; `path` is that of head.json.
  init(
    _ configuration: Configuration, width: Int, tensors: SafetensorsFile, path: String
  ) throws(HeadError) {
    guard configuration.isValid else { throw .inconsistent(path: path, field: "vectorizer") }
    let frequencies = try tensors.checked(Name.frequencies, [width])
    let terms: [String]
    do throws(SafetensorsError) {
      terms = try tensors.bytes(Name.vocabulary).split(
        separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false
      ).dropLast().map { String(decoding: $0, as: UTF8.self) }
    } catch {
      throw .weights(error)
    }
    guard terms.count == width,
      let vectorizer = TfidfVectorizer(
        configuration: configuration, vocabulary: terms, inverseFrequencies: frequencies)
    else { throw .inconsistent(path: tensors.path, field: Name.vocabulary) }
    self = vectorizer
  }
}
