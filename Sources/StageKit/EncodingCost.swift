import FeatureStore
import Foundation

/// What encoding a features file took.
///
/// Feature files hold no clock, so that equal input gives equal bytes; a run folder does. So the cost is
/// noted in the user's cache when a file is encoded, by what it was made from, and firn-train writes
/// it into run.json, where it stays. It is a hint: without the note the run's encoding is not known.
public struct EncodingCost: Codable, Sendable, Equatable {
  /// Of the whole stage.
  public let seconds: Double
  public let cpuSeconds: Double
  public let peakMemory: Int
  /// Of all rows.
  public let tokens: Int
  /// Of the rows that were encoded; those of the others were found.
  public let encodedTokens: Int

  enum CodingKeys: String, CodingKey {
    case seconds, tokens
    case cpuSeconds = "cpu_seconds"
    case peakMemory = "peak_memory_bytes"
    case encodedTokens = "encoded_tokens"
  }

  public init(
    seconds: Double, cpuSeconds: Double, peakMemory: Int, tokens: Int, encodedTokens: Int
  ) {
    self.seconds = seconds
    self.cpuSeconds = cpuSeconds
    self.peakMemory = peakMemory
    self.tokens = tokens
    self.encodedTokens = encodedTokens
  }

  /// Notes the cost of the file with this provenance, unless more of it was encoded at once before.
  /// Failing to is no error.
  func remember(_ provenance: Provenance) {
    guard let note = Self.note(provenance), encodedTokens > 0 else { return }
    if let kept = Self.find(provenance), kept.encodedTokens > encodedTokens { return }
    try? FileManager.default.createDirectory(
      at: note.deletingLastPathComponent(), withIntermediateDirectories: true)
    try? JSONEncoder().encode(self).write(to: note, options: .atomic)
  }

  /// The cost of the file with this provenance, where it was noted on this machine.
  static func find(_ provenance: Provenance) -> EncodingCost? {
    note(provenance).flatMap { try? Data(contentsOf: $0) }
      .flatMap { try? JSONDecoder().decode(EncodingCost.self, from: $0) }
  }

  /// What run.json says of it.
  var json: JSONValue {
    .object([
      "seconds": .real(seconds), "cpu_seconds": .real(cpuSeconds),
      "peak_memory_bytes": .integer(peakMemory), "tokens": .integer(tokens),
      "encoded_tokens": .integer(encodedTokens),
    ])
  }

  private static func note(_ provenance: Provenance) -> URL? {
    ModelIndex.cache("encodings/\(provenance.configSHA256)-\(provenance.inputSHA256)")
  }
}

/// What a training alone took, without comparisons beside it.
public struct TrainingCost: Sendable {
  public let seconds: Double
  public let cpuSeconds: Double
  /// How many trainings these are of, one a seed.
  public let trainings: Int
  /// The numbers that were learned; nil where the model's file says it.
  public let parameters: Int?

  public init(seconds: Double, cpuSeconds: Double, trainings: Int, parameters: Int? = nil) {
    self.seconds = seconds
    self.cpuSeconds = cpuSeconds
    self.trainings = trainings
    self.parameters = parameters
  }

  /// What run.json says of it.
  var json: JSONValue {
    func rounded(_ seconds: Double) -> JSONValue { .real((seconds * 1e6).rounded() / 1e6) }
    return .object([
      "seconds": rounded(seconds), "cpu_seconds": rounded(cpuSeconds),
      "trainings": .integer(trainings),
      "parameters": parameters.map { .integer($0) } ?? .null,
    ])
  }

  /// Runs a training and measures it.
  ///
  /// - Throws: what it throws.
  static func measured<Value>(
    _ training: () throws -> Value
  ) rethrows -> (value: Value, seconds: Double, cpuSeconds: Double) {
    let (started, used) = (Machine.now, Machine.cpuSeconds)
    let value = try training()
    return (value, Machine.now - started, Machine.cpuSeconds - used)
  }
}
