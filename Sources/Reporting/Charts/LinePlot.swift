/// Values over a growing quantity, a line a contender.
struct LinePlot {
  struct Line {
    var name: String
    var series: Int
    var points: [(x: Double, y: Double, deviation: Double?)]
  }

  var label: String
  var xTitle: String
  var yTitle: String
  var lines: [Line]
  var isLogarithmic = false
  var xTick: (Double) -> String

  var svg: String {
    var drawing = SVG(width: 440, height: 280, label: label)
    let ys = lines.flatMap { line in
      line.points.flatMap { [$0.y - ($0.deviation ?? 0), $0.y + ($0.deviation ?? 0)] }
    }
    let y = Axis(Axis.around(ys, margin: 0.08, least: 1e-4), from: 232, to: 12)
    let left = y.room
    let xs = lines.flatMap { $0.points.map(\.x) }
    let x = Axis(
      isLogarithmic ? Axis.decades(xs) : Axis.around(xs, margin: 0.04), from: left, to: 360,
      isLogarithmic: isLogarithmic)
    drawing.leftAxis(y, left: left, right: 360, title: yTitle) { Figures.fixed($0, y.digits) }
    drawing.bottomAxis(x, top: 12, bottom: 232, title: xTitle, label: xTick)
    for line in lines {
      drawing.path(
        line.points.map { (x.place($0.x), y.place($0.y)) }, "curve \(Series.style(line.series))")
      for point in line.points {
        let (px, py) = (x.place(point.x), y.place(point.y))
        if let deviation = point.deviation {
          drawing.line(
            px, y.place(point.y - deviation), px, y.place(point.y + deviation),
            "interval \(Series.style(line.series))")
        }
        drawing.mark(px, py, line.series, size: line.points.count > 20 ? 2.5 : 4)
      }
    }
    // Names at the lines' ends, moved apart where they would meet.
    var last = -Double.infinity
    let ends = lines.compactMap { line in line.points.last.map { (line, $0) } }
    for (line, end) in ends.sorted(by: { y.place($0.1.y) < y.place($1.1.y) }) {
      let place = max(y.place(end.y) + 4, last + 15)
      drawing.text(x.place(end.x) + 9, place, line.name, style: "name halo")
      last = place
    }
    return drawing.text
  }
}
