import Contracts
import Experiments
import Foundation
import Reporting

/// The comparisons as csv files, every metric in them, and as short tables for people.
extension TrainingOutcome {
  /// The files by name; only those of comparisons that were made, and history.csv.
  public var files: [String: String] {
    var files = ["history.csv": historyCSV]
    if !ranking.isEmpty {
      files["views.csv"] = csv(
        ["rank", "view"],
        ranking.enumerated().map { (["\($0.offset + 1)", $0.element.name], $0.element.scores) })
    }
    if seeds.count > 1 {
      files["seeds.csv"] = csv(["seed"], seeds.map { (["\($0.seed)"], $0.scores) })
    }
    if trained.search != nil { files["grid.csv"] = gridCSV }
    if !folds.isEmpty {
      let setting = trained.search?.setting
      files["cv_results.csv"] = csv(
        ["seed", "fold", "train_rows", "held_rows"] + (setting.map { [$0] } ?? []),
        folds.map { fold in
          let place = ["\(fold.seed)", "\(fold.fold)", "\(fold.learned)", "\(fold.held)"]
          return (place + (setting == nil ? [] : [number(fold.chosen)]), fold.scores)
        })
    }
    if !curve.isEmpty {
      files["learning_curve.csv"] = csv(
        ["train_rows", "seed"], curve.map { (["\($0.size)", "\($0.seed)"], $0.scores) })
    }
    return files
  }

  /// The comparisons in a few lines each; empty where there was none.
  public var text: String {
    [rankingText, gridText, seedsText, foldsText, curveText].filter { !$0.isEmpty }
      .joined(separator: "\n")
  }

  // MARK: - For people

  private var rankingText: String {
    guard !ranking.isEmpty else { return "" }
    var table = TextTable([("", .left), ("view", .left), (criterion, .right)])
    for (place, view) in ranking.enumerated() {
      table.append(["\(place + 1)", view.name, rounded(view.scores[criterion])])
    }
    return "views, by validation:\n\n" + table.text
  }

  private var gridText: String {
    guard let search = trained.search else { return "" }
    var table = TextTable([(search.setting, .right), (criterion, .left), ("", .left)])
    for point in search.points {
      table.append([
        shortest(point.value), Self.text(point.score),
        point.value == search.best.value ? "chosen" : "",
      ])
    }
    return "\(search.setting), by folds of the train rows:\n\n" + table.text
  }

  private var seedsText: String {
    guard asked.count > 1 else { return "" }
    guard isSeeded else {
      return "seeds: nothing in this head is random, one training stands for all of them\n"
    }
    let spreads = Spread.each(seeds.map(\.scores))
    var table = TextTable([("\(seeds.count) seeds", .left), (criterion, .left)])
    for split in Split.allCases {
      guard let spread = spreads["\(split.name).\(criterion)"] else { continue }
      table.append([split.name, Self.text(spread)])
    }
    return table.text
  }

  private var foldsText: String {
    guard !folds.isEmpty else { return "" }
    let spread = Spread(folds.map { $0.scores[criterion] ?? .nan })
    return "\(folds.count) folds of the train rows: \(criterion) \(Self.text(spread))\n"
  }

  private var curveText: String {
    guard !curve.isEmpty else { return "" }
    let splits = [Split.validation, .test].filter { split in
      curve.contains { $0.scores["\(split.name).\(criterion)"] != nil }
    }
    var table = TextTable(
      [("train rows", .right)] + splits.map { ("\($0.name) \(criterion)", .left) })
    for size in Set(curve.map(\.size)).sorted() {
      let spreads = Spread.each(curve.filter { $0.size == size }.map(\.scores))
      table.append(
        ["\(size)"] + splits.map { spreads["\($0.name).\(criterion)"].map(Self.text) ?? "-" })
    }
    return table.text
  }

  private static func text(_ spread: Spread) -> String {
    String(format: "%.4f", spread.mean)
      + (spread.deviation.map { String(format: " ± %.4f", $0) } ?? "")
  }

  private func rounded(_ value: Double?) -> String { String(format: "%.4f", value ?? .nan) }

  private func shortest(_ value: Double) -> String {
    value == value.rounded() && value.magnitude < 1e15 ? "\(Int(value))" : "\(value)"
  }

  // MARK: - Files

  /// history.csv: what the training that is kept went through. Where it did not look at the
  /// validation rows itself, its end shows how it does on them.
  private var historyCSV: String {
    var history = trained.history
    if let last = history.indices.last, history.allSatisfy(\.validation.isEmpty) {
      history[last].validation[criterion] = seeds[0].scores["validation.\(criterion)"]
    }
    let names = Set(history.flatMap(\.validation.keys)).sorted()
    var text = CSV.record(
      ["step", "loss", "learning_rate"] + names.map { "validation_" + $0 })
    for record in history {
      text += CSV.record(
        ["\(record.step)", "\(record.loss)", number(record.learningRate)]
          + names.map { number(record.validation[$0]) })
    }
    return text
  }

  private var gridCSV: String {
    var text = CSV.record([
      "seed", trained.search?.setting ?? "", "\(criterion)_mean", "\(criterion)_sd", "chosen",
    ])
    for outcome in seeds {
      guard let search = outcome.trained.search else { continue }
      for point in search.points {
        text += CSV.record([
          "\(outcome.seed)", number(point.value), number(point.score.mean),
          number(point.score.deviation), point.value == search.best.value ? "1" : "0",
        ])
      }
    }
    return text
  }

  /// Records of some columns and then of every metric, the criterion's first.
  private func csv(
    _ columns: [String], _ records: [(fields: [String], scores: [String: Double])]
  ) -> String {
    let names = Set(records.flatMap(\.scores.keys)).sorted {
      (isFirst($0) ? 0 : 1, $0) < (isFirst($1) ? 0 : 1, $1)
    }
    return CSV.record(columns + names)
      + records.map { record in
        CSV.record(record.fields + names.map { number(record.scores[$0]) })
      }.joined()
  }

  private func isFirst(_ name: String) -> Bool {
    name == criterion || name.hasSuffix("." + criterion)
  }

  private func number(_ value: Double?) -> String {
    value.flatMap { $0.isFinite ? "\($0)" : nil } ?? ""
  }
}
