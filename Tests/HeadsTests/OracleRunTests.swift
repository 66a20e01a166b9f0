import Contracts
import Foundation
import Heads
import Testing
import Vectorizers

/// Fits what Tests/Oracles/compare_linear.py asks for, so that it can compare with scikit-learn.
///
/// FIRN_ORACLE_LINEAR names the folder of its tasks.json; results.json is written beside it.
@Suite struct OracleRunTests {
  private static let folder = ProcessInfo.processInfo.environment["FIRN_ORACLE_LINEAR"]

  private struct Task: Decodable {
    let kind: String
    let c: Double
    let balanced: Bool
    let class_count: Int
    let train: String
    let test: String
    let labels: [Double]
  }

  private struct Result: Encodable {
    var objective: Double
    /// [test rows, classes], or [test rows].
    var predicted: [Double]
    var seconds: Double
  }

  @Test(.enabled(if: folder != nil)) func run() throws {
    let folder = try #require(Self.folder)
    func read(_ name: String) throws -> Data {
      try Data(contentsOf: URL(fileURLWithPath: folder + "/" + name))
    }
    func texts(_ name: String) throws -> [String] {
      try JSONDecoder().decode([String].self, from: read(name))
    }
    /// Rows of float32; the first number is the width.
    func matrix(_ name: String) throws -> Matrix {
      let numbers = try read(name).withUnsafeBytes { Array($0.bindMemory(to: Float.self)) }
      let width = Int(numbers[0])
      return Matrix(
        rows: (numbers.count - 1) / width, columns: width, storage: Array(numbers.dropFirst()))
    }
    var results: [Result] = []
    for task in try JSONDecoder().decode([Task].self, from: read("tasks.json")) {
      let labels: Labels =
        switch task.kind {
        case "numbers": .numbers(task.labels)
        case "sets":
          .sets(
            LabelSets(
              rows: task.labels.count / task.class_count, labelCount: task.class_count,
              values: task.labels.map { UInt8($0) }))
        default: .classes(task.labels.map { Int32($0) })
        }
      var configuration = LogisticRegression.Configuration()
      configuration.c = task.c
      configuration.classWeight = task.balanced ? .balanced : .none
      let start = ContinuousClock.now
      func seconds() -> Double { (ContinuousClock.now - start) / .seconds(1) }
      if task.kind == "tfidf" {
        let fitted = try #require(TfidfVectorizer.fit(texts(task.train), threads: 2))
        let head = try LogisticRegression.fit(
          TrainingRows(.sparse(fitted.rows), labels, classCount: task.class_count),
          configuration: configuration, threads: 2)
        let rows = fitted.vectorizer.transform(try texts(task.test), threads: 2)
        results.append(
          Result(
            objective: head.summary.objective,
            predicted: try head.predictProbabilities(rows, threads: 2).values, seconds: seconds()))
      } else if task.kind == "numbers" {
        var configuration = RidgeRegression.Configuration()
        configuration.alpha = task.c
        let head = try RidgeRegression.fit(
          TrainingRows(.dense(matrix(task.train)), labels, classCount: 0),
          configuration: configuration, threads: 2)
        results.append(
          Result(
            objective: head.summary.objective,
            predicted: try head.predictNumbers(matrix(task.test)), seconds: seconds()))
      } else {
        let head = try LogisticRegression.fit(
          TrainingRows(.dense(matrix(task.train)), labels, classCount: task.class_count),
          configuration: configuration, threads: 2)
        results.append(
          Result(
            objective: head.summary.objective,
            predicted: try head.predictProbabilities(matrix(task.test), threads: 2).values,
            seconds: seconds()))
      }
    }
    try JSONEncoder().encode(results).write(to: URL(fileURLWithPath: folder + "/results.json"))
  }
}
