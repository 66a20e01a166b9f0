/// A point with its interval on a line each: the scores of contenders, or the differences of pairs.
struct ForestPlot {
  struct Row {
    var label: String
    var series: Int
    var value: Double
    var low: Double?
    var high: Double?
    var note: String
    /// Whether it is drawn faintly: chance is not excluded.
    var isFaint = false
  }

  var label: String
  var title: String
  var rows: [Row]
  /// A line that intervals are compared with.
  var reference: Double?

  var svg: String {
    let longest = rows.map { min($0.label.count, 24) }.max() ?? 0
    let (left, right) = (Double(longest) * 7.2 + 26, 352.0)
    let height = Double(rows.count) * 30
    var drawing = SVG(width: 440, height: height + 54, label: label)
    let values = rows.flatMap { [$0.value, $0.low ?? $0.value, $0.high ?? $0.value] }
    let range = Axis.around(values + (reference.map { [$0] } ?? []), least: 1e-4)
    let axis = Axis(range, from: left, to: right)
    drawing.bottomAxis(axis, top: 6, bottom: height + 10, title: title) {
      Figures.fixed($0, axis.digits)
    }
    if let reference {
      drawing.line(axis.place(reference), 6, axis.place(reference), height + 10, "reference")
    }
    for (index, row) in rows.enumerated() {
      let y = Double(index) * 30 + 24
      drawing.text(left - 22, y + 4, row.label.shortened(to: 24), .end, style: "name")
      drawing.mark(left - 12, y, row.series, size: 4.5)
      if let low = row.low, let high = row.high {
        let style = "interval \(Series.style(row.series))" + (row.isFaint ? " faint" : "")
        drawing.line(axis.place(low), y, axis.place(high), y, style)
        for end in [low, high] {
          drawing.line(axis.place(end), y - 4, axis.place(end), y + 4, style)
        }
      }
      drawing.mark(axis.place(row.value), y, row.series, size: 5.5, title: row.note)
      drawing.text(438, y + 4, row.note, .end, style: "figure")
    }
    return drawing.text
  }
}
