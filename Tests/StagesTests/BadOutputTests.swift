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

  /// A run takes the place of a run, never of anything else.
  @Test func somethingElseStandsThere() throws {
    let bench = try Workbench()
    try bench.prepare(through: .encode)
    for other in [Workbench.model, "reviews.csv"] {
      try bench.refuse(73, naming: other, by: .train, ["features.h5", "-o", other])
    }
  }
}
