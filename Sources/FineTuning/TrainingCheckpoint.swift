import AtomicFiles
import Foundation
import Kernels
import Optimization
import Safetensors

/// A training between two steps, in one file: weights, moments, the best weights so far, and where it stood.
///
/// Numbers stand in the order of the products, which depends on the kernels: another machine's training goes
/// on elsewhere only with the same ones, as do the bits.
extension FineTuner {
  /// What a training has taken so far, in this process and in those that it was resumed from.
  public struct Spent: Codable, Sendable {
    public var seconds: Double
    public var cpuSeconds: Double

    public init(seconds: Double, cpuSeconds: Double) {
      self.seconds = seconds
      self.cpuSeconds = cpuSeconds
    }
  }

  private struct Position: Codable {
    let steps: Int
    let batches: Int
    let worse: Int
    let bestScore: Double?
    let bestEpoch: Int?
    let history: [HistoryEntry]
    /// nil in checkpoints of versions that did not note it.
    let spent: Spent?
  }

  /// Writes the training to `path`.
  ///
  /// `identity`: all that it depends on; ``resume(from:identity:)`` demands the same.
  /// `spent`: what it took until here, which that gives back.
  ///
  /// - Throws: `AtomicFileError`.
  public func save(to path: String, identity: String, spent: Spent? = nil) throws {
    trainer.settle()
    let position = Position(
      steps: trainer.steps, batches: trainer.batches, worse: worse, bestScore: best?.score,
      bestEpoch: best?.epoch, history: history, spent: spent)
    let file = try AtomicFile(path: path)
    let parts = parts(withBest: best != nil)
    let bytes = try RewrittenFile(path: file.temporaryPath, reportedAs: path)
    let stream = try SafetensorsStream(
      tensors: parts.map { ($0.name, [$0.buffer.count]) },
      metadata: [
        "format": "firn.training", "identity": identity,
        "kernels": trainer.model.store.kernels.family,
        "position": String(decoding: try Self.encoder.encode(position), as: UTF8.self),
      ], to: bytes.write)
    for part in parts {
      try stream.write(UnsafeBufferPointer(start: part.buffer.pointer, count: part.buffer.count))
    }
    stream.finish()
    try file.commit()
  }

  /// Goes on where ``save(to:identity:spent:)`` was called.
  ///
  /// - Returns: what the training had taken by then; nil where the checkpoint does not say.
  /// - Throws: ``TrainingError``, `SafetensorsError`; nothing is changed then.
  @discardableResult
  public func resume(from path: String, identity: String) throws -> Spent? {
    let file = try Self.open(path)
    func demand(_ key: String, _ value: String) throws(TrainingError) {
      guard file.metadata[key] == value else {
        throw .foreignCheckpoint(path: path, what: key)
      }
    }
    try demand("format", "firn.training")
    try demand("kernels", trainer.model.store.kernels.family)
    try demand("identity", identity)
    guard
      let position = try? Self.decoder.decode(
        Position.self, from: Data((file.metadata["position"] ?? "").utf8))
    else { throw TrainingError.badCheckpoint(path: path, reason: "where it stood is not said") }
    if let score = position.bestScore, let epoch = position.bestEpoch {
      best = (
        score, epoch, FloatBuffer(count: trainer.model.store.values.count, zeroed: false)
      )
    }
    let parts = parts(withBest: best != nil)
    for part in parts where try file.info(part.name).shape != [part.buffer.count] {
      throw TrainingError.badCheckpoint(path: path, reason: "\(part.name) has another size")
    }
    for part in parts {
      try file.withFloats(part.name) { values in
        guard let base = values.baseAddress else { return }
        part.buffer.pointer.update(from: base, count: values.count)
      }
    }
    history = position.history
    worse = position.worse
    trainer.resume(steps: position.steps, batches: position.batches)
    return position.spent
  }

  /// A checkpoint is no file to fetch again: what is wrong with it is told as its own.
  private static func open(_ path: String) throws -> SafetensorsFile {
    do {
      return try SafetensorsFile(path: path)
    } catch {
      if case .cannotOpen = error { throw error }
      throw TrainingError.badCheckpoint(path: path, reason: "it is cut short or damaged")
    }
  }

  // A validation loss may be infinite or no number, for which JSON has no word.
  private static var encoder: JSONEncoder {
    let encoder = JSONEncoder()
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    return encoder
  }

  private static var decoder: JSONDecoder {
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    return decoder
  }

  /// In the order of their names.
  private func parts(withBest: Bool) -> [(name: String, buffer: FloatBuffer)] {
    var parts: [(name: String, buffer: FloatBuffer)] = []
    if withBest, let best { parts.append(("best", best.weights)) }
    if trainer.optimizer.first.count > 0 { parts.append(("first", trainer.optimizer.first)) }
    if trainer.optimizer.second.count > 0 { parts.append(("second", trainer.optimizer.second)) }
    parts.append(("values", trainer.model.store.values))
    return parts
  }
}
