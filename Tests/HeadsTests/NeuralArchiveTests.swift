import Contracts
import Foundation
import Heads
import Testing

@Suite("Archives of networks") struct NeuralArchiveTests {
  private let provenance = FeatureProvenance(
    view: "layers/6/mean", model: "org/model", modelSHA256: "aa", tokenizerSHA256: "bb",
    config: "{\"layers\":[6]}", configSHA256: "cc", maxLength: 128)

  private func names(_ count: Int) -> [String] { (0..<count).map { "größe \($0)" } }

  private func write(_ files: (json: [UInt8], safetensors: [UInt8])) throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    try folder.write(HeadArchive.jsonName, files.json)
    try folder.write(HeadArchive.safetensorsName, files.safetensors)
    return folder
  }

  private func read(_ files: (json: [UInt8], safetensors: [UInt8])) throws -> HeadArchive {
    let folder = try write(files)
    // The folder is deleted with its last user.
    return try withExtendedLifetime(folder) { try HeadArchive(folder: folder.path) }
  }

  private func trained(_ test: NeuralCase) throws -> MLPClassifier {
    var configuration = try test.perceptron().configuration
    configuration.standardize = true
    return try MLPClassifier.fit(
      features: test.matrix, labels: test.targets(0..<test.rows), classCount: test.outputs,
      configuration: configuration)
  }

  @Test(arguments: NeuralCase.load("perceptron"))
  func perceptronComesBackToTheLastBit(test: NeuralCase) throws {
    let head = try trained(test)
    let archive = HeadArchive(
      head: head, classNames: names(head.classCount), features: provenance)
    let read = try self.read(archive.encode())
    #expect(read.head as? MLPClassifier == head)
    #expect(read.classNames == archive.classNames && read.features == archive.features)
    #expect(read.encode() == archive.encode())
  }

  @Test(arguments: NeuralCase.load("recurrent"))
  func recurrentComesBackToTheLastBit(test: NeuralCase) throws {
    let head = try test.recurrent()
    let archive = RecurrentArchive(
      head: head, classNames: names(head.classCount), features: provenance)
    let folder = try write(archive.encode())
    let read = try RecurrentArchive(folder: folder.path)
    #expect(read == archive && RecurrentArchive.isIn(folder: folder.path))
    #expect(read.encode() == archive.encode())
    let input = test.input(0..<test.rows)
    let answers = try [read.head, head].map { try $0.predict(input).values }
    #expect(answers[0] == answers[1])
  }

  /// Each change to head.json, and the error it must meet.
  private static let lies: [(from: String, to: String, isExpected: @Sendable (HeadError) -> Bool)] =
    [
      ("{", "[", { if case .malformed = $0 { true } else { false } }),
      (
        "\"format_version\" : ", "\"format_version\" : 9",
        { if case .newerVersion = $0 { true } else { false } }
      ),
      (
        "\"head\" : \"", "\"head\" : \"x",
        { if case .unknownKind = $0 { true } else { false } }
      ),
      (
        "\"model_sha256\"", "\"model_sha\"",
        { if case .malformed(_, "there is no model_sha256") = $0 { true } else { false } }
      ),
      ("\"width\" : ", "\"width\" : 1", { if case .badShape = $0 { true } else { false } }),
      (
        "\"width\" : ", "\"width\" : -",
        { if case .inconsistent(_, "width") = $0 { true } else { false } }
      ),
      ("\"größe 0\",", "", { if case .badShape = $0 { true } else { false } }),
      (
        "\"unit\" : 1", "\"unit\" : -1",
        { if case .inconsistent(_, "unit") = $0 { true } else { false } }
      ),
    ]

  @Test(arguments: lies.indices, [true, false])
  func liesAreFound(lie: Int, isRecurrent: Bool) throws {
    let (from, to, isExpected) = Self.lies[lie]
    var files: (json: [UInt8], safetensors: [UInt8])
    if isRecurrent {
      let head = try #require(NeuralCase.load("recurrent").first).recurrent()
      files = RecurrentArchive(
        head: head, classNames: names(head.classCount), features: provenance
      ).encode()
    } else {
      let head = try trained(try #require(NeuralCase.load("perceptron").first))
      files = HeadArchive(
        head: head, classNames: names(head.classCount), features: provenance
      ).encode()
    }
    let json = try #require(String(bytes: files.json, encoding: .utf8))
    let place = try #require(json.range(of: from))
    files.json = Array(json.replacingCharacters(in: place, with: to).utf8)
    let folder = try write(files)
    let error = try #require(throws: HeadError.self) {
      if isRecurrent {
        _ = try RecurrentArchive(folder: folder.path)
      } else {
        _ = try HeadArchive(folder: folder.path)
      }
    }
    #expect(isExpected(error), "\(error)")
  }

  @Test func brokenWeightsAreFound() throws {
    let head = try #require(NeuralCase.load("recurrent").first).recurrent()
    let files = RecurrentArchive(
      head: head, classNames: names(head.classCount), features: provenance
    ).encode()
    let short = try write((files.json, Array(files.safetensors.dropLast(8))))
    let error = try #require(throws: HeadError.self) {
      try RecurrentArchive(folder: short.path)
    }
    if case .weights = error {} else { Issue.record("\(error)") }
    // The last four bytes are a bias of the output: a NaN.
    let broken = try write(
      (files.json, Array(files.safetensors.dropLast(4)) + [0, 0, 0xC0, 0x7F]))
    #expect(throws: HeadError.self) { try RecurrentArchive(folder: broken.path) }
    #expect(throws: HeadError.self) { try RecurrentArchive(folder: short.path + "/nothing") }
  }
}
