import Contracts
import Evaluation
import Foundation

/// The comparison as tables: for a terminal, as Markdown, as csv.
extension Comparison {
  /// What the terminal shows: the verdict, the contenders, the pairs.
  public var text: String {
    let verdict = Verdict(self)
    var table = TextTable(
      zip(contenderTitles, contenderTitles.indices).map { ($0, $1 == 0 ? .left : .right) })
    for cells in contenderCells { table.append(cells) }
    var text = verdict.headline + "\n" + verdict.sentence + "\n"
    if !verdict.remark.isEmpty { text += verdict.remark + "\n" }
    text += "\n" + table.text
    if !pairs.isEmpty {
      var table = TextTable(
        zip(pairTitles, pairTitles.indices).map { ($0, $1 == 0 ? .left : .right) })
      for cells in pairCells { table.append(cells) }
      text += "\n" + table.text
    }
    return text + "\n" + notes.joined(separator: "\n") + "\n"
  }

  /// The same as Markdown, for a page of notes or a pull request.
  public var markdown: String {
    func table(_ titles: [String], _ rows: [[String]]) -> String {
      func line(_ cells: [String]) -> String {
        "| "
          + cells.map(Self.markdownCell).joined(separator: " | ")
          + " |\n"
      }
      let rule = "| --- |" + String(repeating: " ---: |", count: titles.count - 1) + "\n"
      return line(titles) + rule + rows.map(line).joined()
    }
    let verdict = Verdict(self)
    var text = "# \(title): is the frozen encoder enough here?\n\n**\(verdict.headline)** "
    text += "\(verdict.sentence) \(verdict.remark)".trimmingCharacters(in: .whitespaces) + "\n\n"
    text += table(contenderTitles, contenderCells) + "\n"
    if !pairs.isEmpty { text += table(pairTitles, pairCells) + "\n" }
    return text + notes.map { "- \($0)\n" }.joined()
  }

  /// Of one line, and of nothing that Markdown takes for its own.
  private static func markdownCell(_ cell: String) -> String {
    cell.map { character in
      switch character {
      case "|": "\\|"
      case "<": "&lt;"
      case _ where character.isNewline: " "
      default: String(character)
      }
    }.joined()
  }

  /// comparison.csv: a row a contender, every number with all its digits; empty where it is not known.
  public var csv: String {
    let names = contenders.first?.scores.map(\.name) ?? []
    let costs = [
      "training_seconds", "training_cpu_seconds", "encoding_seconds", "encoding_cpu_seconds",
      "total_cpu_seconds", "peak_memory_bytes", "parameters_trained", "predictions_per_second",
    ]
    var text = CSV.record(
      ["contender", "role", "summary", "seeds"]
        + names.flatMap { ["\($0)", "\($0)_low", "\($0)_high", "\($0)_mean", "\($0)_sd"] }
        + ["validation_\(criterion)"] + costs)
    for contender in contenders {
      let cost = contender.cost
      let scores = names.flatMap { name -> [Double?] in
        guard let score = contender.score(name) else { return [nil, nil, nil, nil, nil] }
        return [
          score.value, score.interval?.lower, score.interval?.upper, score.mean, score.deviation,
        ]
      }
      let seconds = [
        cost.trainingSeconds, cost.trainingCPUSeconds, cost.encodingSeconds,
        cost.encodingCPUSeconds, cost.totalCPUSeconds,
      ]
      text += CSV.record(
        [contender.name, contender.role.rawValue, contender.summary]
          + ["\(contender.scores.first?.seeds ?? 1)"]
          + (scores + [contender.validation] + seconds).map(Self.number)
          + [cost.peakMemory.map { "\($0)" } ?? "", cost.parameters.map { "\($0)" } ?? ""]
          + [Self.number(cost.predictionsPerSecond)])
    }
    return text
  }

