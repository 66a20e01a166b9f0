import Foundation

/// Sixty reviews of two classes, made by rule, and the chain of stages over them.
enum Reviews {
  static let count = 60

  static let texts: [String] = (0..<count).map { row in
    let noun = ["film", "movie", "story", "plot", "actor"][row % 5]
    let good = ["good", "great", "fine", "wonderful", "lovely"][row / 2 % 5]
    let bad = ["bad", "poor", "dull", "awful", "boring"][row / 2 % 5]
    let end = ["!", ".", ", and I loved it", ", but too \"long\"", "\nnever seen"][row / 3 % 5]
    return "The \(noun) was \(row % 2 == 0 ? good : bad)\(end)"
  }

  static let labels = (0..<count).map { $0 % 2 == 0 ? "positive" : "negative" }

  static var csv: String {
    "id,text,label\n"
      + texts.indices.map { row in
        let text = texts[row].replacingOccurrences(of: "\"", with: "\"\"")
        return "r\(row),\"\(text)\",\(labels[row])\n"
      }.joined()
  }

  static let tokenizing = [
    "reviews.csv", "--model", Workbench.model, "-o", "tokens.h5", "--id-column", "id",
    "--test-size", "0.2", "--validation-size", "0.2", "--stratify",
  ]
  static let encoding = [
    "tokens.h5", "--model", Workbench.model, "-o", "features.h5", "--layers", "-1,0",
    "--pooling", "mean,cls",
  ]
  static let training = ["features.h5", "-o", "run"]

  /// The stages that write, in their order, with what they write.
  static let chain: [(stage: StageName, arguments: [String], output: String)] = [
    (.tokenize, tokenizing, "tokens.h5"), (.encode, encoding, "features.h5"),
    (.train, training, "run"),
  ]
}

extension Workbench {
  /// The whole chain, run once; a stage's bytes depend on nothing else, so that tests may begin
  /// with a copy. ``ChainTests`` runs the stages themselves.
  private static let finished = Result {
    let bench = try Workbench()
    try bench.write(Reviews.csv, to: "reviews.csv")
    for (stage, arguments, _) in Reviews.chain {
      let outcome = try bench.run(stage, arguments)
      guard outcome.status == 0 else {
        throw ChainFailed(stage: stage, message: outcome.standardError)
      }
    }
    return bench
  }

  /// Puts the corpus in place and what every stage up to `last`, that one included, makes of it.
  func prepare(through last: StageName) throws {
    let source = try Self.finished.get()
    let index = Reviews.chain.firstIndex { $0.stage == last } ?? Reviews.chain.endIndex - 1
    let later = Reviews.chain[(index + 1)...].map(\.output)
    for entry in try FileManager.default.contentsOfDirectory(atPath: source.folder.path)
    where !later.contains(entry) && !exists(entry) {
      try FileManager.default.copyItem(at: source.url(entry), to: url(entry))
    }
  }
}

/// A stage of the chain that all tests begin with did not succeed.
struct ChainFailed: Error {
  let stage: StageName
  let message: String
}
