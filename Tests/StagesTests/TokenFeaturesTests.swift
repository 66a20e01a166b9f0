import Foundation
import Testing

/// `--token-features` on the command line; what is in the file stands in FeatureStoreTests.
@Suite struct TokenFeaturesTests {
  private func encode(_ bench: Workbench, _ more: String...) throws -> Outcome {
    try bench.run(.encode, Reviews.encoding + more)
  }

  @Test func theyAreASettingOfTheFile() throws {
    let bench = try Workbench()
    try bench.prepare(through: .encode)
    let plain = try bench.data("features.h5")
    let asked = try encode(bench, "--token-features", "--json")
    #expect(asked.status == 0)
    #expect(try asked.json()["up_to_date"] as? Bool == false)
    #expect(try asked.json()["token_features"] as? String == "float16")
    let half = try bench.data("features.h5")
    // Two bytes a number, 24 of them a token, beside what was there.
    let tokens = try #require(asked.json()["tokens"] as? Int)
    #expect(half.count > plain.count + tokens * 24 * 2)
    #expect(try encode(bench, "--token-features").standardError.contains("is up to date"))
    let float = try encode(bench, "--token-features", "--dtype", "float32")
    #expect(float.status == 0 && !float.standardError.contains("up to date"))
    #expect(try bench.data("features.h5").count > half.count + tokens * 24)
    // Without: another setting again, and the bytes of before.
    let again = try encode(bench)
    #expect(again.status == 0 && !again.standardError.contains("up to date"))
    #expect(try bench.data("features.h5") == plain)
  }

  @Test func theirLayerIsTheFirstAskedFor() throws {
    let bench = try Workbench()
    try bench.prepare(through: .tokenize)
    let first = try encode(bench, "--token-features", "--layers", "1,0", "--pooling", "cls")
    #expect(first.standardOutput.contains(", layer 1, float16"))
    let settings = #""token_features":"float16","tokenizer_sha256""#
    #expect(try bench.data("features.h5").range(of: Data(settings.utf8)) != nil)
  }

  @Test(arguments: [1, 5]) func bytesDoNotDependOnThreads(threads: Int) throws {
    let bench = try Workbench()
    try bench.prepare(through: .tokenize)
    let whole = ["--token-features", "--pooling", "cls", "-o"]
    #expect(try bench.run(.encode, Reviews.encoding + whole + ["a.h5"]).status == 0)
    let other = ["b.h5", "--threads", "\(threads)"]
    #expect(try bench.run(.encode, Reviews.encoding + whole + other).status == 0)
    #expect(try bench.data("a.h5") == bench.data("b.h5"))
  }

  @Test func aHeadTrainsOnThePooledViewBeside() throws {
    let bench = try Workbench()
    try bench.prepare(through: .encode)
    #expect(try bench.run(.train, Reviews.training).status == 0)
    let plain = try bench.text("run/metrics.json")
    #expect(try encode(bench, "--token-features").status == 0)
    #expect(try bench.run(.train, Reviews.training).status == 0)
    #expect(try bench.text("run/metrics.json") == plain)
    #expect(try bench.run(.predict, ["run", "a great film"]).status == 0)
  }
}
