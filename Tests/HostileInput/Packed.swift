import Contracts
import Digests
import FeatureStore
import Foundation
import TestSupport

/// Inputs of several files as one row of bytes: for every file but the last its length as four
/// bytes, little-endian, then the files. So one mutator reaches all of them.
enum Packed {
  static let tests = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent()
  static let encoders = "EncodersTests/Fixtures"
  static let runs = "HostileInputTests/Fixtures/Runs"
  static let modules = [
    "modules.json", "1_Pooling/config.json", "sentence_bert_config.json",
    "config_sentence_transformers.json", "2_Dense/config.json",
  ]

  static func pack(_ files: [[UInt8]]) -> [UInt8] {
    files.dropLast().flatMap { bytes in (0..<4).map { UInt8(bytes.count >> (8 * $0) & 255) } }
      + files.joined()
  }

  /// Any bytes are such a row: lengths that are too large stand for what is left.
  static func parts(of bytes: [UInt8], count: Int) -> [[UInt8]] {
    var rest = bytes[...]
    let lengths = (1..<count).map { _ in
      let digits = rest.prefix(4).reversed().reduce(0) { $0 << 8 | Int($1) }
      rest = rest.dropFirst(4)
      return digits
    }
    return lengths.map { length in
      defer { rest = rest.dropFirst(length) }
      return Array(rest.prefix(length))
    } + [Array(rest)]
  }

  /// The encoded rows beside an output in `folder`, with the identity of the seed.
  static func partial(in folder: URL) throws -> EncodedRows {
    let provenance = Provenance(
      firnVersion: "0", model: "m", modelSHA256: "", tokenizerSHA256: "", maxLength: 8, config: "",
      configSHA256: "", inputSHA256: "")
    return try EncodedRows(
      output: folder.appending(path: "f.h5").path, provenance: provenance,
      layout: EncodedRows.Layout(widths: [3, 2], tokenWidth: 2))
  }
}

extension EncodedRows {
  /// Reads every number of every row.
  func replayAll() throws {
    let numbers = UnsafeMutablePointer<Float>.allocate(capacity: 1 << 16)
    defer { numbers.deallocate() }
    try forEachKey { _, row in
      for view in layout.widths.indices { try read(row: row, view: view, into: numbers) }
      try readTokens(row: row, into: numbers)
    }
  }
}

extension Surface {
  /// Whole inputs, which mutations begin with.
  public func seeds() throws -> [[UInt8]] {
    switch self {
    case .csv:
      Self.texts.map { Array($0.utf8) }
    case .jsonl:
      [
        #"{"text":"a \u00e9 \ud83c\udfac","label":"x"}"# + "\n" + #"{"text":"","label":null}"#
          + "\n\n" + #"{"label":["a","b"],"text":"x","more":{"n":[1,2.5e3,true]}}"# + "\n",
        #"{"text":"n","label":-1.5e-3}"# + "\n",
      ].map { Array($0.utf8) }
    case .gzip:
      try ["one-member.csv.gz", "two-members.csv.gz"].map {
        try Self.file("CorporaTests/Fixtures/\($0)")
      }
    case .tokenizer:
      try Self.folders("TokenizersTests/Fixtures", with: "tokenizer.json").map {
        try Self.file("\($0)/tokenizer.json")
      }
    case .sentencepiece:
      try Self.folders("TokenizersTests/Fixtures/sentencepiece", with: "spiece.model").map {
        Packed.pack([try Self.file("\($0)/spiece.model"), try Self.file("\($0)/config.json")])
      }
    case .vocabulary:
      [
        Packed.pack([
          try Self.file("TokenizersTests/Fixtures/vocab/vocab.txt"),
          Array(#"{"do_lower_case":false,"model_max_length":128,"cls_token":"[CLS]"}"#.utf8),
        ])
      ]
    case .safetensors: [try Self.file("SafetensorsTests/Fixtures/reference.safetensors")]
    case .config:
      try Self.folders(Packed.encoders, with: "config.json").map {
        try Self.file("\($0)/config.json")
      }
    case .modules:
      try Self.folders(Packed.encoders + "/sentence", with: "modules.json").map { folder in
        Packed.pack(Packed.modules.map { (try? Self.file("\(folder)/\($0)")) ?? [] })
      }
    case .tokens:
      try [Self.file("HostileInputTests/Fixtures/tokens.h5")]
        + ["tokens.h5", "label-sets.h5", "numbers.h5"].map {
          try Self.file("FeatureStoreTests/Fixtures/\($0)")
        }
    case .features:
      try [
        "HostileInputTests/Fixtures/features.h5", "HostileInputTests/Fixtures/merged.h5",
        "FeatureStoreTests/Fixtures/features.h5",
      ].map(Self.file)
    case .run: [try Self.file("\(Packed.runs)/tuned/run.json")]
    case .head:
      try Self.folders(Packed.runs, with: "head.json").map {
        Packed.pack([try Self.file("\($0)/head.json"), try Self.file("\($0)/head.safetensors")])
      }
    case .partial: [try Self.partialSeed()]
    }
  }

  /// Inputs that once were a crash, a hang or an unexplained error.
  public func foundCases() throws -> [(name: String, bytes: [UInt8])] {
    let folder = "HostileInputTests/Fixtures/Found/\(rawValue)"
    let names = try? FileManager.default.contentsOfDirectory(
      atPath: Packed.tests.appending(path: folder).path)
    return try (names ?? []).sorted().map { ($0, try Self.file("\(folder)/\($0)")) }
  }

  private static let texts = [
    "id,text,label\n1,\"a, \"\"b\"\"\nc\",x\n2,Größe,y\r\n3,,\n",
    "\u{FEFF}text,label\nplain,a;b\n\"\",\n", "text,label\nx,1.5\ny,-2e3\n",
  ]

  private static func file(_ path: String) throws -> [UInt8] {
    Array(try Data(contentsOf: Packed.tests.appending(path: path)))
  }

  private static func folders(_ path: String, with name: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: Packed.tests.appending(path: path).path)
      .sorted().map { "\(path)/\($0)" }
      .filter {
        FileManager.default.fileExists(atPath: Packed.tests.appending(path: "\($0)/\(name)").path)
      }
  }

  private static func partialSeed() throws -> [UInt8] {
    let scratch = try Scratch()
    let rows = try Packed.partial(in: scratch.folder)
    for row in 0..<4 {
      let tokens = TokenBatch(ids: [Int32(row), 1], types: [0, 0], offsets: [0, 2])
      let values = (0..<8).map { Float($0 + row) }
      try values.withUnsafeBufferPointer { values in
        try rows.append(
          keys: tokens.rowKeys, tokenCounts: [2],
          [
            UnsafeBufferPointer(rebasing: values[..<3]),
            UnsafeBufferPointer(rebasing: values[..<2]),
            UnsafeBufferPointer(rebasing: values[..<4]),
          ])
      }
    }
    try rows.commit()
    return try scratch.bytes(".f.h5.partial")
  }
}
