import Foundation
import Testing

/// Files that firn-encode and firn-train must not take for tokens and features.
@Suite struct BadStoreTests {
  /// The stage, its own input's name, the other kind's and the arguments after the input.
  typealias Reader = (stage: StageName, own: String, other: String, rest: [String])

  private static let readers: [Reader] = [
    (.encode, "tokens.h5", "features.h5", ["--model", Workbench.model, "-o", "out.h5"]),
    (.train, "features.h5", "tokens.h5", ["-o", "out"]),
  ]

  @Test func missing() throws {
    let bench = try Workbench()
    for reader in Self.readers {
      try bench.refuse(66, naming: reader.own, by: reader.stage, [reader.own] + reader.rest)
    }
  }

  @Test func notHDF5() throws {
    let bench = try Workbench()
    try bench.write("text,label\n", to: "a.csv")
    try bench.write("", to: "empty.h5")
    for reader in Self.readers {
      for file in ["a.csv", "empty.h5"] {
        try bench.refuse(65, naming: file, by: reader.stage, [file] + reader.rest)
      }
    }
  }

  /// A file cut anywhere, whatever then is missing: a superblock, a header or a row.
  @Test(arguments: [0.001, 0.05, 0.5, 0.9, 0.999]) func cut(share: Double) throws {
    let bench = try Workbench()
    try bench.prepare(through: .encode)
    for reader in Self.readers {
      let whole = try bench.data(reader.own)
      try bench.write(whole.prefix(Int(Double(whole.count) * share)), to: "cut.h5")
      try bench.refuse(65, naming: "cut.h5", by: reader.stage, ["cut.h5"] + reader.rest)
    }
  }

  @Test func otherKind() throws {
    let bench = try Workbench()
    try bench.prepare(through: .encode)
    for reader in Self.readers {
      try bench.refuse(65, naming: reader.other, by: reader.stage, [reader.other] + reader.rest)
    }
  }
}
