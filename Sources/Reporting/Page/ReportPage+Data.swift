import Contracts
import Evaluation

extension ReportPage {
  // MARK: - Data

  var data: String {
    let profile = comparison.dataset
    var html = balance(profile)
    var figures = ""
    if let lengths = profile.lengths { figures += lengthFigure(lengths) }
    if let duplicates = profile.duplicates { figures += duplicateFigure(duplicates) }
    if !figures.isEmpty { html += "<div class=\"pair\">\(figures)</div>" }
    if let duplicates = profile.duplicates { html += duplicateTables(duplicates) }
    return HTML.section("data", "The data", html)
  }

  private func balance(_ profile: DatasetProfile) -> String {
    guard !profile.rows.isEmpty else { return "" }
    let hasClasses = profile.classes.count == profile.rows.count && !profile.classes.isEmpty
    let names = hasClasses ? comparison.classNames : []
    let shown = names.indices.prefix(30)
    let all = profile.rows.reduce(0) { $0 + $1.count }
    let rows =
      shown.map { index -> [String] in
        [HTML.text(names[index])]
          + profile.rows.indices.map { split in
            let count = profile.classes[split][index]
            return "\(Figures.count(count)) \(meter(count, of: profile.rows[split].count))"
          }
      } + [
        ["all rows"]
          + profile.rows.map { "<b>\(Figures.count($0.count))</b> \(meter($0.count, of: all))" }
      ]
    let more = names.count > shown.count ? " (the first 30 of \(names.count))" : ""
    return HTML.table(
      caption: hasClasses ? "Labelled rows by class and split\(more)" : "Labelled rows by split",
      titles: [hasClasses ? "class" : ""] + profile.rows.map { HTML.text($0.split) }, rows: rows,
      style: "scores")
  }

  /// A share with a bar behind it.
  private func meter(_ count: Int, of all: Int) -> String {
    let share = Double(count) / Double(max(1, all))
    return "<span class=\"meter\" style=\"--share:\(Figures.plain(share, 4))\">"
      + "\(Figures.fixed(share * 100, 1)) %</span>"
  }

  private func lengthFigure(_ lengths: LengthProfile) -> String {
    let end = Double(lengths.binWidth * lengths.histogram.count)
    let share = Double(lengths.truncated) / Double(max(1, lengths.rows)) * 100
    let cut =
      lengths.truncated == 0
      ? "Max-length \(lengths.maximum) cuts none."
      : "Max-length \(lengths.maximum) cuts \(Figures.count(lengths.truncated)) texts "
        + "(\(Figures.fixed(share, 1)) %) and with them \(Figures.fixed(lengths.tokensLost * 100, 1)) % of "
        + "all tokens."
    let words =
      "Half of the texts have up to \(lengths.median) tokens, 95 % up to \(lengths.percentile95), the "
      + "longest \(Figures.count(lengths.longest)). \(cut)"
    let plot = BarPlot(
      label: "Texts by length. " + words, xTitle: "tokens a text", yTitle: "texts",
      counts: lengths.histogram, range: 0...end, mark: Double(lengths.maximum),
      markLabel: "max-length \(lengths.maximum)", xTick: { Figures.count(Int($0.rounded())) })
    return HTML.figure(
      plot.svg,
      caption: words
        + (Double(lengths.longest) >= end ? " The last bar holds all longer ones." : ""))
  }

  private func duplicateFigure(_ duplicates: DuplicateProfile) -> String {
    let share = Double(duplicates.count) / Double(max(1, duplicates.rows)) * 100
    let words =
      "\(Figures.count(duplicates.count)) of \(Figures.count(duplicates.rows)) \(comparison.split) rows "
      + "(\(share > 0 && share < 0.05 ? "less than 0.1" : Figures.fixed(share, 1)) %) have a train row at a cosine of "
      + "\(Figures.fixed(duplicates.threshold, 2)) or more in \(duplicates.view)."
    let plot = BarPlot(
      label: "\(comparison.split.firstUpper) rows by the cosine to the nearest train row. " + words,
      xTitle: "cosine to the nearest train row", yTitle: "\(comparison.split) rows",
      counts: duplicates.histogram, range: 0...1, mark: duplicates.threshold,
      markLabel: Figures.fixed(duplicates.threshold, 2), xTick: { Figures.fixed($0, 2) })
    return HTML.figure(plot.svg, caption: words)
  }

  private func duplicateTables(_ duplicates: DuplicateProfile) -> String {
    guard duplicates.count > 0 else { return "" }
    let title = comparison.criterionTitle
    let rows = comparison.contenders.enumerated().map { index, contender -> [String] in
      let all = contender.metrics[comparison.criterion]
      let change = all.flatMap { all in contender.withoutDuplicates.map { $0 - all } }
      return [
        name(index), Figures.fixed(all, 4), Figures.fixed(contender.withoutDuplicates, 4),
        change.map(comparison.difference) ?? "–",
      ]
    }
    let pairs = duplicates.pairs.map { pair -> String in
      func row(_ kind: String, _ id: String, _ text: String?) -> String {
        "<p dir=\"auto\"><small>\(kind) \(HTML.text(id))</small> "
          + HTML.text(text.map(Self.excerpt) ?? "") + "</p>"
      }
      return "<li><p class=\"truth\">cosine \(Figures.fixed(pair.similarity, 3)), "
        + "\(pair.sameLabel ? "same label" : "<b>other label</b>")</p>"
        + row(comparison.split, pair.testID, pair.testText)
        + row("train", pair.trainID, pair.trainText) + "</li>"
    }
    return HTML.table(
      caption: "\(title.firstUpper) without the near-duplicates",
      titles: ["run", "all rows", "without them", "difference"], rows: rows, style: "scores")
      + "<details><summary>The nearest pairs <small>\(pairs.count) shown</small></summary>"
      + "<ol class=\"disputes\">\(pairs.joined())</ol></details>\n"
  }

  // MARK: - Making

  var making: String {
    let lines = comparison.provenance.map {
      "<dt>\(HTML.text($0.name))</dt><dd><code>\(HTML.text($0.value))</code></dd>"
    }.joined(separator: "\n")
    let test =
      comparison.kind == .number
      ? "sign-flip permutation test of the absolute errors (SciPy’s permutation_test)"
      : "McNemar’s exact test (statsmodels)"
    let choice =
      comparison.ranksByValidation
      ? "is the one with the best validation score; \(comparison.split) rows choose nothing"
      : "is the one with the best \(comparison.split) score, which flatters it a little: not all runs have "
        + "validation rows"
    return HTML.section(
      "making", "How this was made",
      "<p>Intervals: \(Figures.count(comparison.resamples)) bootstrap resamples of the "
        + "\(comparison.split) rows, the same for all runs, so that differences are paired; percentiles as "
        + "SciPy’s. p: \(test); Holm’s step-down correction for all pairs. Calibration: scikit-learn’s "
        + "calibration_curve, and the expected calibration error of Guo et al. 2017 with 15 bins. The best run "
        + "of a kind, in the sentence at the top, \(choice). CPU time is of all threads together.</p>\n<dl>\(lines)</dl>"
    )
  }
}
