import Contracts
import Evaluation

extension ReportPage {
  private func badge(_ index: Int) -> String {
    "<svg class=\"badge\" viewBox=\"0 0 16 16\" aria-hidden=\"true\"><path class=\"mark "
      + "\(Series.style(index))\" d=\"\(Series.shape(index, 8, 8, 5.5))\"/></svg>"
  }

  /// A contender's mark and name.
  func name(_ index: Int) -> String {
    "<span class=\"who\">\(badge(index))\(HTML.text(comparison.contenders[index].name))</span>"
  }

  // MARK: - The runs

  var runs: String {
    let names = comparison.contenders.first?.scores.map(\.name) ?? []
    let hasSeeds = comparison.contenders.contains { $0.scores.contains { $0.deviation != nil } }
    let titles =
      ["run"] + names.map { HTML.text(MetricTitle.of($0)) }
      + (hasSeeds ? ["over seeds"] : [])
      + (comparison.contenders.contains { $0.validation != nil } ? ["validation"] : [])
    let best = Dictionary(
      uniqueKeysWithValues: names.map { name in
        let values = comparison.contenders.compactMap { $0.score(name)?.value }
        return (name, MetricTitle.isLoss(name) ? values.min() : values.max())
      })
    let rows = comparison.contenders.enumerated().map { index, contender -> [String] in
      let scores = names.map { name -> String in
        guard let score = contender.score(name) else { return "–" }
        let value = Figures.score(score.value, name)
        let interval = score.interval.map {
          "<small>\(Figures.fixed($0.lower, 3))–\(Figures.fixed($0.upper, 3))</small>"
        }
        let isBest = best[name] == score.value && comparison.contenders.count > 1
        return (isBest ? "<b>\(value)</b>" : value) + (interval ?? "")
      }
      let first = contender.scores.first
      let spread = first.map { score -> String in
        guard score.deviation != nil else { return "–" }
        return "\(Comparison.spread(score))<small>\(score.seeds) seeds</small>"
      }
      return ["\(name(index))<small>\(HTML.text(contender.summary))</small>"] + scores
        + (hasSeeds ? [spread ?? "–"] : [])
        + (titles.contains("validation") ? [Figures.fixed(contender.validation, 4)] : [])
    }
    let seeds =
      hasSeeds
      ? " Over seeds: mean and standard deviation of \(HTML.text(comparison.criterionTitle)); the other "
        + "figures are of the first seed, which is the one that is kept." : ""
    return HTML.section(
      "runs", "The runs",
      lead:
        "Every figure is of the same \(Figures.count(comparison.rows)) \(comparison.split) rows; "
        + "below it its 95 % interval over resamples of them. Bold: the best in its column, by chance or "
        + "not.\(seeds)",
      HTML.table(caption: "Scores of the runs", titles: titles, rows: rows, style: "scores"))
  }

  // MARK: - Pairs

  var pairs: String {
    guard !comparison.pairs.isEmpty else { return "" }
    let contenders = comparison.contenders
    let isShare = MetricTitle.isShare(comparison.criterion)
    let scale = isShare ? 100.0 : 1
    let order = comparison.pairs.sorted { abs($0.difference) > abs($1.difference) }
    // The better one first, so that all differences are gains.
    let turned = order.map { pair -> (pair: ComparedPair, winner: Int, loser: Int, sign: Double) in
      pair.difference >= 0
        ? (pair, pair.second, pair.first, 1) : (pair, pair.first, pair.second, -1)
    }
    let rows = turned.map { entry in
      let ends = entry.pair.interval.map {
        [$0.lower, $0.upper].map { $0 * entry.sign * scale }.sorted()
      }
      return ForestPlot.Row(
        label: "\(contenders[entry.winner].name) over \(contenders[entry.loser].name)",
        series: entry.winner, value: abs(entry.pair.difference) * scale, low: ends?[0],
        high: ends?[1],
        note: comparison.difference(abs(entry.pair.difference))
          + (entry.pair.isSupported ? "" : " ?"), isFaint: !entry.pair.isSupported)
    }
    let unit = isShare ? "points of \(comparison.criterionTitle)" : comparison.criterionTitle
    let plot = ForestPlot(
      label: "Differences of every pair, in \(unit): "
        + rows.map { "\($0.label) \($0.note)" }.joined(separator: "; "),
      title: "gain, \(unit)", rows: rows, reference: 0)
    let hasTest = comparison.pairs.contains { $0.mcNemar != nil }
    let cells = turned.map { entry -> [String] in
      let pair = entry.pair
      let ends = pair.interval.map { [$0.lower, $0.upper].map { $0 * entry.sign }.sorted() }
      let counts = pair.mcNemar.map {
        entry.sign > 0 ? ($0.secondOnly, $0.firstOnly) : ($0.firstOnly, $0.secondOnly)
      }
      return [
        "\(name(entry.winner)) over \(name(entry.loser))",
        comparison.difference(abs(pair.difference)),
        ends.map { "\(comparison.difference($0[0])) to \(comparison.difference($0[1]))" } ?? "–",
      ] + (hasTest ? [counts.map { "\(Figures.count($0.0)) : \(Figures.count($0.1))" } ?? "–"] : [])
        + [
          Figures.p(pair.pValue), Figures.p(pair.corrected),
          pair.isSupported ? "<b>yes</b>" : "no",
        ]
    }
    let test =
      hasTest
      ? "McNemar’s exact test on the rows that only one of the two gets right"
      : "a permutation test of the absolute errors"
    let seeds =
      contenders.contains { $0.seedValues.count > 1 }
      ? ", and every seed of the one is better than every seed of the other; intervals and tests are of "
        + "the first seeds" : ""
    return HTML.section(
      "pairs", "Who beats whom",
      lead:
        "Differences on the same rows, with paired 95 % intervals. p is of \(test), corrected by "
        + "Holm’s method for all \(comparison.pairs.count) pairs. Beyond chance: both the corrected test at "
        + "5 % and the interval say so\(seeds); others are drawn faintly, with a question mark.",
      HTML.figure(plot.svg, caption: "To the right of the line: the first of the two is better.")
        + HTML.table(
          caption: "Every pair of runs",
          titles: ["pair", "difference", "95 %"] + (hasTest ? ["only it : only the other"] : [])
            + ["p", "p, Holm", "beyond chance"], rows: cells, style: "scores"))
  }

