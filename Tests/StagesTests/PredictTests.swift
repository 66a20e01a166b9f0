import Foundation
import Testing

/// firn-predict on the run of the sixty reviews.
@Suite struct PredictTests {
  private struct Summary: Decodable {
    struct Prediction: Decodable {
      let label: String
      let probabilities: [String: Double]
    }
    let predictions: [Prediction]
  }

  /// A text alone or among others, cached or encoded anew, has the same probabilities to the bit.
  @Test func trainingTextsArePredictedAsInTheRun() throws {
    let bench = try Workbench()
    try bench.prepare(through: .train)
    let records = try bench.text("run/predictions.csv").split(separator: "\n").dropFirst()
      .map { $0.split(separator: ",").map(String.init) }
    let outcome = try bench.run(.predict, ["run"] + Reviews.texts + ["--json"])
    // Not JSONSerialization: it rounds the last bit of some numbers.
    let found = try JSONDecoder().decode(Summary.self, from: Data(outcome.standardOutput.utf8))
      .predictions
    try #require(found.count == Reviews.count && records.count == Reviews.count)
    for (prediction, record) in zip(found, records) {
      #expect(prediction.label == record[3])
      #expect(prediction.probabilities["negative"] == Double(record[4]))
      #expect(prediction.probabilities["positive"] == Double(record[5]))
    }
  }

  @Test func argumentsAndStandardInputAgree() throws {
    let bench = try Workbench()
    try bench.prepare(through: .train)
    let texts = ["a great film", "an awful, boring plot", ""]
    let given = try bench.run(.predict, ["run"] + texts + ["--proba"])
    // The last line without its end, the second with CRLF.
    let piped = try bench.run(
      .predict, ["run", "-", "--proba"],
      input: Data("a great film\nan awful, boring plot\r\n\n".utf8))
    #expect(given.status == 0 && piped.status == 0)
    #expect(given.standardOutput == piped.standardOutput)
    let lines = given.standardOutput.split(separator: "\n").map { $0.split(separator: "\t") }
    #expect(lines.count == 3)
    for line in lines {
      let shares = line.dropFirst().compactMap { $0.split(separator: "=").last }
        .compactMap { Double($0) }
      // Two numbers of six decimals, each rounded by at most half a unit of the last.
      #expect(shares.count == 2 && abs(shares.reduce(0, +) - 1) <= 1e-6)
      #expect(line[0] == (shares[0] > shares[1] ? "negative" : "positive"))
    }
    let plain = try bench.run(.predict, ["run"] + texts)
    #expect(plain.standardOutput.split(separator: "\n") == lines.map { $0[0] })
  }

  @Test func textsThatAreCutAreTold() throws {
    let bench = try Workbench()
    try bench.prepare(through: .train)
    let long = String(repeating: "good film ", count: 300)
    for arguments in [["run", long], ["run", "--json", long]] {
      let outcome = try bench.run(.predict, arguments + ["--model", Workbench.model])
      #expect(outcome.status == 0)
      #expect(outcome.standardError.contains("1 text"), "\(outcome.standardError)")
    }
    let found = try bench.run(.search, ["features.h5", long, "--model", Workbench.model])
    #expect(found.standardError.contains("cut at max-length"), "\(found.standardError)")
  }

  @Test func inputThatIsNotUTF8IsRefused() throws {
    let bench = try Workbench()
    try bench.prepare(through: .train)
    let outcome = try bench.run(
      .predict, ["run", "-"], input: Data("fine\n".utf8) + Data([0xE9, 0x0A]))
    #expect(outcome.status == 65)
    #expect(outcome.standardError.contains("standard input:2"))
  }

  @Test func anotherModelIsRefused() throws {
    let bench = try Workbench()
    try bench.prepare(through: .train)
    try bench.writeTamperedModel(named: "other")
    try bench.refuse(
      65, naming: "the model of other", "run", by: .predict,
      ["run", "text", "--model", "other"])
  }

  /// The model is found by its digest: one of the same name in its place is not taken.
  @Test func aChangedModelIsNotFound() throws {
    let bench = try Workbench()
    try bench.prepare(through: .train)
    try bench.writeTamperedModel(named: Workbench.model)
    try bench.refuse(66, naming: Workbench.model, "--model", by: .predict, ["run", "text"])
  }

  @Test func aFolderThatIsNoRunIsRefused() throws {
    let bench = try Workbench()
    try bench.refuse(66, naming: Workbench.model, by: .predict, [Workbench.model, "text"])
    try bench.refuse(66, naming: "nowhere", by: .predict, ["nowhere", "text"])
  }

  @Test func noTextIsAFaultOfUse() throws {
    let bench = try Workbench()
    try bench.prepare(through: .train)
    try bench.refuse(64, naming: "standard input", by: .predict, ["run"])
  }
}

extension Workbench {
  /// Writes a model of the same shape whose last weight is another.
  func writeTamperedModel(named name: String) throws {
    var weights = try data("\(Self.model)/model.safetensors")
    weights[weights.count - 2] ^= 1
    for file in ["config.json", "vocab.txt"] {
      try write(try data("\(Self.model)/\(file)"), to: "\(name)/\(file)")
    }
    try write(weights, to: "\(name)/model.safetensors")
  }
}
