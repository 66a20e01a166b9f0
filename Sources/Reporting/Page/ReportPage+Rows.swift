import Contracts
import Evaluation

extension ReportPage {
  // MARK: - Classes

  var classes: String {
    let contenders = comparison.contenders
    guard !comparison.classNames.isEmpty, contenders.contains(where: { !$0.classF1.isEmpty }) else {
      return ""
    }
    var html = ""
    let names = comparison.classNames
    // With very many classes the ones that differ most are the ones to look at.
    let shown = names.indices.sorted { first, second in
      spread(first) > spread(second)
    }.prefix(30).sorted()
    let plot = DotPlot(
      label: "F1 of each class: "
        + shown.map { index in
          names[index] + " "
            + contenders.map { "\($0.name) \(Figures.fixed($0.classF1[index], 3))" }
            .joined(separator: ", ")
        }.joined(separator: "; "),
      title: "F1", classNames: shown.map { names[$0] },
      values: contenders.map { contender in shown.map { contender.classF1[$0] } },
      contenders: contenders.map(\.name))
    let legend = contenders.indices.map { "<li>\(name($0))</li>" }.joined()
    html += HTML.figure(
      plot.svg + "<ul class=\"legend\">\(legend)</ul>",
      caption: "F1 of each class, a mark a run."
        + (shown.count < names.count
          ? " The \(shown.count) of \(names.count) classes in which runs differ most." : ""))
    if names.count <= 20 {
      let grids = contenders.enumerated().compactMap { index, contender in
        contender.confusion.map { confusion in
          HTML.figure(
            ConfusionPlot(
              label: "Confusion matrix of \(contender.name): "
                + names.indices.map { label in
                  "\(names[label]) "
                    + names.indices.map { prediction in
                      "as \(names[prediction]) \(confusion[label: label, prediction: prediction])"
                    }.joined(separator: ", ")
                }.joined(separator: "; "),
              confusion: confusion, classNames: names
            ).svg, caption: name(index), style: "small")
        }
      }
      html +=
        "<div class=\"multiples\(names.count > 3 ? " matrices" : "")\">\(grids.joined())</div>"
    }
    return HTML.section(
      "classes", "Class by class",
      lead: contenders.contains { $0.confusion != nil } && names.count <= 20
        ? "In the matrices a row is a true class: counts, on a shade for their share of the class; "
          + "mistakes are framed."
        : names.count > 20 && contenders.contains { $0.confusion != nil }
          ? "Confusion matrices of more than 20 classes are not drawn; confusion_matrix.csv in each run has them."
          : "", html)
  }

  private func spread(_ index: Int) -> Double {
    let values = comparison.contenders.compactMap {
      index < $0.classF1.count ? $0.classF1[index] : nil
    }
    return (values.max() ?? 0) - (values.min() ?? 0)
  }

  // MARK: - Calibration

  var calibration: String {
    let names = comparison.classNames
    let what =
      comparison.kind == .multiLabel
      ? "probability of a label"
      : names.count == 2 ? "probability of \(names[1])" : "top probability"
    let figures = comparison.contenders.enumerated().compactMap { index, contender -> String? in
      guard let curve = contender.calibration, !curve.points.isEmpty else { return nil }
      let error = contender.score("expected_calibration_error")?.value
      let plot = ReliabilityPlot(
        label: "Calibration of \(contender.name): "
          + curve.points.map {
            "said \(Figures.fixed($0.predicted, 2)), came true \(Figures.fixed($0.observed, 2))"
          }.joined(separator: "; "),
        title: contender.name, series: index, curve: curve, xTitle: "\(what), %")
      let note = error.map { "calibration error \(Figures.fixed($0, 4))" } ?? ""
      return HTML.figure(
        plot.svg, caption: "\(name(index)) <small>\(note)</small>", style: "small")
    }
    return HTML.section(
      "calibration", "Are the probabilities right?",
      lead:
        "Of the rows told with some probability, how many were so; ten bins of equal width, larger "
        + "marks for more rows. On the dashed line what is told comes true as often as told.",
      figures.isEmpty ? "" : "<div class=\"multiples\">\(figures.joined())</div>")
  }

  // MARK: - Rows

  var rows: String {
    let disputed = comparison.disputes.filter { $0.reason == .disagreement }
    let wrong = comparison.disputes.filter { $0.reason == .error }
    var html = ""
    if !disputed.isEmpty {
      html += disputes(
        disputed,
        comparison.kind == .number
          ? "Where the runs are furthest apart" : "The rows the models fight over", open: true)
    }
    if !wrong.isEmpty {
      html += disputes(
        wrong, comparison.kind == .number ? "Where all are far off" : "The rows nobody gets right",
        open: disputed.isEmpty)
    }
    return HTML.section(
      "rows", "The rows themselves",
      lead:
        "Of the \(comparison.split) rows, those with the largest losses or gaps between losses. A label "
        + "that is wrong shows here too.", html)
  }

  private func disputes(_ rows: [DisputedRow], _ title: String, open: Bool) -> String {
    let items = rows.map { row -> String in
      let text = row.text.map(Self.excerpt) ?? "(the texts are not at hand)"
      let answers = row.answers.enumerated().map { index, answer in
        let mark = comparison.kind == .number ? "" : answer.isRight ? "✓ " : "✗ "
        return "<li class=\"\(answer.isRight ? "right" : "wrong")\">\(name(index)) "
          + "<span>\(mark)\(HTML.text(answer.label)) <small>\(HTML.text(answer.detail))</small></span></li>"
      }.joined()
      return
        "<li><blockquote dir=\"auto\">\(HTML.text(text))</blockquote><p class=\"truth\">row \(HTML.text(row.id)), "
        + "labelled <b>\(HTML.text(row.label.isEmpty ? "(none)" : row.label))</b></p>"
        + "<ul class=\"answers\">\(answers)</ul></li>\n"
    }
    return
      "<details\(open ? " open" : "")><summary>\(HTML.text(title)) <small>\(rows.count) shown</small>"
      + "</summary><ol class=\"disputes\">\(items.joined())</ol></details>\n"
  }

  /// The beginning of a text that is long.
  static func excerpt(_ text: String) -> String {
    let most = 420
    guard text.count > most else { return text }
    return text.prefix(most) + "…"
  }
}
