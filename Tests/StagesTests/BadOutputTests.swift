import Foundation
import Testing

/// Outputs that cannot be written. Permissions are left alone: root passes them.
@Suite struct BadOutputTests {
  @Test func folderIsMissing() throws {
    let bench = try Workbench()
    try bench.prepare(through: .tokenize)
    try bench.refuse(
      73, naming: "'nowhere'", by: .tokenize,
      ["reviews.csv", "--model", Workbench.model, "-o", "nowhere/tokens.h5"])
    try bench.refuse(
      73, naming: "'nowhere'", by: .encode,
      ["tokens.h5", "--model", Workbench.model, "-o", "nowhere/features.h5"])
  }

  @Test func folderIsAFile() throws {
    let bench = try Workbench()
    try bench.prepare(through: .encode)
    try bench.refuse(
      73, naming: "reviews.csv/tokens.h5", by: .tokenize,
      ["reviews.csv", "--model", Workbench.model, "-o", "reviews.csv/tokens.h5"])
    try bench.refuse(
      73, naming: "reviews.csv/features.h5", by: .encode,
      ["tokens.h5", "--model", Workbench.model, "-o", "reviews.csv/features.h5"])
    try bench.refuse(
      73, naming: "reviews.csv/run", by: .train, ["features.h5", "-o", "reviews.csv/run"])
  }

  @Test func aFolderStandsThere() throws {
    let bench = try Workbench()
    try bench.prepare(through: .tokenize)
    for stage in [StageName.tokenize, .encode] {
      let input = stage == .tokenize ? "reviews.csv" : "tokens.h5"
      try bench.refuse(
        73, naming: Workbench.model, by: stage,
        [input, "--model", Workbench.model, "-o", Workbench.model])
    }
  }

  /// What a stage reads is not what it writes: the only copy of the texts would be gone.
  @Test func anInputIsNoOutput() throws {
    let bench = try Workbench()
    try bench.prepare(through: .train)
    try FileManager.default.createSymbolicLink(
      atPath: bench.url("link").path, withDestinationPath: "tokens.h5")
    let model = ["--model", Workbench.model]
    for (stage, arguments) in [
      (StageName.tokenize, ["reviews.csv"] + model + ["-o", "reviews.csv"]),
      (.encode, ["tokens.h5"] + model + ["-o", "link"]),
      (.encode, ["tokens.h5"] + model + ["--force", "-o", "./tokens.h5"]),
      (.export, ["features.h5", "--format", "csv", "--texts", "tokens.h5", "-o", "tokens.h5"]),
      (.search, ["features.h5", "good"] + model + ["-o", "features.h5"]),
      (
        .predict,
        ["run", "--input", "reviews.csv", "--text-column", "text", "-o", "reviews.csv"] + model
      ),
    ] {
      try bench.refuse(64, naming: "one of the inputs", by: stage, arguments)
    }
    for (stage, input) in [(StageName.tokenize, "reviews.csv"), (.encode, "tokens.h5")] {
      try bench.refuse(64, naming: "-o", "stream", by: stage, [input] + model + ["-o", "-"])
    }
    try bench.refuse(
      64, naming: "f-{shard}.h5", by: .encode, ["tokens.h5"] + model + ["-o", "f-{shard}.h5"])
  }

  /// A run takes the place of a run, never of anything else.
  @Test func somethingElseStandsThere() throws {
    let bench = try Workbench()
    try bench.prepare(through: .encode)
    for other in [Workbench.model, "reviews.csv"] {
      try bench.refuse(73, naming: other, by: .train, ["features.h5", "-o", other])
    }
  }
}
