import Foundation
import Testing

/// Features that no head can learn from.
@Suite struct BadTrainingTests {
  /// Tokenizes and encodes a csv with the columns text, label and split.
  private func features(_ csv: String) throws -> Workbench {
    let bench = try Workbench()
    try bench.write(csv, to: "a.csv")
    try bench.succeed(
      .tokenize, "a.csv", "--model", Workbench.model, "-o", "tokens.h5", "--split-column", "split")
    try bench.succeed(.encode, "tokens.h5", "--model", Workbench.model, "-o", "features.h5")
    return bench
  }

  @Test func whatIsNoRun() throws {
    let bench = try Workbench()
    try bench.write("text,label\nfine,good\n", to: "folder/a.csv")
    for stage in [StageName.predict, .compare] {
      let rest = stage == .predict ? ["fine"] : ["-o", "report"]
      try bench.refuse(66, naming: "there is no run folder 'gone'", by: stage, ["gone"] + rest)
      try bench.refuse(
        66, naming: "this is not a run folder", "folder", by: stage, ["folder"] + rest)
    }
  }

  @Test func oneClass() throws {
    let bench = try features("text,label,split\nfine,good,train\ngreat,good,train\n")
    try bench.refuse(65, naming: "the class 'good'", "features.h5", by: .train, Reviews.training)
  }

  @Test func oneClassAmongTheTrainingRows() throws {
    let bench = try features("text,label,split\nfine,good,train\npoor,bad,test\n")
    try bench.refuse(65, naming: "the class 'good'", "features.h5", by: .train, Reviews.training)
  }

  @Test func noTrainingRows() throws {
    let bench = try features("text,label,split\nfine,good,test\npoor,bad,test\n")
    try bench.refuse(65, naming: "train", "features.h5", by: .train, Reviews.training)
  }

  @Test func noLabels() throws {
    let bench = try features("text,split\nfine,train\npoor,train\n")
    try bench.refuse(65, naming: "label", "features.h5", by: .train, Reviews.training)
  }

  @Test func noLabelAmongTheTrainingRows() throws {
    let bench = try features("text,label,split\nfine,,train\npoor,bad,test\ngood,good,test\n")
    try bench.refuse(65, naming: "train", "features.h5", by: .train, Reviews.training)
  }

  @Test func noSuchView() throws {
    let bench = try features("text,label,split\nfine,good,train\npoor,bad,train\n")
    try bench.refuse(
      65, naming: "layers/7/mean", "layers/2/mean", by: .train,
      Reviews.training + ["--view", "layers/7/mean"])
  }

  @Test(arguments: ["0", "-1", "nan", "inf"]) func strength(c: String) throws {
    let bench = try features("text,label,split\nfine,good,train\npoor,bad,train\n")
    try bench.refuse(64, naming: "C", by: .train, Reviews.training + ["--C=\(c)"])
  }
}
