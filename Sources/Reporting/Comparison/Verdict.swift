import Evaluation

/// What the data support, in one sentence: is the frozen encoder enough here?
public struct Verdict: Sendable, Equatable {
  /// A few words.
  public let headline: String
  /// The sentence, with the difference, its interval, and what it costs.
  public let sentence: String
  /// What is left open, or an empty string.
  public let remark: String

  private init(_ headline: String, _ sentence: String, remark: String = "") {
    self.headline = headline
    self.sentence = sentence
    self.remark = remark
  }

  public init(_ comparison: Comparison) {
    let words = VerdictWords(comparison)
    let tuned = words.best(.tuned)
    let frozen = words.best(.frozen)
    let plain = words.best(.withoutEncoder)
    switch (tuned, frozen, plain) {
    case (let tuned?, let frozen?, _): self = Self.tuning(words, tuned, frozen)
    case (nil, let frozen?, let plain?): self = Self.encoder(words, frozen, plain)
    default: self = Self.others(words)
    }
  }

  /// The question itself.
  private static func tuning(_ words: VerdictWords, _ tuned: Int, _ frozen: Int) -> Verdict {
    let pair = words.pair(frozen, tuned)
    let gain = words.gain(pair)
    let rival = words.frozenName(frozen)
    let cost = words.cost(of: tuned, over: frozen)
    guard pair.isSupported else {
      let bound = words.bound(pair)
      return Verdict(
        "Yes, as far as these \(words.rows) rows can tell.",
        "Fine-tuning and \(words.aside(rival)) do not differ beyond chance\(words.reservation(pair)): the gain is "
          + "\(gain)\(cost.for_).",
        remark: bound.map { "A gain of up to \($0) would not have shown." } ?? "")
    }
    if words.improves(pair) {
      return Verdict(
        "No: fine-tuning does better here.",
        "Fine-tuning gains \(gain) over \(rival)\(cost.for_).", remark: words.margin(pair))
    }
    return Verdict(
      "Yes: the frozen encoder does better here.",
      "Fine-tuning loses \(gain) to \(rival)\(cost.while_).", remark: words.margin(pair))
  }

  /// Without a fine-tuned run: what the encoder is worth.
  private static func encoder(_ words: VerdictWords, _ frozen: Int, _ plain: Int) -> Verdict {
    let pair = words.pair(plain, frozen)
    let gain = words.gain(pair)
    let names = (words.frozenName(frozen), words.name(plain))
    let cost = words.cost(of: frozen, over: plain)
    let remark =
      "No fine-tuned run is among these, so the question itself is open"
      + (words.left(frozen).map { ": at most \($0) are left to gain." } ?? ".")
    guard pair.isSupported else {
      return Verdict(
        "The encoder is not shown to help.",
        "\(words.aside(names.0).capitalizedFirst) and \(names.1), which needs no encoder, do not differ beyond "
          + "chance\(words.reservation(pair)): the gain is \(gain)\(cost.for_).", remark: remark)
    }
    let improves = words.improves(pair)
    return Verdict(
      improves
        ? "The frozen encoder beats doing without one."
        : "Doing without an encoder is better here.",
      "\(words.aside(names.0).capitalizedFirst) \(improves ? "gains" : "loses") \(gain) "
        + "\(improves ? "over" : "to") \(names.1), which needs no encoder"
        + "\(improves ? cost.for_ : cost.while_).", remark: remark)
  }

  /// Runs of one kind: the best against the next.
  private static func others(_ words: VerdictWords) -> Verdict {
    let order = words.ranked
    guard order.count > 1 else {
      return Verdict(
        "There is nothing to compare with.",
        "The only run is \(words.name(order.first ?? 0)): "
          + "\(words.criterion) \(words.score(order.first ?? 0)).",
        remark: "Give runs of other heads, and a fine-tuned one.")
    }
    let pair = words.pair(order[1], order[0])
    let (best, next) = (words.name(order[0]), words.name(order[1]))
    let remark =
      "Fine-tuned and frozen runs are not both among these, so the question itself is open."
    let gain = words.gain(pair)
    guard pair.isSupported else {
      return Verdict(
        "No winner is shown.",
        "The two best\(words.byWhat), \(best) and \(next), do not differ beyond "
          + "chance\(words.reservation(pair)): \(gain).",
        remark: remark)
    }
    let improves = words.improves(pair)
    return Verdict(
      "There is a winner: \(improves ? best : next).",
      "Among these, \(best) \(improves ? "gains" : "loses") \(gain) \(improves ? "over" : "to") "
        + "\(next)\(words.cost(of: order[0], over: order[1]).for_).", remark: remark)
  }
}

/// The parts that sentences are made of.
private struct VerdictWords {
  let comparison: Comparison

  init(_ comparison: Comparison) { self.comparison = comparison }

  var rows: String { Figures.count(comparison.rows) + " " + comparison.split }
  var criterion: String { comparison.criterionTitle }

  func name(_ index: Int) -> String { comparison.contenders[index].name }

