import Foundation
import Testing

/// Fixtures/expected.json: texts and the ids that Hugging Face tokenizers gives for them, written
/// by Tests/Oracles/make_tokenizer_fixtures.py.
struct Expected: Decodable {
  /// One tokenizer with one maximal length over the first texts.
  struct Case: Decodable, Sendable, CustomTestStringConvertible {
    let folder: String
    let maxLength: Int?
    private let ids: [String]
    private let types: String

    var rows: [[Int32]] { ids.map(numbers) }
    /// The types of text 4.
    var typesOfText4: [UInt8] { numbers(types) }
    var testDescription: String { "\(folder), max-length \(maxLength.map(String.init) ?? "none")" }
  }

  /// vocab.txt with one tokenizer_config.json over the first texts.
  struct VocabularyFile: Decodable, Sendable, CustomTestStringConvertible {
    let config: String
    private let ids: [String]

    var rows: [[Int32]] { ids.map(numbers) }
    var testDescription: String { config }
  }

  let texts: [String]
  let cases: [Case]
  let vocabularyFiles: [VocabularyFile]

  static let shared: Result<Expected, any Error> = Result {
    try JSONDecoder().decode(Expected.self, from: try Data(contentsOf: fixture("expected.json")))
  }

  static func fixture(_ name: String) -> URL {
    Bundle.module.bundleURL.appendingPathComponent("Fixtures").appendingPathComponent(name)
  }
}

private func numbers<Number: FixedWidthInteger>(_ line: String) -> [Number] {
  line.split(separator: " ").compactMap { Number($0) }
}

/// A model folder that is gone when the test is over.
final class TemporaryFolder {
  let path: String

  init(_ files: [String: String]) throws {
    let url = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    path = url.path
    for (name, content) in files {
      try Data(content.utf8).write(to: url.appendingPathComponent(name))
    }
  }

  deinit {
    try? FileManager.default.removeItem(atPath: path)
  }
}
