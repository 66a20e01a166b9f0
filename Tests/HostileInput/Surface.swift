import AtomicFiles
import Checkpoints
import Contracts
import Corpora
import Encoders
import FeatureStore
public import Foundation
import Heads
import Kernels
import Safetensors
import StageKit
import Tokenizers

/// What Firn reads from others: one entry a format, the same for the fuzzers and for the tests.
public enum Surface: String, CaseIterable, Sendable {
  case csv, jsonl, gzip, tokenizer, sentencepiece, vocabulary, safetensors, config, modules, tokens
  case features, run, head, partial

  /// Reads `bytes` as this format and all that is in them, with the files that belong to it put
  /// into `folder`, which is empty.
  ///
  /// What the bytes are is told by an error that has words for people; anything else is a fault of
  /// Firn's.
  ///
  /// - Throws: ``Unexplained``.
  public func read(_ bytes: [UInt8], in folder: URL) throws {
    let input = Input(bytes, folder)
    do {
      try read(input)
    } catch is any Explained {
      return
    } catch {
      throw Unexplained(error: "\(type(of: error)): \(error)")
    }
  }

  /// An error without a complaint: the user would see what a programmer wrote.
  public struct Unexplained: Error { public let error: String }

  private func read(_ input: Input) throws {
    switch self {
    case .csv, .jsonl, .gzip: try input.readCorpus(self == .jsonl ? .jsonl : .csv)
    case .tokenizer: try input.readTokenizer(["tokenizer.json"])
    case .sentencepiece:
      try input.readTokenizer(["spiece.model", "config.json"])
    case .vocabulary: try input.readTokenizer(["vocab.txt", "tokenizer_config.json"])
    case .safetensors: try input.readSafetensors()
    case .config: try input.readConfig()
    case .modules: try input.readModules()
    case .tokens: try input.readTokens()
    case .features: try input.readFeatures()
    case .run: try input.readRun()
    case .head: try input.readHead()
    case .partial: try input.readPartial()
    }
  }
}

/// Bytes to be read, and the folder for them and what belongs to them.
struct Input {
  let bytes: [UInt8]
  let folder: URL

  init(_ bytes: [UInt8], _ folder: URL) {
    self.bytes = bytes
    self.folder = folder
  }

  /// Writes the bytes as one file.
  func file(_ name: String) throws -> String {
    let path = folder.appending(path: name).path
    try Data(bytes).write(to: URL(filePath: path))
    return path
  }

