import Foundation
import Reporting

/// Which words carried a prediction: each is left out in turn, and the change is what it carried.
///
/// Occlusion, as Zeiler and Fergus 2014 did with images (section 2): it asks nothing of the model but
/// predictions, and so is the same for every head and for fine-tuned models. Words that carry something
/// only together share it badly: without one the other may stand for both.
public struct Explanation: Sendable {
  public struct Word: Sendable, Equatable {
    public let word: String
    /// What is predicted without the word: a probability, or the number.
    public let without: Double
    /// What the word added: the prediction with it less that without it.
    public let change: Double
  }

  public let prediction: Prediction
  /// The class or label whose probability is explained; nil for numbers.
  public let target: String?
  /// Its probability, or the number.
  public let value: Double
  /// In the order of the text.
  public let words: [Word]

  /// Texts that are read together.
  private static var textsPerBlock: Int { 256 }

  /// Explains what is predicted of a text.
  ///
  /// `target`: the class or label whose probability is explained; nil for the most probable.
  ///
  /// - Throws: ``StageError/badOption(option:value:expected:)`` for a class that the run does not know,
  ///   and what predicting throws.
  public init(_ text: String, by predictor: Predictor, target: String?) throws {
    let omission = WordOmission(text)
    var place = -1
    var all: [Prediction] = []
    try predictor.predict {
      guard place < omission.words.count else { return nil }
      let block = place..<min(place + Self.textsPerBlock, omission.words.count)
      place = block.upperBound
      return block.map { $0 < 0 ? text : omission.without($0) }
    } write: {
      all += $0
    }
    prediction = all[0]
    let index = try Self.index(of: target, in: prediction)
    self.target = index.map { all[0].classNames[$0] }
    func value(_ prediction: Prediction) -> Double {
      if case .number(let number) = prediction.outcome { return number }
      return index.map { prediction.probabilities[$0] } ?? 0
    }
    let whole = value(all[0])
    self.value = whole
    words = omission.words.indices.map { number in
      let without = value(all[number + 1])
      return Word(word: omission.word(number), without: without, change: whole - without)
    }
  }

  private static func index(of target: String?, in prediction: Prediction) throws -> Int? {
    let probabilities = prediction.probabilities
    guard let target else {
      return probabilities.indices.max { probabilities[$0] < probabilities[$1] }
    }
    guard let index = prediction.classNames.firstIndex(of: target) else {
      throw StageError.badOption(
        option: "--class", value: target,
        expected: prediction.classNames.isEmpty
          ? "no class: this run predicts numbers" : prediction.classNames.joined(separator: ", "))
    }
    return index
  }

  /// The prediction, then the words that changed it most, for people.
  public func text(limit: Int = 10) -> String {
    func number(_ value: Double, sign: Bool = false) -> String {
      String(format: sign ? "%+.4f" : "%.4f", value)
    }
    var table = TextTable([("change", .right), ("without", .right), ("word", .left)])
    let order = words.indices.sorted {
      (abs(words[$1].change), $0) < (abs(words[$0].change), $1)
    }
    for word in order.prefix(limit).map({ words[$0] }) {
      table.append([number(word.change, sign: true), number(word.without), word.word])
    }
    let head = target.map { "\(prediction.label)\t\($0)=\(number(value))" } ?? number(value)
    let cut = prediction.truncated ? " (cut at max-length: words behind it carry nothing)" : ""
    return head + cut + "\n" + table.text
  }

  public var json: JSONValue {
    guard case .object(var values) = prediction.json else { return prediction.json }
    values["explained"] = .object([
      "class": target.map { .string($0) } ?? .null, "value": .real(value),
      "words": .array(
        words.map {
          .object([
            "word": .string($0.word), "change": .real($0.change), "without": .real($0.without),
          ])
        }),
    ])
    return .object(values)
  }
}
