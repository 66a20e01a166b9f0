import Contracts
import Evaluation

/// The comparison as one page: no file beside it, no network.
public struct ReportPage {
  let comparison: Comparison

  public init(_ comparison: Comparison) { self.comparison = comparison }

  /// The page.
  public var html: String {
    let parts: [(id: String, title: String, html: String)] = [
      ("runs", "The runs", runs), ("pairs", "Who beats whom", pairs), ("cost", "Cost", cost),
      ("learning", "Learning", learning), ("map", "Map", map), ("classes", "Classes", classes),
      ("calibration", "Calibration", calibration), ("rows", "Rows", rows), ("data", "Data", data),
      ("making", "How this was made", making),
    ].filter { !$0.2.isEmpty }
    let links = parts.map { "<a href=\"#\($0.id)\">\(HTML.text($0.title))</a>" }.joined()
    return """
      <!DOCTYPE html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta name="color-scheme" content="light dark">
      <title>\(HTML.text(comparison.title)): is the frozen encoder enough?</title>
      <link rel="icon" href="data:,">
      <style>
      \(PageAssets.style)
      </style>
      </head>
      <body>
      <a class="skip" href="#runs">Skip to the results</a>
      \(hero)
      <nav aria-label="Parts of the page">\(links)</nav>
      <main>
      \(parts.map(\.html).joined(separator: "\n"))
      </main>
      <script>
      \(PageAssets.script)
      \(comparison.map == nil ? "" : PageAssets.map)
      </script>
      </body>
      </html>

      """
  }

  /// The question and its answer.
  private var hero: String {
    let verdict = Verdict(comparison)
    let remark =
      verdict.remark.isEmpty ? "" : "<p class=\"remark\">\(HTML.text(verdict.remark))</p>"
    return """
      <header>
      <div class="top"><p class="kicker">\(HTML.text(kicker))</p>
      <button type="button" id="theme" aria-pressed="false" hidden>Dark</button></div>
      <h1>Is the frozen encoder enough here?</h1>
      <p class="answer">\(HTML.text(verdict.headline))</p>
      <p class="sentence">\(HTML.prose(HTML.text(verdict.sentence)))</p>
      \(remark)
      <div class="pair">\(heroFigures)</div>
      </header>
      """
  }

  private var kicker: String {
    let labels =
      switch comparison.kind {
      case .singleLabel: "\(comparison.classNames.count) classes"
      case .multiLabel: "\(comparison.classNames.count) labels, any number a row"
      case .number: "numbers"
      }
    return "\(comparison.title) · \(labels) · \(Figures.count(comparison.rows)) "
      + "\(comparison.split) rows · \(comparison.contenders.count) runs"
  }

  /// What is right, and what it costs, side by side.
  private var heroFigures: String {
    let title = comparison.criterionTitle
    let rows = comparison.contenders.enumerated().map { index, contender in
      let score = contender.score(comparison.criterion)
      return ForestPlot.Row(
        label: contender.name, series: index, value: score?.value ?? .nan,
        low: score?.interval?.lower, high: score?.interval?.upper,
        note: Figures.score(score?.value, comparison.criterion))
    }
    let label =
      "\(title) with 95 % intervals: "
      + rows.map { row in
        let range = row.low.flatMap { low in
          row.high.map { " (\(Figures.fixed(low, 3)) to \(Figures.fixed($0, 3)))" }
        }
        return "\(row.label) \(row.note)\(range ?? "")"
      }.joined(separator: "; ")
    let plot = ForestPlot(label: label, title: title, rows: rows, reference: nil)
    let split = HTML.text(comparison.split)
    return HTML.figure(
      plot.svg,
      caption: "\(title.firstUpper) on the \(split) rows, with 95 % intervals over their resamples."
    )
      + paretoFigure
  }

  private var paretoFigure: String {
    let points = comparison.contenders.enumerated().compactMap { index, contender in
      contender.cost.totalCPUSeconds.map { cost -> ParetoPlot.Point in
        let score = contender.score(comparison.criterion)
        return ParetoPlot.Point(
          name: contender.name, series: index, cost: max(cost, 1e-3), value: score?.value ?? .nan,
          low: score?.interval?.lower, high: score?.interval?.upper)
      }
    }
    guard points.count > 1 else { return "" }
    var plot = ParetoPlot(
      label: "", title: "CPU time from texts to a trained run",
      valueTitle: comparison.criterionTitle,
      points: points, isLoss: MetricTitle.isLoss(comparison.criterion)
    )
    plot.label =
      "\(comparison.criterionTitle) against CPU time: "
      + points.map { "\($0.name) \(Figures.fixed($0.value, 3)) for \(Figures.seconds($0.cost))" }
      .joined(separator: "; ") + ". Best for their cost: "
      + plot.frontier.map(\.name).joined(separator: ", ")
    let names = plot.frontier.map { HTML.text($0.name) }
    let frontier =
      names.count > 1
      ? names.dropLast().joined(separator: ", ") + " or " + names[names.count - 1] : names.joined()
    let missing = comparison.contenders.count - points.count
    return HTML.figure(
      plot.svg,
      caption:
        "What it costs, on a logarithmic scale: encoding once and one training. Nobody is both "
        + "cheaper and better than \(frontier)."
        + (missing > 0 ? " Of \(missing) the cost is not known." : ""))
  }
}

extension String {
  var firstUpper: String { prefix(1).uppercased() + dropFirst() }
}
