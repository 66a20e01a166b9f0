import Contracts
import FeatureStore
import Foundation
import Testing

/// What firn-inspect shows is what is in the file, and what is wrong is named.
@Suite struct InspectTests {
  let bench: Workbench

  init() throws {
    bench = try Workbench()
    try bench.prepare(through: .encode)
  }

  @Test func tokensAreShown() throws {
    let shown = try inspect("tokens.h5")
    #expect(shown["format"] as? String == "firn.tokens")
    #expect(shown["rows"] as? Int == Reviews.count)
    #expect(shown["class_names"] as? [String] == ["negative", "positive"])
    let splits = try #require(shown["splits"] as? [String: [String: Any]])
    // 12 test rows, then 10 of the other 48 for validation, stratified.
    #expect(splits["test"]?["rows"] as? Int == 12)
    #expect(splits["test"]?["classes"] as? [Int] == [6, 6])
    #expect(splits.values.compactMap { $0["rows"] as? Int }.reduce(0, +) == Reviews.count)
    let datasets = try #require(shown["datasets"] as? [[String: Any]])
    let tokens = try #require(datasets.first { $0["name"] as? String == "tokens" })
    #expect(tokens["shape"] as? [Int] == [try #require(shown["tokens"] as? Int)])
    #expect(tokens["checksums"] as? Bool == true)
    let text = try bench.succeed(.inspect, "tokens.h5").standardOutput
    for word in ["firn.tokens", "tokens", "int32", "fletcher32", "negative", "6 (50.0 %)"] {
      #expect(text.contains(word), "\(word)")
    }
  }

  @Test func vectorsAreSummedUp() throws {
    try encode("unit.h5", "--normalize", "--token-features", "--dtype", "float16")
    let shown = try inspect("unit.h5")
    let views = try #require(shown["views"] as? [String: [String: Any]])
    #expect(views.count == 2)
    let view = try #require(views.first { $0.key != "token_features" }?.value)
    #expect(view["rows"] as? Int == Reviews.count && view["nan"] as? Int == 0)
    // Each of the numbers of a vector of length 1 is rounded to 11 bits.
    for norm in ["smallest_norm", "mean_norm", "largest_norm"] {
      #expect(abs(try #require(view[norm] as? Double) - 1) < 1.0 / 2048, "\(norm)")
    }
    #expect(views["token_features"]?["rows"] as? Int == shown["tokens"] as? Int)
    let headers = try inspect("unit.h5", "--headers")
    #expect(headers["views"] == nil && headers["rows"] == nil && headers["datasets"] != nil)
  }

  @Test func notANumberIsCounted() throws {
    try rewrite("features.h5", to: "odd.h5") { view, values in
      if view == 0 { (values[5], values[6], values[40]) = (.nan, .infinity, .nan) }
    }
    let views = try #require(try inspect("odd.h5")["views"] as? [String: [String: Any]])
    #expect(views.values.compactMap { $0["nan"] as? Int }.reduce(0, +) == 2)
    #expect(views.values.compactMap { $0["infinite"] as? Int }.reduce(0, +) == 1)
  }

  @Test func aRunFolderIsShown() throws {
    try bench.succeed(.train, "features.h5", "-o", "run")
    let shown = try inspect("run")
    #expect(shown["format"] as? String == "firn.run")
    #expect((shown["metrics"] as? [String: Double])?["test.accuracy"] != nil)
    let text = try bench.succeed(.inspect, "run").standardOutput
    #expect(text.contains("a run of firn-train") && text.contains("head.safetensors"))
    try bench.refuse(66, naming: "run.json", by: .inspect, [Workbench.model])
  }