  /// Writes the files that are packed in the bytes.
  func files(_ names: [String]) throws {
    for (name, content) in zip(names, Packed.parts(of: bytes, count: names.count)) {
      let url = folder.appending(path: name)
      try FileManager.default.createDirectory(
        at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(content).write(to: url)
    }
  }

  /// Links what is in a folder of Tests, but for files that are there already.
  func link(_ source: String) throws {
    let source = Packed.tests.appending(path: source)
    for name in try FileManager.default.contentsOfDirectory(atPath: source.path) {
      let place = folder.appending(path: name)
      guard !FileManager.default.fileExists(atPath: place.path) else { continue }
      try FileManager.default.createSymbolicLink(
        at: place, withDestinationURL: source.appending(path: name))
    }
  }

  // MARK: - Formats

  func readCorpus(_ format: CorpusFormat) throws {
    let path = try file("corpus")
    for reading in [LabelReading.classes, .lists(delimiter: ";"), .numbers] {
      var options = CorpusOptions(format: format)
      options.labels = reading
      var reader = try CorpusReader(inputs: [path], options: options)
      while try reader.next() != nil {}
    }
  }

  func readTokenizer(_ names: [String]) throws {
    try files(names)
    let tokenizer = try Tokenizer.load(folder: folder.path)
    for text in Self.texts {
      let encoding = tokenizer.encode(text, maxLength: 24)
      precondition(encoding.ids.allSatisfy { $0 >= 0 })
    }
  }

  func readSafetensors() throws {
    let file = try SafetensorsFile(path: try file("x.safetensors"))
    for name in file.names {
      _ = try file.bytes(name).reduce(0, ^)
      // Numbers of another type are refused one by one.
      _ = try? file.floats(name)
      _ = try? file.doubles(name)
    }
  }

  func readConfig() throws {
    try files(["config.json"])
    let text = String(decoding: bytes, as: UTF8.self)
    let model =
      try FileManager.default.contentsOfDirectory(
        atPath: Packed.tests.appending(path: Packed.encoders).path
      ).sorted().first { text.contains("\"\($0)\"") } ?? "bert"
    try link("\(Packed.encoders)/\(model)")
    let folder = try ModelFolder(folder.path, hub: HubCache(folder: folder.path))
    let longest = try EncoderLoader.maximumTokens(folder) ?? 16
    let encoder = try EncoderLoader.load(folder, Numerics(kernels: .selected()))
    guard longest >= 4 else { return }
    let extractor = FeatureExtractor(
      encoder: encoder, keys: [FeatureKey(layer: encoder.layerCount, pooling: .mean)],
      normalize: false, threads: 1, longest: 4)
    let texts = TokenBatch(ids: [1, 2, 3, 1], types: [0, 0, 0, 0], offsets: [0, 3, 4])
    _ = try extractor.extract(texts)
  }

  func readModules() throws {
    try files(Packed.modules)
    try link("StagesTests/Fixtures/tiny-bert")
    let folder = try ModelFolder(folder.path, hub: HubCache(folder: folder.path))
    _ = try folder.sentenceMaxLength()
    _ = try folder.declaredPooling()
    _ = try folder.poolsPrompt()
    _ = try folder.prompts()
    for module in try folder.projectionModules() { _ = try folder.weightFile(of: module) }
  }

  func readTokens() throws {
    let file = try TokensFile(path: try file("t.h5"))
    try readColumns(file.columns)
    for rows in Self.blocks(file.count) {
      _ = try file.tokens(rows)
      _ = try file.tokenCounts(rows)
      _ = try file.fullTokenCounts(rows)
      if file.hasTexts { _ = try file.texts(rows) }
    }
  }

  func readFeatures() throws {
    // What a merge refers to.
    try link("HostileInputTests/Fixtures/Shards")
    let file = try FeaturesFile(path: try file("f.h5"))
    try readColumns(file.columns)
    for rows in Self.blocks(file.count) {
      _ = try file.tokenCounts(rows)
      if file.hasRowKeys { _ = try file.rowKeys(rows) }
      for view in file.views { _ = try file.features(rows, of: view) }
      if file.hasTokenFeatures { _ = try file.tokenFeatures(rows) }
    }
    _ = try file.features(at: Array(stride(from: 0, to: file.count, by: 7)))
  }

  private func readColumns(_ columns: RowColumns) throws {
    for rows in Self.blocks(columns.count) {
      _ = try columns.ids(rows)
      _ = try columns.rowLabels(rows)
      _ = try columns.splits(rows)
      _ = try columns.truncated(rows)
      _ = try columns.textDigests(rows)
      if columns.hasWeights { _ = try columns.weights(rows) }
    }
  }

  func readRun() throws {
    try files(["run.json"])
    try link("\(Packed.runs)/tuned")
    try predict()
  }

  func readHead() throws {
    try files(["head.json", "head.safetensors"])
    // The model is not at hand: what the head is has been read when that is told.
    try predict()
  }

  private func predict() throws {
    let predictor = try Predictor(
      run: folder.path, model: Packed.tests.appending(path: "StagesTests/Fixtures/tiny-bert").path,
      threads: 1)
    var texts: [String]? = ["The film was good", ""]
    try predictor.predict(
      from: {
        defer { texts = nil }
        return texts
      }, write: { _ in })
  }

  func readPartial() throws {
    _ = try file(".f.h5.partial")
    let rows = try Packed.partial(in: folder)
    try rows.replayAll()
  }

  // MARK: -

  private static let texts = [
    "", "The film was good.", "Größe: 映画 🎬\u{0}\n\t x", "<s> [CLS] [MASK] </s> ▁a",
    String(repeating: "ab ", count: 300), String(repeating: "a", count: 3000),
  ]

  private static func blocks(_ count: Int) -> [Range<Int>] {
    stride(from: 0, to: count, by: 4096).map { $0..<min($0 + 4096, count) }
  }
}
