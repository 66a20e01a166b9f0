import Contracts
import Foundation
import Heads
import Testing
import Vectorizers

/// Fits what Tests/Oracles/compare_linear.py and pipelines/bench/linear.py ask for, so that they can
/// compare with scikit-learn.
///
/// FIRN_ORACLE_LINEAR names the folder of their tasks.json; results.json is written beside it.
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
    let tolerance: Double?
    let threads: Int?
  }

  private struct Result: Encodable {
    var objective: Double
    /// [test rows, classes], or [test rows].
    var predicted: [Double]
    /// Of the fit alone.
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
      if let tolerance = task.tolerance { configuration.tolerance = tolerance }
      let threads = task.threads ?? 2
      switch task.kind {
      case "vectorizer":
        let texts = try texts(task.train)
        let (seconds, fitted) = Self.timed { TfidfVectorizer.fit(texts, threads: threads) }
        #expect(fitted != nil)
        results.append(Result(objective: 0, predicted: [], seconds: seconds))
      case "tfidf":
        let texts = (train: try texts(task.train), test: try texts(task.test))
        let (seconds, (vectorizer, head)) = try Self.timed {
          let fitted = try #require(TfidfVectorizer.fit(texts.train, threads: threads))
          let rows = TrainingRows(.sparse(fitted.rows), labels, classCount: task.class_count)
          return (
            fitted.vectorizer,
            try LogisticRegression.fit(rows, configuration: configuration, threads: threads)
          )
        }
        let rows = vectorizer.transform(texts.test, threads: threads)
        results.append(
          Result(
            objective: head.summary.objective,
            predicted: try head.predictProbabilities(rows, threads: threads).values,
            seconds: seconds))
      case "numbers":
        var configuration = RidgeRegression.Configuration()
        configuration.alpha = task.c
        let rows = TrainingRows(.dense(try matrix(task.train)), labels, classCount: 0)
        let (seconds, head) = try Self.timed {
          try RidgeRegression.fit(rows, configuration: configuration, threads: threads)
        }
        results.append(
          Result(
            objective: head.summary.objective,
            predicted: try head.predictNumbers(matrix(task.test)), seconds: seconds))
      default:
        let rows = TrainingRows(
          .dense(try matrix(task.train)), labels, classCount: task.class_count)
        let (seconds, head) = try Self.timed {
          try LogisticRegression.fit(rows, configuration: configuration, threads: threads)
        }
        results.append(
          Result(
            objective: head.summary.objective,
            predicted: try head.predictProbabilities(matrix(task.test), threads: threads).values,
            seconds: seconds))
      }
    }
    try JSONEncoder().encode(results).write(to: URL(fileURLWithPath: folder + "/results.json"))
  }
  private static func timed<Value>(_ body: () throws -> Value) rethrows -> (Double, Value) {
    let start = ContinuousClock.now
    let value = try body()
    return ((ContinuousClock.now - start) / .seconds(1), value)
  }
}
