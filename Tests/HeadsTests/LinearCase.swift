import Contracts
import Foundation
import Heads
import Testing

/// A model of scikit-learn's, written by Tests/Oracles/linear_fixtures.py.
struct LinearCase: Decodable, Sendable, CustomTestStringConvertible {
  let title: String
  let kind: String
  let c: Double
  let balanced: Bool
  let class_count: Int
  let width: Int
  let features: [Float]
  let labels: [Double]
  let weights: [Double]?
  let coef: [Double]
  let intercept: [Double]
  let objective: Double
  let predicted: [Double]

  var testDescription: String { title }

  static let all: [LinearCase] = {
    guard let url = Bundle.module.url(forResource: "Fixtures/linear", withExtension: "json"),
      let data = try? Data(contentsOf: url)
    else { return [] }
    return (try? JSONDecoder().decode([LinearCase].self, from: data)) ?? []
  }()
  static let logistic = all.filter { $0.kind != "numbers" }
  static let ridge = all.filter { $0.kind == "numbers" }

  var matrix: Matrix { Matrix(rows: features.count / width, columns: width, storage: features) }

  var sparse: SparseMatrix {
    let matrix = matrix
    var starts = [0]
    var columns: [Int32] = []
    var values: [Double] = []
    for row in 0..<matrix.rows {
      for column in 0..<width where features[row * width + column] != 0 {
        columns.append(Int32(column))
        values.append(Double(features[row * width + column]))
      }
      starts.append(values.count)
    }
    return SparseMatrix(
      rows: matrix.rows, columns: width, rowStarts: starts, columnIndices: columns, values: values)
  }

  var labelValues: Labels {
    switch kind {
    case "classes": .classes(labels.map { Int32($0) })
    case "sets":
      .sets(
        LabelSets(
          rows: matrix.rows, labelCount: class_count, values: labels.map { UInt8($0) }))
    default: .numbers(labels)
    }
  }

  func rows(_ features: TrainingRows.Features? = nil) -> TrainingRows {
    TrainingRows(
      features ?? .dense(matrix), labelValues, classCount: class_count, weights: weights)
  }

  var configuration: LogisticRegression.Configuration {
    var configuration = LogisticRegression.Configuration()
    configuration.c = c
    configuration.classWeight = balanced ? .balanced : .none
    return configuration
  }

  var ridgeConfiguration: RidgeRegression.Configuration {
    var configuration = RidgeRegression.Configuration()
    configuration.alpha = c
    return configuration
  }
}

/// A matrix that is read as if it were a file.
struct Rows: FeatureSource {
  let matrix: Matrix
  var count: Int { matrix.rows }
  var width: Int { matrix.columns }
  /// From this row on reading fails.
  var end = Int.max

  struct Broken: Error {}

  func read(_ rows: Range<Int>, into buffer: UnsafeMutableBufferPointer<Float>) throws {
    guard rows.upperBound <= end else { throw Broken() }
    matrix.read(rows, into: buffer)
  }
}
