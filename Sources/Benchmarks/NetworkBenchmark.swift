import Contracts
import Heads
public import StageKit

/// What an epoch of a network's training costs, on made rows: what pipelines/bench/heads.py sets
/// beside other programs.
public struct NetworkBenchmark: Sendable {
  public enum Kind: String, Sendable, CaseIterable {
    /// 384-256-10 on 20,000 rows.
    case mlp
    /// 384-128-2 on 1600 texts of 5 to 45 tokens, pooled by the last state.
    case lstm, gru
    /// The same in both directions.
    case bilstm, bigru
  }

  public let kind: Kind
  public let batchSize: Int
  public let threads: Int

  public init(_ kind: Kind, batchSize: Int, threads: Int) {
    self.kind = kind
    self.batchSize = batchSize
    self.threads = threads
  }

  /// The seconds of each of `epochs` epochs.
  ///
  /// - Throws: `HeadError`.
  public func run(epochs: Int) throws -> [JSONValue] {
    let clock = EpochClock()
    var training = NetworkTraining()
    training.batchSize = batchSize
    training.epochs = epochs
    switch kind {
    case .mlp:
      var configuration = MLPClassifier.Configuration()
      configuration.hiddenLayers = [256]
      configuration.dropout = 0
      configuration.standardize = false
      configuration.training = training
      let rows = 20_000
      _ = try MLPClassifier.fit(
        features: Self.noise(rows), labels: Self.labels(rows, classes: 10), classCount: 10,
        configuration: configuration, threads: threads, monitor: clock.monitor)
    case .lstm, .gru, .bilstm, .bigru:
      var configuration = RecurrentClassifier.Configuration()
      configuration.cell = kind == .lstm || kind == .bilstm ? .lstm : .gru
      configuration.isBidirectional = kind == .bilstm || kind == .bigru
      configuration.size = 128
      configuration.dropout = 0
      configuration.pooling = .last
      configuration.training = training
      let texts = 1600
      let offsets = (0..<texts).reduce(into: [0]) { $0.append($0[$1] + 5 + $1 * 7919 % 41) }
      let tokens = TokenFeatures(values: Self.noise(offsets[texts]), offsets: offsets)
      _ = try RecurrentClassifier.fit(
        input: .features(tokens), labels: Self.labels(texts, classes: 2), classCount: 2,
        configuration: configuration, threads: threads, monitor: clock.monitor)
    }
    return clock.seconds.map { .real($0) }
  }

  private static func noise(_ rows: Int) -> Matrix {
    var generator = SplitMix64(seed: 1)
    let values = (0..<rows * 384).map { _ in
      Float(generator.next() >> 40) * 0x1p-23 - 1
    }
    return Matrix(rows: rows, columns: 384, storage: values)
  }

  private static func labels(_ rows: Int, classes: Int) -> Labels {
    .classes((0..<rows).map { Int32($0 * 7 % classes) })
  }
}

/// The times between epochs; the first begins with its first step.
///
/// Unchecked because training calls its monitor from one thread.
private final class EpochClock: @unchecked Sendable {
  private(set) var seconds: [Double] = []
  private var last = 0.0

  var monitor: TrainingMonitor {
    var monitor = TrainingMonitor()
    monitor.isCancelled = {
      if self.last == 0 { self.last = Machine.now }
      return false
    }
    monitor.epoch = { _ in
      let now = Machine.now
      self.seconds.append(now - self.last)
      self.last = now
    }
    return monitor
  }
}
