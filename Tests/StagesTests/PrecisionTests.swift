import Foundation
import Testing

/// `--precision int8` from the encoder to predictions.
@Suite struct PrecisionTests {
  @Test func aRunRemembersItsPrecision() throws {
    let bench = try Workbench()
    try bench.prepare(through: .encode)
    let float = try bench.data("features.h5")
    let encoded = try bench.run(.encode, Reviews.encoding + ["--precision", "int8", "--json"])
    #expect(try encoded.json()["precision"] as? String == "int8")
    #expect(try encoded.json()["up_to_date"] as? Bool == false)
    #expect(try bench.data("features.h5") != float)
    #expect(try bench.run(.train, Reviews.training).status == 0)
    let records = try bench.text("run/predictions.csv").split(separator: "\n").dropFirst()
      .map { $0.split(separator: ",").map(String.init) }
    let predicted = try bench.run(.predict, ["run"] + Reviews.texts + ["--json"])
    let found = try #require(predicted.json()["predictions"] as? [[String: Any]])
    #expect(found.count == records.count)
    for (prediction, record) in zip(found, records) {
      let shares = try #require(prediction["probabilities"] as? [String: Double])
      // JSONSerialization may round the last bit.
      #expect(abs(try #require(shares["positive"]) - Double(record[5])!) < 1e-12)
    }
    // Back to float32: another precision is another setting, and the bytes are those of before.
    let again = try bench.run(.encode, Reviews.encoding)
    #expect(again.status == 0 && !again.standardError.contains("up to date"))
    #expect(try bench.data("features.h5") == float)
  }

  /// Firn 0.1 had no precision in a run's config; such a run is float32.
  @Test func aRunWithoutPrecisionIsFloat32() throws {
    let bench = try Workbench()
    try bench.prepare(through: .train)
    let new = try bench.run(.predict, ["run", "a great film", "--proba"])
    let head = try bench.text("run/head.json")
    let old = head.replacingOccurrences(of: ",\\\"precision\\\":\\\"float32\\\"", with: "")
    try #require(old != head)
    try bench.write(old, to: "run/head.json")
    let found = try bench.run(.predict, ["run", "a great film", "--proba"])
    #expect(found.status == 0 && found.standardOutput == new.standardOutput)
  }

  @Test func anUnknownPrecisionIsRefused() throws {
    let bench = try Workbench()
    try bench.prepare(through: .tokenize)
    let outcome = try bench.run(.encode, Reviews.encoding + ["--precision", "int4"])
    #expect(outcome.status == 64 && outcome.standardError.contains("--precision"))
    #expect(!bench.exists("features.h5"))
  }
}
