import Foundation
import Testing

/// firn-tokenize --prompt, from the texts to the predictions.
@Suite struct PromptTests {
  private static let config = """
    {"prompts": {"query": "the film: ", "other": "a "}, "default_prompt_name": null}
    """

  /// The chain with prompts and over texts that have them already; what it predicts of one text.
  private func predictions(
    _ bench: Workbench, texts: [String], _ options: [String], text: String
  ) throws -> String {
    let rows = zip(texts, Reviews.labels).map { text, label in
      "{\"text\": \"\(text.replacing("\"", with: "'").replacing("\n", with: " "))\", "
        + "\"label\": \"\(label)\"}"
    }
    try bench.write(rows.joined(separator: "\n"), to: "t.jsonl")
    let tokenizing = ["t.jsonl", "--model", Workbench.model, "-o", "t.h5", "--force"]
    for (stage, arguments) in [
      (StageName.tokenize, tokenizing + options),
      (.encode, ["t.h5", "--model", Workbench.model, "-o", "f.h5", "--force"]),
      (.train, ["f.h5", "-o", "r", "--force"]),
    ] {
      let outcome = try bench.run(stage, arguments)
      try #require(outcome.status == 0, "\(outcome.standardError)")
    }
    return try bench.succeed(.predict, "r", text, "--proba").standardOutput
  }

  @Test(arguments: [["--prompt", "query"], ["--prompt", "the film: "]])
  func promptIsPutBeforeEveryText(options: [String]) throws {
    let bench = try Workbench()
    try bench.write(Self.config, to: "\(Workbench.model)/config_sentence_transformers.json")
    let found = try predictions(bench, texts: Reviews.texts, options, text: "it was good")
    let byHand = try predictions(
      bench, texts: Reviews.texts.map { "the film: " + $0 }, [], text: "the film: it was good")
    #expect(found == byHand)
    #expect(try predictions(bench, texts: Reviews.texts, [], text: "it was good") != found)
  }

  @Test func defaultPromptUnlessAnotherIsAskedFor() throws {
    let bench = try Workbench()
    let path = "\(Workbench.model)/config_sentence_transformers.json"
    try bench.write(Self.config.replacing("null", with: "\"query\""), to: path)
    let standard = try predictions(bench, texts: Reviews.texts, [], text: "it was good")
    let none = try predictions(
      bench, texts: Reviews.texts, ["--prompt", ""], text: "it was good")
    try bench.write(Self.config, to: path)
    let named = try predictions(
      bench, texts: Reviews.texts, ["--prompt", "query"], text: "it was good")
    let plain = try predictions(bench, texts: Reviews.texts, [], text: "it was good")
    #expect(standard == named && none == plain && named != plain)
    try bench.write(Self.config.replacing("null", with: "\"absent\""), to: path)
    try bench.write(Reviews.csv, to: "reviews.csv")
    try bench.refuse(65, naming: path, "default_prompt_name", by: .tokenize, Reviews.tokenizing)
  }
}
