import Contracts
import Foundation
import Heads
import Synchronization
import Testing

/// What PyTorch does from the same weights: Tests/Oracles/neural_fixtures.py.
struct NeuralCase: Decodable, Sendable, CustomTestStringConvertible {
  let kind: String
  let outputs: Int
  let labels: [Double]
  let weights: [Double]
  let class_weights: [Double]
  let batch: Int
  let rate: Double
  let start: [String: [Float]]
  let scores: [Float]
  let gradients: [String: [Float]]
  let losses: [Double]
  let final: [Float]
  let width: Int
  let features: [Float]
  // Of perceptrons.
  let activation: String?
  let hidden: [Int]?
  // Of recurrent ones.
  let cell: String?
  let layers: Int?
  let bidirectional: Bool?
  let pooling: String?
  let size: Int?
  let lengths: [Int]?
  let vocabulary: Int?
  let ids: [Int32]?

  var testDescription: String {
    [cell, pooling, activation, kind].compactMap { $0 }.joined(separator: " ")
      + (layers.map { " \($0)" } ?? "") + (bidirectional == true ? " both ways" : "")
  }

  static func load(_ name: String) -> [NeuralCase] {
    guard let url = Bundle.module.url(forResource: "Fixtures/\(name)", withExtension: "json"),
      let data = try? Data(contentsOf: url)
    else { return [] }
    return (try? JSONDecoder().decode([NeuralCase].self, from: data)) ?? []
  }

  var rows: Int { weights.count }

  func targets(_ range: Range<Int>) -> Labels {
    switch kind {
    case "softmax": return .classes(range.map { Int32(labels[$0]) })
    case "sigmoid":
      let values = labels[range.lowerBound * outputs..<range.upperBound * outputs]
      return .sets(
        LabelSets(rows: range.count, labelCount: outputs, values: values.map { UInt8($0) }))
    default: return .numbers(range.map { labels[$0] })
    }
  }

  /// Of numbers, over all rows.
  var scale: (center: Double, unit: Double) {
    guard kind == "identity" else { return (0, 1) }
    let mean = labels.reduce(0, +) / Double(rows)
    let squares = labels.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    return (mean, (squares / Double(rows)).squareRoot())
  }

  var output: OutputKind { OutputKind(rawValue: kind) ?? .softmax }

  var training: NetworkTraining {
    var training = NetworkTraining()
    training.learningRate = rate
    training.weightDecay = 0.01
    training.batchSize = batch
    // Ten steps of batches of 13 of 40 rows: two and a half epochs.
    training.epochs = 3
    training.classWeight = .explicit(class_weights)
    training.shuffle = false
    return training
  }

  /// Scores as predictions: what a softmax or a sigmoid makes of them.
  func predictions(_ scores: [Float]) -> [Double] {
    let scores = scores.map(Double.init)
    switch kind {
    case "softmax":
      return stride(from: 0, to: scores.count, by: outputs).flatMap { start in
        let e = scores[start..<start + outputs].map { exp($0) }
        return e.map { $0 / e.reduce(0, +) }
      }
    case "sigmoid": return scores.map { 1 / (1 + exp(-$0)) }
    default: return scores.map { scale.center + scale.unit * $0 }
    }
  }
}

extension Predictions {
  /// All numbers, row by row.
  var values: [Double] {
    switch self {
    case .classes(let probabilities), .sets(let probabilities): probabilities.values
    case .numbers(let numbers): numbers
    }
  }
}

/// A monitor that notes the losses of steps and cancels after `limit` of them.
final class StepLog: Sendable {
  private let noted = Mutex<[Double]>([])
  let limit: Int

  init(limit: Int = .max) { self.limit = limit }

  var losses: [Double] { noted.withLock { $0 } }

  var monitor: TrainingMonitor {
    var monitor = TrainingMonitor()
    monitor.step = { _, _, loss in self.noted.withLock { $0.append(loss) } }
    monitor.isCancelled = { self.losses.count >= self.limit }
    return monitor
  }
}

/// The largest difference in units of the largest expected number.
func relativeDistance(_ found: [Float], _ expected: [Float]) -> Double {
  let top = expected.map { abs($0) }.max() ?? 0
  let distance = zip(found, expected).map { abs(Double($0) - Double($1)) }.max() ?? 0
  return found.count == expected.count ? distance / Double(max(top, 1e-6)) : .infinity
}
