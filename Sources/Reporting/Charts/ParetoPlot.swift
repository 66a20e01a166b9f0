/// What contenders cost and what they are worth; a line joins those that nobody beats in both.
struct ParetoPlot {
  struct Point {
    var name: String
    var series: Int
    var cost: Double
    var value: Double
    var low: Double?
    var high: Double?
  }

  var label: String
  var title: String
  var valueTitle: String
  var points: [Point]
  var isLoss = false
  var tick: (Double) -> String

  /// Those that no cheaper one is as good as, the cheapest first.
  var frontier: [Point] {
    var best = -Double.infinity
    return points.sorted { ($0.cost, -worth($0)) < ($1.cost, -worth($1)) }.filter { point in
      guard worth(point) > best else { return false }
      best = worth(point)
      return true
    }
  }

  private func worth(_ point: Point) -> Double { isLoss ? -point.value : point.value }

  var svg: String {
    var drawing = SVG(width: 440, height: 300, label: label)
    let x = Axis(Axis.decades(points.map(\.cost)), from: 62, to: 428, isLogarithmic: true)
    let values = points.flatMap { [$0.value, $0.low ?? $0.value, $0.high ?? $0.value] }
    let y = Axis(Axis.around(values, margin: 0.1, least: 1e-4), from: 250, to: 12)
    drawing.leftAxis(y, left: 62, right: 428, title: valueTitle, label: tick)
    drawing.bottomAxis(x, top: 12, bottom: 250, title: title) { Figures.seconds($0) }
    var steps: [(x: Double, y: Double)] = []
    for point in frontier {
      if let last = steps.last { steps.append((x.place(point.cost), last.y)) }
      steps.append((x.place(point.cost), y.place(point.value)))
    }
    if let last = steps.last { steps.append((428, last.y)) }
    drawing.path(steps, "frontier")
    for point in points {
      let (px, py) = (x.place(point.cost), y.place(point.value))
      if let low = point.low, let high = point.high {
        drawing.line(px, y.place(low), px, y.place(high), "interval \(Series.style(point.series))")
      }
      drawing.mark(px, py, point.series, size: 6.5)
      let isRight = px > 330
      drawing.text(
        px + (isRight ? -11 : 11), py - 7, point.name, isRight ? .end : .start, style: "name halo")
    }
    return drawing.text
  }
}