  @Test func aRunIsHeldAgainstItsPredictions() throws {
    try bench.succeed(.train, "features.h5", "-o", "run")
    let verified = try inspect("run", "--verify")["verified"] as? [String: Any]
    #expect(verified?["rows"] as? Int == Reviews.count)
    try bench.refuse(
      64, naming: "--model", by: .inspect, ["run", "--verify", "--model", Workbench.model])
    let metrics = try bench.text("run/metrics.json")
    try bench.write(
      metrics.replacingOccurrences(
        of: "\"test.accuracy\": ", with: "\"test.accuracy\": 0.125, \"was\": "),
      to: "run/metrics.json")
    try bench.refuse(65, naming: "test.accuracy", "0.125", by: .inspect, ["run", "--verify"])
    try bench.write(metrics, to: "run/metrics.json")
    let head = try bench.data("run/head.safetensors")
    try bench.write(head.prefix(head.count / 2), to: "run/head.safetensors")
    try bench.refuse(65, naming: "head.safetensors", by: .inspect, ["run", "--verify"])
    try bench.remove("run/predictions.csv")
    try bench.refuse(66, naming: "predictions.csv", by: .inspect, ["run", "--verify"])
  }

  /// int8 rounds activations, and other kernels' sums round some of them the other way.
  @Test(arguments: ["float32", "int8"]) func otherKernelsRowsAreNotDamaged(
    precision: String
  ) throws {
    let encoding = [
      "tokens.h5", "--model", Workbench.model, "-o", "s.h5", "--precision", precision,
    ]
    let made = try bench.run(.encode, encoding, environment: ["FIRN_KERNELS": "scalar"])
    #expect(made.status == 0)
    let shown = try inspect(
      "s.h5", "--verify", "--model", Workbench.model, "--tokens", "tokens.h5")
    #expect(shown["kernels"] as? String == "scalar")
    #expect(shown["sample_identical"] as? Int == shown["sample_rows"] as? Int)
  }

