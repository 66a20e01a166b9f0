import Contracts
import Foundation
import Heads

/// What a run says of one text.
public struct Prediction: Sendable {
  /// What is predicted, of the labels' kind.
  public enum Outcome: Sendable, Equatable {
    case label(String)
    case labels([String])
    case number(Double)
  }

  public let text: String
  public let outcome: Outcome
  public let classNames: [String]
  /// One a class or label; empty for numbers.
  public let probabilities: [Double]
  /// Whether max-length cut the text.
  public let truncated: Bool

  /// In one line: the class; the labels with `;` between them; the number.
  public var label: String {
    switch outcome {
    case .label(let name): name
    case .labels(let names): names.joined(separator: ";")
    case .number(let number): "\(number)"
    }
  }

  /// ``label``, then `class=probability` for every class, tab-separated.
  public var textWithProbabilities: String {
    ([label] + zip(classNames, probabilities).map { "\($0)=\(String(format: "%.6f", $1))" })
      .joined(separator: "\t")
  }

  public var json: JSONValue {
    var values: [String: JSONValue] = ["text": .string(text), "truncated": .bool(truncated)]
    switch outcome {
    case .label(let name): values["label"] = .string(name)
    case .labels(let names): values["labels"] = .strings(names)
    case .number(let number): values["value"] = .real(number)
    }
    if !probabilities.isEmpty {
      values["probabilities"] = .object(
        Dictionary(
          zip(classNames, probabilities.map { JSONValue.real($0) }), uniquingKeysWith: { $1 }))
    }
    return .object(values)
  }
}

extension Predictions {
  /// Each row's prediction in words.
  func named(_ texts: [String], classNames: [String], truncated: (Int) -> Bool) -> [Prediction] {
    func prediction(_ row: Int, _ outcome: Prediction.Outcome, _ probabilities: [Double])
      -> Prediction
    {
      Prediction(
        text: texts[row], outcome: outcome, classNames: classNames, probabilities: probabilities,
        truncated: truncated(row))
    }
    switch self {
    case .classes(let probabilities):
      return zip(texts.indices, probabilities.classes).map { row, label in
        prediction(row, .label(classNames[label]), Array(probabilities[row: row]))
      }
    case .sets(let probabilities):
      let sets = probabilities.labelSets
      return texts.indices.map { row in
        prediction(
          row, .labels(sets.labels(ofRow: row).map { classNames[$0] }),
          Array(probabilities[row: row]))
      }
    case .numbers(let numbers):
      return texts.indices.map { prediction($0, .number(numbers[$0]), []) }
    }
  }
}
