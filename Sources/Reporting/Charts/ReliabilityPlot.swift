import Evaluation

/// How often what was said with a probability came true; on the diagonal it is as often as said.
struct ReliabilityPlot {
  var label: String
  var title: String
  var series: Int
  var curve: CalibrationCurve
  var xTitle: String

  var svg: String {
    var drawing = SVG(width: 260, height: 262, label: label)
    let x = Axis(0...1, from: 48, to: 244)
    let y = Axis(0...1, from: 214, to: 12)
    let percent = { (value: Double) in Figures.fixed(value * 100, 0) }
    drawing.leftAxis(y, left: 48, right: 244, title: "came true, %", label: percent)
    drawing.bottomAxis(x, top: 12, bottom: 214, title: xTitle, label: percent)
    drawing.line(x.place(0), y.place(0), x.place(1), y.place(1), "reference")
    let points = curve.points
    drawing.path(
      points.map { (x.place($0.predicted), y.place($0.observed)) }, "curve \(Series.style(series))")
    let most = Double(points.map(\.rows).max() ?? 1)
    for point in points {
      drawing.mark(
        x.place(point.predicted), y.place(point.observed), series,
        size: 2.5 + 4 * (Double(point.rows) / most).squareRoot(),
        title: "said \(percent(point.predicted)) %, came true \(percent(point.observed)) % "
          + "of \(Figures.count(point.rows))")
    }
    return drawing.text
  }
}
