import Contracts
import Foundation
import Heads
import Testing

/// A model of scikit-learn's, written by Tests/Oracles/logistic_fixtures.py.
struct LogisticCase: Decodable, Sendable, CustomTestStringConvertible {
  let title: String
  let class_count: Int
  let c: Double
  let standardize: Bool
  let balanced: Bool
  let weights: [Double]?
  let width: Int
  let features: [Float]
  let labels: [Int]
  let coef: [Double]
  let intercept: [Double]
  let objective: Double
  let probabilities: [Double]

  var testDescription: String { title }

  static let all: [LogisticCase] = {
    guard let url = Bundle.module.url(forResource: "Fixtures/logistic", withExtension: "json"),
      let data = try? Data(contentsOf: url)
    else { return [] }
    return (try? JSONDecoder().decode([LogisticCase].self, from: data)) ?? []
  }()

  var matrix: Matrix { Matrix(rows: labels.count, columns: width, storage: features) }

  var configuration: LogisticRegression.Configuration {
    var configuration = LogisticRegression.Configuration()
    configuration.c = c
    configuration.standardize = standardize
    if balanced { configuration.classWeight = .balanced }
    if let weights { configuration.classWeight = .explicit(weights) }
    return configuration
  }

  func fit(threads: Int = 1) throws -> LogisticRegression {
    try LogisticRegression.fit(
      features: matrix, labels: labels, classCount: class_count, configuration: configuration,
      threads: threads)
  }
}

/// Deterministic numbers in -1..<1 (SplitMix64).
struct Noise {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> Float {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return Float(Int32(truncatingIfNeeded: (z ^ (z >> 31)) >> 32)) / 0x1p31
  }

  /// Rows around a centre of their class, with columns of very different scales.
  static func clusters(rows: Int, columns: Int, classes: Int) -> (Matrix, [Int]) {
    var noise = Noise(seed: 5)
    let centers = (0..<classes * columns).map { _ in noise.next() }
    let labels = (0..<rows).map { $0 * 7 % classes }
    var storage: [Float] = []
    for label in labels {
      for column in 0..<columns {
        let value = centers[label * columns + column] + 3 * noise.next()
        storage.append(value * Float(1 + column % 9))
      }
    }
    return (Matrix(rows: rows, columns: columns, storage: storage), labels)
  }
}