  /// The frozen encoder with its head, after the beginning of a sentence.
  func frozenName(_ index: Int) -> String {
    let isOnly = comparison.contenders.count { $0.role == .frozen } == 1
    return "the frozen encoder with \(name(index))"
      + (isOnly ? "" : ", the best of its heads" + byWhat)
  }

  /// With the comma after an apposition, where the sentence goes on.
  func aside(_ name: String) -> String { name.contains(", ") ? name + "," : name }

  func score(_ index: Int) -> String {
    Figures.score(comparison.contenders[index].metrics[comparison.criterion], comparison.criterion)
  }

  /// Another may well have done better on the rows that are shown.
  var byWhat: String { comparison.ranksByValidation ? " on the validation rows" : "" }

  /// Why chance is not ruled out, where the interval alone would rule it out.
  func reservation(_ pair: ComparedPair) -> String {
    guard let interval = pair.interval, !interval.contains(0), !pair.isSupported else { return "" }
    if pair.corrected >= 0.05 {
      return comparison.pairs.count > 1
        ? " after Holm’s correction for \(comparison.pairs.count) pairs (p \(equals(pair.corrected)))"
        : " by the test (p \(equals(pair.corrected)))"
    }
    return ", as not all seeds agree"
  }

  /// The contenders, the best first: by validation rows, which decide nothing else here, where there are such.
  var ranked: [Int] {
    let contenders = comparison.contenders
    let usesValidation = comparison.ranksByValidation
    func worth(_ index: Int) -> Double {
      let contender = contenders[index]
      return (usesValidation ? contender.validation : contender.metrics[comparison.criterion])
        ?? -.infinity
    }
    return contenders.indices.sorted { (-worth($0), $0) < (-worth($1), $1) }
  }

  func best(_ role: ContenderRole) -> Int? {
    ranked.first { comparison.contenders[$0].role == role }
  }

  /// The pair in this order.
  func pair(_ first: Int, _ second: Int) -> ComparedPair {
    for pair in comparison.pairs {
      if (pair.first, pair.second) == (first, second) { return pair }
      if (pair.first, pair.second) == (second, first) {
        var turned = pair
        (turned.first, turned.second) = (first, second)
        turned.difference = -pair.difference
        turned.interval = pair.interval.map {
          PercentileInterval(lower: -$0.upper, upper: -$0.lower)
        }
        return turned
      }
    }
    preconditionFailure("every two contenders are compared")
  }

  func improves(_ pair: ComparedPair) -> Bool { pair.difference > 0 }

  /// "3.1 points of accuracy (95 % interval 2.0 to 4.2)": without sign where it is supported.
  func gain(_ pair: ComparedPair) -> String {
    let sign = pair.isSupported && pair.difference < 0 ? -1.0 : 1.0
    let ends = pair.interval.map { [$0.lower * sign, $0.upper * sign].sorted() }
    let interval = ends.map { " (95 % interval \(number($0[0])) to \(number($0[1])))" } ?? ""
    return "\(number(pair.difference * sign)) \(unit)\(interval)"
  }

  /// The largest gain that the interval leaves possible.
  func bound(_ pair: ComparedPair) -> String? {
    pair.interval.flatMap { $0.upper > 0 ? "\(number($0.upper)) \(unit)" : nil }
  }

  /// What is between a contender and the best score that there is.
  func left(_ index: Int) -> String? {
    guard isShare, !MetricTitle.isLoss(comparison.criterion) else { return nil }
    return comparison.contenders[index].metrics[comparison.criterion].map {
      "\(number(1 - $0)) \(unit)"
    }
  }

  func margin(_ pair: ComparedPair) -> String {
    let test = pair.mcNemar == nil ? "Permutation test" : "McNemar’s exact test"
    return "\(test), Holm-corrected for \(comparison.pairs.count) "
      + "\(comparison.pairs.count == 1 ? "pair" : "pairs"): p \(equals(pair.corrected))."
  }

  private func equals(_ p: Double) -> String {
    let text = Figures.p(p)
    return text.hasPrefix("<") ? text : "= " + text
  }

  private var isShare: Bool { MetricTitle.isShare(comparison.criterion) }
  private var unit: String { isShare ? "points of \(criterion)" : "of \(criterion)" }

  private func number(_ value: Double) -> String {
    isShare ? Figures.fixed(value * 100, 1) : Figures.fixed(value, 3)
  }

  /// What one costs beside the other, for the end of a sentence.
  func cost(of index: Int, over other: Int) -> (for_: String, while_: String) {
    let costs = [index, other].map { comparison.contenders[$0].cost.totalCPUSeconds }
    guard let own = costs[0], let rival = costs[1], own > 0, rival > 0 else { return ("", "") }
    let ratio = own / rival
    let words =
      ratio >= 1.05
      ? "\(Figures.times(ratio)) times the CPU time"
      : ratio <= 0.95 ? "1/\(Figures.times(1 / ratio)) of the CPU time" : "the same CPU time"
    return (", for \(words)", ", while it takes \(words)")
  }
}

extension String {
  fileprivate var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }
}
