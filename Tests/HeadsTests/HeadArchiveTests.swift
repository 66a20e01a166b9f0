import Contracts
import Foundation
import Heads
import Safetensors
import Testing
import Vectorizers

@Suite("HeadArchive") struct HeadArchiveTests {
  private let provenance = FeatureProvenance(
    view: "layers/6/mean", model: "org/model", modelSHA256: "aa", tokenizerSHA256: "bb",
    config: "{\"layers\":[6]}", configSHA256: "cc", maxLength: 128)

  private func archive(_ test: LogisticCase) throws -> HeadArchive {
    HeadArchive(
      head: try test.fit(), classNames: (0..<test.class_count).map { "größe \($0)" },
      features: provenance)
  }

  private func write(_ files: (json: [UInt8], safetensors: [UInt8])) throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    try folder.write(HeadArchive.jsonName, files.json)
    try folder.write(HeadArchive.safetensorsName, files.safetensors)
    return folder
  }

  @Test("comes back as it went, to the last bit", arguments: LogisticCase.all)
  func roundTrip(test: LogisticCase) throws {
    let archive = try archive(test)
    let folder = try write(archive.encode())
    let read = try HeadArchive(folder: folder.path)
    #expect(read.features == archive.features && read.classNames == archive.classNames)
    #expect(read.head as? LogisticRegression == archive.head as? LogisticRegression)
    #expect(
      try (read.head as? LogisticRegression)?.predictProbabilities(test.matrix)
        == (archive.head as? LogisticRegression)?.predictProbabilities(test.matrix))
    #expect(read.encode() == archive.encode())
  }

  /// Each change to head.json, and the error it must meet.
  private static let lies: [(from: String, to: String, isExpected: @Sendable (HeadError) -> Bool)] =
    [
      ("{", "[", { if case .malformed = $0 { true } else { false } }),
      (
        "\"format_version\" : 2", "\"format_version\" : 3",
        { if case .newerVersion(_, 3, 2) = $0 { true } else { false } }
      ),
      (
        "\"head\" : \"logistic\"", "\"head\" : \"forest\"",
        { if case .unknownKind(_, "forest") = $0 { true } else { false } }
      ),
      (
        "\"model_sha256\"", "\"model_sha\"",
        { if case .malformed(_, "there is no model_sha256") = $0 { true } else { false } }
      ),
      (
        "\"max_length\" : 128", "\"max_length\" : \"long\"",
        {
          if case .malformed(_, "features.max_length is of the wrong type") = $0 {
            true
          } else {
            false
          }
        }
      ),
      (
        "\"width\" : 6", "\"width\" : 7",
        {
          if case .badShape(_, "coef", [5, 7], [5, 6]) = $0 { true } else { false }
        }
      ),
      (
        "\"width\" : 6", "\"width\" : 0",
        { if case .inconsistent(_, "width") = $0 { true } else { false } }
      ),
      (
        "\"größe 3\",", "",
        { if case .inconsistent(_, "trained_classes") = $0 { true } else { false } }
      ),
      (
        "\"standardize\" : false", "\"standardize\" : true",
        { if case .weights(.noSuchTensor(_, "scale")) = $0 { true } else { false } }
      ),
    ]

  @Test("refuses a description that lies", arguments: lies.indices)
  func refuses(index: Int) throws {
    let lie = Self.lies[index]
    let test = try #require(LogisticCase.all.first { $0.title == "five classes, C 1.0" })
    let files = try archive(test).encode()
    let text = String(decoding: files.json, as: UTF8.self)
    let range = try #require(text.range(of: lie.from))
    let folder = try write(
      (Array(text.replacingCharacters(in: range, with: lie.to).utf8), files.safetensors))
    do throws(HeadError) {
      _ = try HeadArchive(folder: folder.path)
      Issue.record("read")
    } catch {
      #expect(lie.isExpected(error), "\(error)")
    }
  }

  @Test("linear heads of every kind come back", arguments: LinearCase.all)
  func linearRoundTrip(test: LinearCase) throws {
    let names = (0..<test.class_count).map { "label \($0)" }
    if test.kind == "numbers" {
      let head = try RidgeRegression.fit(test.rows(), configuration: test.ridgeConfiguration)
      let archive = HeadArchive(head: head, classNames: names, features: provenance)
      let folder = try write(archive.encode())
      let read = try HeadArchive(folder: folder.path)
      #expect(read.head as? RidgeRegression == head && read.encode() == archive.encode())
    } else {
      let head = try LogisticRegression.fit(test.rows(), configuration: test.configuration)
      let archive = HeadArchive(head: head, classNames: names, features: provenance)
      let folder = try write(archive.encode())
      let read = try HeadArchive(folder: folder.path)
      #expect(read.head as? LogisticRegression == head && read.encode() == archive.encode())
    }
  }

  @Test func aVectorizerComesBackWithItsHead() throws {
    let texts = ["good fine film", "bad poor film", "good good plot", "poor plot, bad ending"]
    let fitted = try #require(TfidfVectorizer.fit(texts))
    let head = try LogisticRegression.fit(
      TrainingRows(.sparse(fitted.rows), .classes([1, 0, 1, 0]), classCount: 2))
    let archive = HeadArchive(
      head: head, classNames: ["neg", "größe"], input: .texts(fitted.vectorizer))
    let files = archive.encode()
    let folder = try write(files)
    let read = try HeadArchive(folder: folder.path)
    #expect(read.head as? LogisticRegression == head && read.input == archive.input)
    #expect(read.features == nil && read.vectorizer?.transform(texts) == fitted.rows)
    let text = String(decoding: files.json, as: UTF8.self)
    for (from, to) in [("\"ngram_max\" : 2", "\"ngram_max\" : 3"), ("vectorizer", "other")] {
      let folder = try write((Array(text.replacing(from, with: to).utf8), files.safetensors))
      #expect(throws: HeadError.self) { try HeadArchive(folder: folder.path) }
    }
    let broken = SafetensorsWriter.encode(
      head.tensors + [
        .init(
          name: "idf", shape: [head.width], values: .float64(fitted.vectorizer.inverseFrequencies)),
        .init(name: "vocabulary", shape: [3], values: .uint8(Array("ab\n".utf8))),
      ])
    let third = try write((files.json, broken))
    #expect(
      throws: HeadError.inconsistent(
        path: third.path + "/head.safetensors", field: "vocabulary")
    ) { try HeadArchive(folder: third.path) }
  }

  @Test func refusesMissingAndBrokenFiles() throws {
    let test = try #require(LogisticCase.all.first)
    let files = try archive(test).encode()
    let folder = try TemporaryFolder()
    #expect(throws: HeadError.cannotRead(path: folder.path + "/head.json")) {
      try HeadArchive(folder: folder.path)
    }
    try folder.write(HeadArchive.jsonName, files.json)
    let path = folder.path + "/head.safetensors"
    #expect(throws: HeadError.weights(.cannotOpen(path: path, errno: ENOENT))) {
      try HeadArchive(folder: folder.path)
    }
    try folder.write(HeadArchive.safetensorsName, Array(files.safetensors.dropLast()))
    #expect(throws: HeadError.self) { try HeadArchive(folder: folder.path) }

    let nan = SafetensorsWriter.encode([
      .init(name: "coef", shape: [1, 4], values: .float64([1, .nan, 0, 0])),
      .init(name: "intercept", shape: [1], values: .float64([0])),
    ])
    try folder.write(HeadArchive.safetensorsName, nan)
    #expect(throws: HeadError.nonFiniteWeights(path: path, tensor: "coef")) {
      try HeadArchive(folder: folder.path)
    }
  }
}

/// A folder that goes with the object.
final class TemporaryFolder {
  let path: String

  init() throws {
    let url = FileManager.default.temporaryDirectory.appending(path: "firn-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    path = url.path
  }

  func write(_ name: String, _ bytes: [UInt8]) throws {
    try Data(bytes).write(to: URL(fileURLWithPath: path + "/" + name))
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }
}
