import Contracts
import FeatureStore
import Foundation
import HDF5
import Testing

/// firn-export of the sixty reviews, byte by byte; what NumPy, pandas, anndata and TensorBoard read is
/// Tests/Oracles/read_exports.py's to say.
@Suite struct ExportTests {
  private func bench() throws -> Workbench {
    let bench = try Workbench()
    try bench.prepare(through: .encode)
    return bench
  }

  /// NumPy's header of version 1.0 as `numpy.save` writes it, then the numbers.
  @Test func npyIsNumPys() throws {
    let bench = try bench()
    try bench.succeed(.export, "features.h5", "-o", "X.npy", "--format", "npy")
    let file = try FeaturesFile(path: bench.url("features.h5").path)
    let expected = try file.features(0..<60)
    let header = "{'descr': '<f4', 'fortran_order': False, 'shape': (60, \(expected.columns)), }"
    let bytes = try bench.data("X.npy")
    #expect(bytes.prefix(8) == Data([0x93] + Array("NUMPY".utf8) + [1, 0]))
    let length = Int(bytes[8]) + Int(bytes[9]) << 8
    #expect((10 + length) % 64 == 0)
    #expect(
      bytes[10..<10 + length]
        == Data(header.utf8) + Data(repeating: 0x20, count: length - header.count - 1) + [0x0A])
    #expect(bytes.dropFirst(10 + length) == expected.storage.withUnsafeBytes { Data($0) })
  }

  @Test func halfIsHalf() throws {
    let bench = try bench()
    try bench.succeed(
      .export, "features.h5", "-o", "X.npy", "--format", "npy", "--dtype", "float16")
    let expected = try FeaturesFile(path: bench.url("features.h5").path).features(0..<60)
    let bytes = try bench.data("X.npy")
    #expect(String(decoding: bytes.prefix(40), as: UTF8.self).contains("'descr': '<f2'"))
    #expect(
      bytes.suffix(expected.storage.count * 2)
        == expected.storage.map { Float16($0) }.withUnsafeBytes { Data($0) })
  }

  @Test func aFolderHasLabelsAndRows() throws {
    let bench = try bench()
    try bench.succeed(
      .export, "features.h5", "-o", "arrays", "--format", "npy", "--split", "test", "--texts",
      "tokens.h5")
    let columns = try FeaturesFile(path: bench.url("features.h5").path).columns
    let rows = zip(0..<60, try columns.splits(0..<60)).filter { $0.1 == .test }.map(\.0)
    let labels = try columns.labels(0..<60)
    #expect(rows.count == 12)
    #expect(
      try bench.data("arrays/labels.npy").suffix(48)
        == rows.map { labels[$0] }.withUnsafeBytes { Data($0) })
    #expect(try bench.data("arrays/split.npy").suffix(12) == Data(repeating: 2, count: 12))
    #expect(try bench.text("arrays/class_names.json") == "[\"negative\",\"positive\"]\n")
    let written = try bench.text("arrays/rows.csv")
    #expect(written == "id,split,label,text\n" + rows.map(record).joined())
  }

  /// Quotes, commas and line breaks in texts are as RFC 4180 has them.
  @Test func csvIsQuoted() throws {
    let bench = try bench()
    try bench.succeed(
      .export, "features.h5", "-o", "rows.csv", "--format", "csv", "--texts", "tokens.h5")
    let text = try bench.text("rows.csv")
    #expect(text.hasPrefix("id,split,label,n_tokens,truncated,text,f0,f1,f2,"))
    for row in [0, 6, 9, 12] {
      let quoted = Reviews.texts[row].replacingOccurrences(of: "\"", with: "\"\"")
      let needsQuotes = Reviews.texts[row].contains { "\",\n".contains($0) }
      let field = needsQuotes ? "\"\(quoted)\"" : quoted
      #expect(text.contains(",0,\(field),"), "\(field)")
    }
  }

  /// Every number is written so that it reads back to the same bits.
  @Test func numbersReadBackToTheBit() throws {
    let bench = try bench()
    let expected = try FeaturesFile(path: bench.url("features.h5").path).features(0..<60)
    try bench.succeed(.export, "features.h5", "-o", "rows.tsv", "--format", "tsv")
    let lines = try bench.text("rows.tsv").split(separator: "\n").dropFirst()
    #expect(lines.count == 60)
    for (row, line) in lines.enumerated() {
      let numbers = line.split(separator: "\t", omittingEmptySubsequences: false).dropFirst(5)
      #expect(numbers.compactMap { Float($0) } == Array(expected[row: row]))
    }
    try bench.succeed(.export, "features.h5", "-o", "rows.jsonl", "--format", "jsonl")
    struct Row: Decodable {
      let id: String
      let label: String?
      let features: [Float]
    }
    let rows = try bench.text("rows.jsonl").split(separator: "\n").map {
      try JSONDecoder().decode(Row.self, from: Data($0.utf8))
    }
    #expect(rows.flatMap(\.features) == expected.storage)
    #expect(rows.map(\.id) == (0..<60).map { "r\($0)" })
    #expect(rows.map(\.label) == Reviews.labels)
  }

  /// Two views stand side by side, as firn-train joins them.
  @Test func viewsAreJoined() throws {
    let bench = try bench()
    let file = try FeaturesFile(path: bench.url("features.h5").path)
    let views = Array(file.views.prefix(2))
    let outcome = try bench.run(
      .export,
      [
        "features.h5", "-o", "-", "--format", "csv", "--view",
        views.map(\.description).joined(separator: ","), "--quiet",
      ])
    #expect(outcome.status == 0)
    let lines = outcome.standardOutput.split(separator: "\n").dropFirst()
    let parts = try views.map { try file.features(0..<60, of: $0) }
    for (row, line) in lines.enumerated() {
      let numbers = line.split(separator: ",", omittingEmptySubsequences: false).dropFirst(5)
      #expect(numbers.compactMap { Float($0) } == parts.flatMap { Array($0[row: row]) })
    }
  }

  @Test func theProjectorsLinesAreRows() throws {
    let bench = try bench()
    try bench.succeed(
      .export, "features.h5", "-o", "log", "--format", "projector", "--texts", "tokens.h5")
    let metadata = try bench.text("log/metadata.tsv").split(separator: "\n")
    #expect(metadata.count == 61 && metadata[0] == "id\tlabel\tsplit\ttext")
    #expect(metadata.allSatisfy { $0.split(separator: "\t").count == 4 })
    #expect(try bench.text("log/tensors.tsv").split(separator: "\n").count == 60)
    let config = try bench.text("log/projector_config.pbtxt")
    #expect(config.contains("tensor_path: \"tensors.tsv\""))
    #expect(config.contains("metadata_path: \"metadata.tsv\""))
  }

  /// The element types that anndata looks for before it reads anything.
  @Test func h5adHasAnnDatasAttributes() throws {
    let bench = try bench()
    try bench.succeed(
      .export, "features.h5", "-o", "rows.h5ad", "--format", "h5ad", "--texts", "tokens.h5")
    let file = try HDF5File(reading: bench.url("rows.h5ad").path)
    let expected = [
      ("", "anndata", "0.1.0"), ("X", "array", "0.2.0"), ("obs", "dataframe", "0.2.0"),
      ("obs/_index", "string-array", "0.2.0"), ("obs/label", "categorical", "0.2.0"),
      ("obs/label/codes", "array", "0.2.0"), ("obs/label/categories", "string-array", "0.2.0"),
      ("obs/split", "categorical", "0.2.0"), ("obs/text", "string-array", "0.2.0"),
      ("var", "dataframe", "0.2.0"), ("obsm", "dict", "0.1.0"), ("uns", "dict", "0.1.0"),
    ]
    for (object, type, version) in expected {
      #expect(try file.stringAttribute("encoding-type", on: object) == type, "\(object)")
      #expect(try file.stringAttribute("encoding-version", on: object) == version, "\(object)")
    }
    #expect(try file.stringAttribute("_index", on: "obs") == "_index")
    #expect(try file.dataset("obs/_index").readStrings(0..<60) == (0..<60).map { "r\($0)" })
    let codes: [Int32] = try file.dataset("obs/label/codes").read(0..<60)
    #expect(codes == Reviews.labels.map { $0 == "positive" ? 1 : 0 })
    #expect(try file.dataset("X").shape[0] == 60)
  }

  @Test func labelSetsNumbersAndWeightsHaveColumns() throws {
    let bench = try Workbench()
    try bench.write(
      "text,a,b,w\ngood,1,0,2\nbad,0,1,0.5\nfine,,,1\n", to: "sets.csv")
    try bench.succeed(
      .tokenize, "sets.csv", "--model", Workbench.model, "-o", "sets.h5", "--label-columns", "a,b",
      "--weight-column", "w")
    try bench.succeed(.export, "sets.h5", "-o", "sets-out.csv", "--format", "csv")
    #expect(
      try bench.text("sets-out.csv").split(separator: "\n") == [
        "id,split,label_a,label_b,weight,n_tokens,truncated,text", "0,train,1,0,2.0,3,0,good",
        "1,train,0,1,0.5,3,0,bad", "2,train,,,1.0,3,0,fine",
      ])
    try bench.write("text,stars\ngood,4.5\nbad,\n", to: "numbers.csv")
    try bench.succeed(
      .tokenize, "numbers.csv", "--model", Workbench.model, "-o", "numbers.h5", "--label-column",
      "stars", "--label-type", "number")
    try bench.succeed(.export, "numbers.h5", "-o", "numbers.jsonl", "--format", "jsonl")
    let lines = try bench.text("numbers.jsonl").split(separator: "\n")
    #expect(lines.count == 2 && lines[0].contains("\"target\":4.5"))
    #expect(lines[1].contains("\"target\":null"))
  }

  @Test func whatMakesNoSenseIsRefused() throws {
    let bench = try bench()
    let features = ["features.h5", "-o", "out"]
    try bench.refuse(64, naming: "parquet", by: .export, features + ["--format", "parquet"])
    try bench.refuse(
      64, naming: "h5ad", "tokens.h5", by: .export,
      ["tokens.h5", "-o", "out", "--format", "h5ad"])
    try bench.refuse(
      64, naming: "--view", "tokens.h5", by: .export,
      ["tokens.h5", "-o", "out", "--format", "csv", "--view", "layers/1/mean"])
    try bench.refuse(
      64, naming: "-o", by: .export, ["features.h5", "-o", "-", "--format", "npy"])
    try bench.refuse(
      65, naming: "layers/9/mean", by: .export,
      features + ["--format", "csv", "--view", "layers/9/mean"])
    // A folder that is not the export's own is not replaced.
    try bench.write("mine", to: "kept/notes.txt")
    try bench.refuse(
      73, naming: "kept", by: .export, ["features.h5", "-o", "kept", "--format", "projector"])
  }

  private func record(_ row: Int) -> String {
    let text = Reviews.texts[row]
    let quoted = "\"" + text.replacingOccurrences(of: "\"", with: "\"\"") + "\""
    return "r\(row),test,\(Reviews.labels[row]),"
      + (text.contains { "\",\n".contains($0) } ? quoted : text) + "\n"
  }
}
