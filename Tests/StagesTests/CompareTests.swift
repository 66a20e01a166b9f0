import Foundation
import Testing

/// firn-compare on runs of the sixty reviews: 12 test rows.
@Suite struct CompareTests {
  private let bench: Workbench

  init() throws {
    bench = try Workbench()
    // Encoded here, for the note of what it took lies in this bench's cache.
    try bench.prepare(through: .tokenize)
    for (stage, arguments, _) in Reviews.chain.dropFirst() {
      try #require(try bench.run(stage, arguments).status == 0)
    }
    try bench.succeed(.train, "tokens.h5", "--head", "tfidf", "-o", "tfidf")
    try bench.succeed(
      .train, "features.h5", "--head", "mlp", "-o", "mlp", "--seeds", "1,2", "--epochs", "3",
      "--train-sizes", "10,30")
  }

  private func comparison(_ folder: String = "report") throws -> [String: Any] {
    let json = try JSONSerialization.jsonObject(with: try bench.data("\(folder)/comparison.json"))
    return try #require(json as? [String: Any])
  }

  @Test func aReportSaysWhatTheRunsSay() throws {
    let outcome = try bench.succeed(
      .compare, "run", "mlp", "tfidf", "-o", "report", "--resamples", "1000", "--json")
    #expect(try outcome.json()["page"] as? String == "report/report.html")
    let comparison = try comparison()
    let contenders = try #require(comparison["contenders"] as? [[String: Any]])
    #expect(contenders.map { $0["name"] as? String } == ["run", "mlp", "tfidf"])
    #expect(contenders.map { $0["role"] as? String } == ["frozen", "frozen", "no encoder"])
    for (contender, run) in zip(contenders, ["run", "mlp", "tfidf"]) {
      let metrics = try #require(contender["metrics"] as? [String: Double])
      let json = try JSONSerialization.jsonObject(with: try bench.data("\(run)/metrics.json"))
      let own = try #require(json as? [String: Any])
      for (name, value) in metrics {
        #expect(value == own["test.\(name)"] as? Double, "\(run) \(name)")
      }
      let score = try #require((contender["scores"] as? [String: [String: Any]])?["accuracy"])
      let low = try #require(score["low"] as? Double)
      let high = try #require(score["high"] as? Double)
      #expect(low <= metrics["accuracy"] ?? 9 && high >= metrics["accuracy"] ?? -9)
      let cost = try #require(contender["cost"] as? [String: Any])
      #expect(try #require(cost["training_cpu_seconds"] as? Double) >= 0)
      #expect(try #require(cost["peak_memory_bytes"] as? Int) > 1 << 20)
      // The encoder's cost was noted when the features were made; tfidf needs none.
      #expect((cost["encoding_cpu_seconds"] is NSNumber) == (run != "tfidf"))
    }
    let seeds = (contenders[1]["scores"] as? [String: [String: Any]])?["accuracy"]
    #expect(seeds?["seeds"] as? Int == 2 && seeds?["sd"] is Double)
    // An mlp of the default 256 hidden units on 32 features.
    let cost = try #require(contenders[1]["cost"] as? [String: Any])
    #expect(try #require(cost["parameters_trained"] as? Int) > 1000)

    let pairs = try #require(comparison["pairs"] as? [[String: Any]])
    #expect(pairs.count == 3)
    for pair in pairs {
      let p = try #require(pair["p_value"] as? Double)
      let corrected = try #require(pair["p_value_holm"] as? Double)
      #expect(p <= corrected && corrected <= min(1, 3 * p + 1e-12))
    }
    for name in ["comparison.csv", "pairs.csv", "comparison.md", "report.html"] {
      #expect(try bench.text("report/\(name)").count > 100)
    }
    let page = try bench.text("report/report.html")
    #expect(page.contains("Is the frozen encoder enough here?"))
    for part in [
      "runs", "pairs", "cost", "learning", "map", "classes", "calibration", "rows", "data",
    ] {
      #expect(page.contains("<section id=\"\(part)\""), "\(part)")
    }
    // One file: nothing is loaded.
    for address in ["http://", "https://", "src=", "@import"] { #expect(!page.contains(address)) }
    #expect(!page.contains(bench.folder.path))
  }

  @Test func theSameRunsGiveTheSameBytesOnAnyThreadsAndNothingTwice() throws {
    let command = ["run", "mlp", "tfidf", "--resamples", "1000", "-o"]
    for (folder, threads) in [("one", "1"), ("three", "3")] {
      let outcome = try bench.run(.compare, command + [folder, "--threads", threads])
      #expect(outcome.status == 0, "\(outcome.standardError)")
    }
    for name in try FileManager.default.contentsOfDirectory(atPath: bench.url("one").path) {
      #expect(try bench.data("one/\(name)") == bench.data("three/\(name)"), "\(name)")
    }
    let before = try bench.snapshot()
    let again = try bench.run(.compare, command + ["one", "--json"])
    #expect(try again.json()["up_to_date"] as? Bool == true)
    #expect(try bench.snapshot() == before)
    let other = try bench.run(.compare, command + ["one", "--json", "--title", "Other"])
    #expect(try other.json()["up_to_date"] as? Bool == false)
  }

  @Test func seedsInFoldersOfTheirOwnAreOneContender() throws {
    for seed in ["5", "6"] {
      try bench.succeed(
        .train, "features.h5", "--head", "mlp", "-o", "seed\(seed)", "--seed", seed, "--epochs", "2"
      )
    }
    try bench.succeed(.compare, "seed5", "run", "seed6", "-o", "report", "--resamples", "1000")
    let contenders = try #require(try comparison()["contenders"] as? [[String: Any]])
    #expect(contenders.map { $0["name"] as? String } == ["seed5", "run"])
    let score = (contenders[0]["scores"] as? [String: [String: Any]])?["accuracy"]
    let values = try ["seed5", "seed6"].map { run in
      let json = try JSONSerialization.jsonObject(with: try bench.data("\(run)/metrics.json"))
      return try #require((json as? [String: Any])?["test.accuracy"] as? Double)
    }
    #expect(try #require(score?["mean"] as? Double) == (values[0] + values[1]) / 2)
  }

  @Test func filesThatAreElsewhereAreNamed() throws {
    for name in ["tokens.h5", "features.h5"] {
      try bench.write(try bench.data(name), to: "elsewhere/deep/\(name)")
      try bench.remove(name)
    }
    let without = try bench.succeed(.compare, "run", "-o", "report", "--resamples", "1000")
    #expect(without.standardError.contains("--features"))
    #expect(without.standardError.contains("--tokens"))
    #expect(!(try bench.text("report/report.html")).contains("<section id=\"map\""))
    try bench.succeed(
      .compare, "run", "-o", "report", "--resamples", "1000", "--features",
      "elsewhere/deep/features.h5", "--tokens", "elsewhere/deep/tokens.h5")
    #expect(try bench.text("report/report.html").contains("<section id=\"map\""))
  }

  @Test func otherKindsOfLabels() throws {
    let rows = (0..<60).map { row in
      "r\(row),\"\(Reviews.texts[row].replacingOccurrences(of: "\"", with: "\"\""))\","
        + "\(row % 2 == 0 ? "good" : "bad;dull"),\(Double(row % 7) / 2)"
    }
    try bench.write("id,text,tags,stars\n" + rows.joined(separator: "\n") + "\n", to: "kinds.csv")
    for (kind, options, heads) in [
      ("sets", ["--label-column", "tags", "--label-delimiter", ";"], ["logistic"]),
      ("numbers", ["--label-column", "stars", "--label-type", "number"], ["ridge", "mlp"]),
    ] {
      let split = ["--id-column", "id", "--test-size", "0.2", "--validation-size", "0.2"]
      _ = try bench.run(
        .tokenize,
        ["kinds.csv", "--model", Workbench.model, "-o", "\(kind)-t.h5"] + options + split)
      _ = try bench.run(
        .encode, ["\(kind)-t.h5", "--model", Workbench.model, "-o", "\(kind)-f.h5"])
      var runs: [String] = []
      for head in heads {
        runs.append("\(kind)-\(head)")
        let outcome = try bench.run(
          .train, ["\(kind)-f.h5", "--head", head, "-o", "\(kind)-\(head)"])
        try #require(outcome.status == 0, "\(outcome.standardError)")
      }
      let outcome = try bench.run(
        .compare, runs + ["-o", "\(kind)-report", "--resamples", "1000"])
      try #require(outcome.status == 0, "\(outcome.standardError)")
      let found = try comparison("\(kind)-report")
      #expect(found["criterion"] as? String == (kind == "sets" ? "subset_accuracy" : "r2"))
      let contenders = try #require(found["contenders"] as? [[String: Any]])
      let metrics = try #require(contenders[0]["metrics"] as? [String: Double])
      let json = try JSONSerialization.jsonObject(
        with: try bench.data("\(runs[0])/metrics.json"))
      for (name, value) in metrics {
        #expect(value == (json as? [String: Any])?["test.\(name)"] as? Double, "\(name)")
      }
    }
  }

  @Test func whatCannotBeComparedIsRefused() throws {
    // Another split: other test rows.
    try bench.succeed(
      .tokenize, "reviews.csv", "--model", Workbench.model, "-o", "other.h5", "--id-column", "id",
      "--test-size", "0.2", "--validation-size", "0.2", "--stratify", "--seed", "7")
    try bench.succeed(.train, "other.h5", "--head", "tfidf", "-o", "other")
    try bench.refuse(
      65, naming: "other test rows", "of run only", "of other only", by: .compare,
      ["run", "other", "-o", "report"])
    try bench.refuse(
      66, naming: "no run folder 'nothing'", by: .compare, ["run", "nothing", "-o", "report"])
    try bench.refuse(64, naming: "twice", by: .compare, ["run", "./run/", "-o", "report"])
    try bench.refuse(
      65, naming: "short-tokens.h5", "row 39", by: .compare,
      ["run", "-o", "report", "--tokens", try short()])
    let predictions = try bench.text("tfidf/predictions.csv")
    try bench.write(
      predictions.replacingOccurrences(of: ",0.", with: ",x."), to: "tfidf/predictions.csv")
    try bench.refuse(
      65, naming: "tfidf/predictions.csv", "probability_", by: .compare,
      ["run", "tfidf", "-o", "report"])
    // A folder that is not a report is not written over.
    try bench.refuse(73, naming: "mlp", by: .compare, ["run", "-o", "mlp"])
  }

  /// Rows without an id column are numbered: that two data sets have rows 0 to 59 says nothing.
  @Test func otherTextsUnderTheSameIdsAreRefused() throws {
    for (name, word) in [("one", "The"), ("two", "This")] {
      let rows = Reviews.texts.indices.map { row in
        let text = Reviews.texts[row].replacingOccurrences(of: "\"", with: "\"\"")
        return "\"\(word)\(text.dropFirst(3))\",\(Reviews.labels[row])"
      }
      try bench.write("text,label\n" + rows.joined(separator: "\n") + "\n", to: "\(name).csv")
      try bench.succeed(
        .tokenize, "\(name).csv", "--model", Workbench.model, "-o", "\(name)-tokens.h5",
        "--test-size", "0.2")
      try bench.succeed(
        .train, "\(name)-tokens.h5", "--head", "tfidf", "-o", "\(name)/tfidf")
    }
    try bench.refuse(
      65, naming: "two/tfidf", "other texts", by: .compare, ["one/tfidf", "two/tfidf", "-o", "r"])
    try bench.refuse(
      65, naming: "two-tokens.h5", "other texts", by: .compare,
      ["one/tfidf", "-o", "r", "--tokens", "two-tokens.h5"])
  }

  @Test func copiesAndRowsThatWereLearnedFromAreRefused() throws {
    try FileManager.default.copyItem(at: bench.url("run"), to: bench.url("copy"))
    try bench.refuse(64, naming: "copy", "a copy of run", by: .compare, ["run", "copy", "-o", "r"])
    try bench.succeed(
      .tokenize, "reviews.csv", "--model", Workbench.model, "-o", "all.h5", "--id-column", "id")
    try bench.succeed(.train, "all.h5", "--head", "tfidf", "-o", "all")
    try bench.refuse(65, naming: "all", "learned from", by: .compare, ["all", "-o", "r"])
  }

  /// A report that is up to date says as much to a program as one that is made.
  @Test func whatIsUpToDateIsSaidInFull() throws {
    let command = ["run", "tfidf", "-o", "report", "--resamples", "1000", "--json"]
    let made = try bench.run(.compare, command).json()
    let again = try bench.run(.compare, command).json()
    #expect(again["up_to_date"] as? Bool == true)
    #expect(again["page"] as? String == made["page"] as? String)
    for key in ["verdict", "contenders", "pairs"] {
      #expect(again[key] as? NSObject == made[key] as? NSObject, "\(key)")
    }
    try bench.remove("report/comparison.csv")
    #expect(try bench.run(.compare, command).json()["up_to_date"] as? Bool == false)
    #expect(bench.exists("report/comparison.csv"))
  }

  /// Seeds that two runs share count once; where nothing is random, there are none to count.
  @Test func everySeedCountsOnce() throws {
    try bench.succeed(
      .train, "features.h5", "--head", "mlp", "-o", "more", "--seeds", "2,3", "--epochs", "3",
      "--train-sizes", "10,30")
    try bench.succeed(.train, "features.h5", "-o", "seed7", "--seed", "7")
    try bench.succeed(
      .compare, "mlp", "more", "run", "seed7", "-o", "report", "--resamples", "1000")
    let contenders = try #require(try comparison()["contenders"] as? [[String: Any]])
    #expect(contenders.count == 2)
    let scores = contenders.map { ($0["scores"] as? [String: [String: Any]])?["accuracy"] }
    #expect(scores[0]?["seeds"] as? Int == 3)
    #expect((contenders[0]["seed_values"] as? [Double])?.count == 3)
    #expect(scores[1]?["seeds"] as? Int == 1 && !(scores[1]?["sd"] is Double))
  }

  /// An empty set and no set are two things: metrics are of the rows whose sets are known.
  @Test func rowsWithoutSetsAreLeftOut() throws {
    let rows = (0..<60).map { row in
      let tags = row % 5 == 0 ? "null" : row % 5 == 1 ? "[]" : "[\"a;b\", \"c\"]"
      return "{\"text\": \"\(row) good film\", \"label\": \(tags)}"
    }
    try bench.write(rows.joined(separator: "\n") + "\n", to: "sets.jsonl")
    try bench.succeed(
      .tokenize, "sets.jsonl", "--model", Workbench.model, "-o", "sets.h5", "--test-size", "0.4",
      "--label-type", "multi-label")
    try bench.succeed(.train, "sets.h5", "--head", "tfidf", "-o", "sets")
    try bench.succeed(.compare, "sets", "-o", "report", "--resamples", "1000")
    let metrics = try JSONSerialization.jsonObject(with: try bench.data("sets/metrics.json"))
    let rowsOfMetrics = try #require((metrics as? [String: Any])?["test.rows"] as? Int)
    #expect(rowsOfMetrics < 24)
    #expect(try comparison()["rows"] as? Int == rowsOfMetrics)
  }

  /// A tokens file of fewer rows.
  private func short() throws -> String {
    let lines = Reviews.csv.components(separatedBy: "\nr").prefix(40)
    try bench.write(lines.joined(separator: "\nr") + "\n", to: "short.csv")
    try bench.succeed(
      .tokenize, "short.csv", "--model", Workbench.model, "-o", "short-tokens.h5", "--id-column",
      "id")
    return "short-tokens.h5"
  }
}