  /// pairs.csv: a row a pair.
  public var pairsCSV: String {
    var text = CSV.record([
      "first", "second", "\(criterion)_difference", "difference_low", "difference_high",
      "only_first_right", "only_second_right", "p_value", "p_value_holm", "supported",
    ])
    for pair in pairs {
      text += CSV.record(
        [contenders[pair.first].name, contenders[pair.second].name]
          + [pair.difference, pair.interval?.lower, pair.interval?.upper].map(Self.number)
          + [pair.mcNemar?.firstOnly, pair.mcNemar?.secondOnly].map { $0.map { "\($0)" } ?? "" }
          + [pair.pValue, pair.corrected].map(Self.number) + [pair.isSupported ? "1" : "0"])
    }
    return text
  }

  private static func number(_ value: Double?) -> String {
    value.flatMap { $0.isFinite ? "\($0)" : nil } ?? ""
  }

  // MARK: - Cells for people

  private var contenderTitles: [String] {
    let others = contenders.first?.scores.dropFirst().prefix(2).map { MetricTitle.of($0.name) }
    return ["contender", criterionTitle, "95 %", "over seeds"] + (others ?? [])
      + ["train CPU", "with encoding", "memory", "parameters", "texts/s"]
  }

  private var contenderCells: [[String]] {
    contenders.map { contender in
      let first = contender.scores.first
      let interval = first?.interval.map {
        "\(Figures.fixed($0.lower, 3))–\(Figures.fixed($0.upper, 3))"
      }
      let others = contender.scores.dropFirst().prefix(2).map { Figures.score($0.value, $0.name) }
      let cost = contender.cost
      return [contender.name, Figures.score(first?.value, criterion), interval ?? "–"]
        + [first.map(Self.spread) ?? "–"] + others
        + [
          Figures.seconds(cost.trainingCPUSeconds), Figures.seconds(cost.totalCPUSeconds),
          Figures.memory(cost.peakMemory), Figures.short(cost.parameters),
          Figures.rate(cost.predictionsPerSecond),
        ]
    }
  }

  static func spread(_ score: ContenderScore) -> String {
    guard let mean = score.mean, let deviation = score.deviation else { return "–" }
    return "\(Figures.fixed(mean, 4)) ± \(Figures.fixed(deviation, 4))"
  }

  private var pairTitles: [String] {
    ["pair", "difference", "95 %", "only first", "only second", "p", "p, Holm"]
  }

  private var pairCells: [[String]] {
    pairs.map { pair in
      [
        "\(contenders[pair.second].name) − \(contenders[pair.first].name)",
        difference(pair.difference),
        pair.interval.map { "\(difference($0.lower)) to \(difference($0.upper))" } ?? "–",
        pair.mcNemar.map { "\($0.firstOnly)" } ?? "–",
        pair.mcNemar.map { "\($0.secondOnly)" } ?? "–",
        Figures.p(pair.pValue), Figures.p(pair.corrected) + (pair.isSupported ? " *" : ""),
      ]
    }
  }

  /// A difference of the first metric: in points where it is a share of rows.
  func difference(_ value: Double) -> String {
    let isShare = MetricTitle.isShare(criterion)
    let text = isShare ? Figures.fixed(value * 100, 1) : Figures.fixed(value, 3)
    return value > 0 && !text.allSatisfy { "0.".contains($0) } ? "+" + text : text
  }

  /// What a table alone does not say.
  private var notes: [String] {
    let unit = MetricTitle.isShare(criterion) ? ", in points of a hundred" : ""
    let pairTest =
      kind == .number ? "a permutation test of the absolute errors" : "McNemar's exact test"
    return [
      "\(Figures.count(rows)) \(split) rows; 95 %: bootstrap over them, "
        + "\(Figures.count(resamples)) resamples, paired for differences\(unit)",
      "p: \(pairTest), Holm: corrected for all pairs; *: beyond chance by both"
        + (contenders.contains { $0.seedValues.count > 1 } ? ", and all seeds agree" : ""),
      "CPU: one training; with encoding: from texts to the trained head; –: not known",
    ]
  }
}
