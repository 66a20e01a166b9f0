/// Counts in bins of one width; bins from a value on may be told apart.
struct BarPlot {
  var label: String
  var xTitle: String
  var yTitle: String
  var counts: [Int]
  /// The values at the first bin's start and the last one's end.
  var range: ClosedRange<Double>
  /// From here on bars are hatched, and a line stands there.
  var mark: Double?
  var markLabel = ""
  var xTick: (Double) -> String

  var svg: String {
    var drawing = SVG(width: 440, height: 220, label: label)
    let x = Axis(range, from: 62, to: 428)
    // From 4 on the axis counts in whole steps.
    let y = Axis(0...Double(max(counts.max() ?? 0, 4)) * 1.08, from: 172, to: 20)
    drawing.leftAxis(y, left: 62, right: 428, title: yTitle) { Figures.count(Int($0)) }
    drawing.bottomAxis(x, top: 172, bottom: 172, title: xTitle, label: xTick)
    let width = (range.upperBound - range.lowerBound) / Double(counts.count)
    for (index, count) in counts.enumerated() where count > 0 {
      let start = range.lowerBound + Double(index) * width
      let (left, right) = (x.place(start), x.place(start + width))
      let isMarked = mark.map { start + width * 1e-6 >= $0 } ?? false
      drawing.rect(
        left + 0.5, y.place(Double(count)), right - left - 1, 172 - y.place(Double(count)),
        isMarked ? "bar marked" : "bar",
        title: "\(xTick(start)) to \(xTick(start + width)): \(Figures.count(count))")
    }
    if let mark, range.contains(mark) {
      drawing.line(x.place(mark), 14, x.place(mark), 172, "reference")
      let isRight = x.place(mark) > 250
      drawing.text(
        x.place(mark) + (isRight ? -5 : 5), 14, markLabel, isRight ? .end : .start, style: "name")
    }
    return drawing.text
  }
}