  @Test func wholeFilesAreVerified() throws {
    try encode("tokens-too.h5", "--token-features")
    try encode("s-{shard}.h5", "--shard", "0/2")
    try encode("s-{shard}.h5", "--shard", "1/2")
    try bench.succeed(
      .merge, "s-00000-of-00002.h5", "s-00001-of-00002.h5", "-o", "merged.h5")
    for file in ["tokens.h5", "features.h5", "tokens-too.h5", "s-00001-of-00002.h5", "merged.h5"] {
      let shown = try inspect(file, "--verify")
      #expect(shown["verified"] as? Bool == true, "\(file)")
      let names = (shown["checks"] as? [[String: Any]])?.compactMap { $0["name"] as? String } ?? []
      for name in ["ids", "labels", "attributes", "strings", "rows"] {
        #expect(names.contains(name), "\(file): \(names)")
      }
    }
    let merged = try inspect("merged.h5")
    #expect((merged["shards"] as? [String])?.count == 2)
    #expect(
      (try inspect("s-00001-of-00002.h5")["shard"] as? [String: Any])?["index"] as? Int == 1)
  }

  @Test(arguments: [[], ["--dtype", "float16", "--token-features"], ["--shard", "1/2"]])
  func rowsOfASampleHaveTheSameBits(settings: [String]) throws {
    try encode("f.h5", settings)
    let shown = try inspect(
      "f.h5", "--verify", "--model", Workbench.model, "--tokens", "tokens.h5", "--sample", "9")
    #expect(shown["sample_rows"] as? Int == 9)
    #expect(shown["sample_identical"] as? Int == 9)
    let tokens = try inspect(
      "tokens.h5", "--verify", "--model", Workbench.model, "--sample", "1000")
    #expect(tokens["sample_identical"] as? Int == Reviews.count)
  }

  /// A number that was changed by a program that writes whole files, checksums and all.
  @Test func aRowThatIsNotTheModelsIsNamed() throws {
    try rewrite("features.h5", to: "odd.h5") { view, values in
      if view == 1 { values[24 * 7 + 3] += 0.01 }
    }
    #expect(try inspect("odd.h5", "--verify")["verified"] as? Bool == true)
    let outcome = try bench.run(
      .inspect,
      ["odd.h5", "--verify", "--model", Workbench.model, "--tokens", "tokens.h5", "--sample", "60"])
    #expect(outcome.status == 65)
    #expect(outcome.standardError.contains("row 7 is not what the model makes of it"))
    // Another tokens file.
    try bench.write("text\ngood film\n", to: "one.csv")
    try bench.succeed(.tokenize, "one.csv", "--model", Workbench.model, "-o", "other.h5")
    let other = try bench.run(
      .inspect,
      [
        "features.h5", "--verify", "--model", Workbench.model, "--tokens", "other.h5", "--sample",
        "1",
      ])
    #expect(other.status == 65)
    #expect(other.standardError.contains("made of other tokens than other.h5 has"))
    try bench.refuse(
      64, naming: "--tokens", by: .inspect,
      ["features.h5", "--verify", "--model", Workbench.model])
  }

  @Test func damageIsNamed() throws {
    let file = try FeaturesFile(path: bench.url("features.h5").path)
    // A bit of a number, of a class, of an id, and of an attribute.
    let row = try file.features(3..<4).storage
    let number = row[0..<4].flatMap { value in
      withUnsafeBytes(of: value.bitPattern.littleEndian) { Array($0) }
    }
    for (name, pattern, named) in [
      ("number", number, "(dataset layers/"), ("id", Array("r17".utf8), "strings_sha256"),
      ("model", Array(Workbench.model.utf8), "strings_sha256"),
    ] {
      var bytes = [UInt8](try bench.data("features.h5"))
      let place = try #require(Data(bytes).range(of: Data(pattern))?.lowerBound)
      bytes[place] ^= 1
      try bench.write(Data(bytes), to: "\(name).h5")
      let outcome = try bench.run(.inspect, ["\(name).h5", "--verify"])
      #expect(outcome.status == 65, "\(name)")
      #expect(outcome.standardError.contains(named), "\(name): \(outcome.standardError)")
      #expect(outcome.standardError.contains("next: copy"), "\(outcome.standardError)")
    }
    let whole = try bench.data("features.h5")
    try bench.write(whole.prefix(whole.count - 100), to: "cut.h5")
    try bench.refuse(65, naming: "cut short", "cut.h5", by: .inspect, ["cut.h5", "--verify"])
    try bench.write("not one", to: "none.h5")
    try bench.refuse(65, naming: "not an HDF5 file", by: .inspect, ["none.h5"])
  }

  // MARK: -

  private func inspect(_ file: String, _ options: String...) throws -> [String: Any] {
    let outcome = try bench.run(.inspect, [file, "--json"] + options)
    try #require(outcome.status == 0, "\(outcome.standardError)")
    return try outcome.json()
  }

  private func encode(_ output: String, _ settings: String...) throws {
    try encode(output, settings)
  }

  private func encode(_ output: String, _ settings: [String]) throws {
    try bench.succeed(
      .encode, arguments: ["tokens.h5", "--model", Workbench.model, "-o", output] + settings)
  }

  /// Writes a copy of a features file whose numbers, of the view of that number, were changed.
  private func rewrite(
    _ source: String, to target: String, _ change: (_ view: Int, inout [Float]) -> Void
  ) throws {
    let file = try FeaturesFile(path: bench.url(source).path)
    let views = [file.defaultView] + file.views.filter { $0 != file.defaultView }
    let writer = try FeaturesWriter(
      path: bench.url(target).path, tokens: TokensFile(path: bench.url("tokens.h5").path),
      views: views, widths: views.map { try file.width(of: $0) })
    let blocks = try views.enumerated().map { number, view in
      var values = try file.features(0..<file.count, of: view).storage
      change(number, &values)
      let copy = UnsafeMutableBufferPointer<Float>.allocate(capacity: values.count)
      _ = copy.initialize(from: values)
      return copy
    }
    defer { for block in blocks { block.deallocate() } }
    try writer.append(blocks.map { UnsafeBufferPointer($0) })
    try writer.finish(file.provenance)
  }
}
