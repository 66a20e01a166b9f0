import Contracts
import Foundation
import Testing
import Tokenizers

/// Writes ids for Tests/Oracles/compare_tokenizer.py; runs only when FIRN_ORACLE_MODEL names a
/// model folder, FIRN_ORACLE_TEXTS a .jsonl file and FIRN_ORACLE_IDS where to write.
struct OracleRunTests {
  private static let environment = ProcessInfo.processInfo.environment

  private struct Row: Decodable {
    let text: String
  }

  @Test(.enabled(if: environment["FIRN_ORACLE_MODEL"] != nil))
  func writeIDs() throws {
    let model = try #require(Self.environment["FIRN_ORACLE_MODEL"])
    let input = try #require(Self.environment["FIRN_ORACLE_TEXTS"])
    let output = try #require(Self.environment["FIRN_ORACLE_IDS"])
    let maxLength = Self.environment["FIRN_ORACLE_MAX_LENGTH"].flatMap { Int($0) }

    let lines = try Data(contentsOf: URL(fileURLWithPath: input)).split(separator: 0x0A)
    let texts = try lines.map { Array(try JSONDecoder().decode(Row.self, from: $0).text.utf8) }
    let clock = ContinuousClock()
    let start = clock.now
    let tokenizer = try Tokenizer.load(folder: model)
    let loaded = clock.now
    var batch = TokenBatch()
    var scratch = Tokenizer.Scratch()
    for text in texts {
      text.withUnsafeBufferPointer {
        _ = tokenizer.encode(utf8: $0, maxLength: maxLength, into: &batch, scratch: &scratch)
      }
    }
    let seconds = (clock.now - loaded) / .seconds(1)
    let megabytes = Double(texts.reduce(0) { $0 + $1.count }) / 1e6
    print("load \(loaded - start), \(texts.count) texts, \(megabytes / seconds) MB/s, one thread")

    let rows = (0..<batch.count).map { row in
      batch.ids[batch.range(row)].map(String.init).joined(separator: " ")
    }
    try Data((rows.joined(separator: "\n") + "\n").utf8).write(to: URL(fileURLWithPath: output))
    #expect(batch.count == texts.count)
  }
}