  // MARK: - Cost

  var cost: String {
    let titles = [
      "run", "training", "its CPU", "encoding", "its CPU", "CPU in all", "peak memory",
      "parameters trained", "texts/s",
    ]
    let rows = comparison.contenders.enumerated().map { index, contender -> [String] in
      let cost = contender.cost
      let none = cost.needsEncoding ? "–" : "none"
      return [
        name(index), Figures.seconds(cost.trainingSeconds),
        Figures.seconds(cost.trainingCPUSeconds),
        cost.needsEncoding ? Figures.seconds(cost.encodingSeconds) : none,
        cost.needsEncoding ? Figures.seconds(cost.encodingCPUSeconds) : none,
        "<b>\(Figures.seconds(cost.totalCPUSeconds))</b>", Figures.memory(cost.peakMemory),
        Figures.short(cost.parameters), Figures.rate(cost.predictionsPerSecond),
      ]
    }
    let threads = Set(comparison.contenders.compactMap(\.cost.threads)).sorted()
    let words = threads.map(String.init).joined(separator: " or ")
    return HTML.section(
      "cost", "What it costs",
      lead: "Of one training, on \(words) \(words == "1" ? "thread" : "threads"), without the "
        + "comparisons beside it; encoding is of all rows, once for all heads. Peak memory is the "
        + "training stage’s; texts/s is from texts to labels. –: not known.",
      HTML.table(caption: "What the runs cost", titles: titles, rows: rows, style: "scores"))
  }

  // MARK: - Learning

  var learning: String {
    let curves = comparison.contenders.enumerated().filter { $0.element.learningCurve.count > 1 }
    var figures = ""
    if !curves.isEmpty {
      let plot = LinePlot(
        label: "Learning curves: "
          + curves.map { _, contender in
            contender.name + " "
              + contender.learningCurve.map {
                "\(Figures.fixed($0.mean, 3)) from \(Figures.count($0.rows)) rows"
              }.joined(separator: ", ")
          }.joined(separator: "; "),
        xTitle: "train rows", yTitle: comparison.criterionTitle,
        lines: curves.map { index, contender in
          LinePlot.Line(
            name: contender.name, series: index,
            points: contender.learningCurve.map { (Double($0.rows), $0.mean, $0.deviation) })
        }, isLogarithmic: true, xTick: { Figures.short(Int($0.rounded())) })
      figures += HTML.figure(
        plot.svg,
        caption:
          "What more rows to learn from are worth, on the \(comparison.split) rows; bars are a "
          + "standard deviation over seeds.")
    }
    let histories = comparison.contenders.enumerated().compactMap {
      index, contender -> LinePlot.Line? in
      let points = contender.history.filter { $0.validation != nil }
      guard points.count > 1, let last = contender.history.last, last.step > 0 else { return nil }
      return LinePlot.Line(
        name: contender.name, series: index,
        points: points.map { ($0.step / last.step * 100, $0.validation ?? .nan, nil) })
    }
    if !histories.isEmpty {
      let plot = LinePlot(
        label: "\(comparison.criterionTitle) on the validation rows during training: "
          + histories.map { line in
            "\(line.name) from \(Figures.fixed(line.points.first?.y, 3)) to "
              + Figures.fixed(line.points.last?.y, 3)
          }.joined(separator: "; "),
        xTitle: "% of the steps", yTitle: "validation", lines: histories,
        xTick: { Figures.fixed($0, 0) })
      figures += HTML.figure(
        plot.svg,
        caption:
          "\(comparison.criterionTitle.firstUpper) on the validation rows while the kept training went "
          + "on; runs with one point are left out.")
    }
    return HTML.section(
      "learning", "How they learned", figures.isEmpty ? "" : "<div class=\"pair\">\(figures)</div>")
  }
}
