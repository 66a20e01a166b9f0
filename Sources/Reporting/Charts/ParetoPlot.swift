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
    drawing.leftAxis(y, left: 62, right: 428, title: valueTitle) {
      Figures.fixed($0, y.digits)
    }
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
    }
    var taken = points.map { Box(around: (x.place($0.cost), y.place($0.value))) }
    // The best first: of marks on each other, the upper one's name stands above.
    for point in points.sorted(by: { y.place($0.value) < y.place($1.value) }) {
      let label = Label(
        point.name, at: (x.place(point.cost), y.place(point.value)), within: 62...428, taken)
      taken.append(label.box)
      drawing.text(
        label.x, label.y, point.name, label.isLeft ? .end : .start, style: "name halo")
    }
    return drawing.text
  }
}

/// What a mark or a name takes of the drawing; where a value is no number, nothing.
private struct Box {
  let left: Double
  let right: Double
  let top: Double
  let bottom: Double

  init(left: Double, right: Double, top: Double, bottom: Double) {
    (self.left, self.right, self.top, self.bottom) = (left, right, top, bottom)
  }

  init(around mark: (x: Double, y: Double)) {
    self.init(left: mark.x - 7, right: mark.x + 7, top: mark.y - 7, bottom: mark.y + 7)
  }

  func meets(_ other: Box) -> Bool {
    left <= other.right && other.left <= right && top <= other.bottom && other.top <= bottom
  }
}

/// A name beside its mark: above or below it, right or left, the first place where it meets nothing.
private struct Label {
  let x: Double
  let y: Double
  let isLeft: Bool
  let box: Box

  init(
    _ name: String, at mark: (x: Double, y: Double), within range: ClosedRange<Double>,
    _ taken: [Box]
  ) {
    // Of a letter in the drawing's 13 pixels.
    let width = Double(name.count) * 8
    let places = [(-7.0, false), (-7, true), (18, false), (18, true), (-24, true), (35, true)].map {
      down, isLeft in
      let (x, y) = (mark.x + (isLeft ? -11 : 11), mark.y + down)
      let box = Box(
        left: isLeft ? x - width : x, right: isLeft ? x : x + width, top: y - 12, bottom: y + 3)
      return Label(x: x, y: y, isLeft: isLeft, box: box)
    }
    let inside = places.filter {
      $0.box.left >= range.lowerBound && $0.box.right <= range.upperBound
    }
    let free = inside.first { place in !taken.contains { $0.meets(place.box) } }
    self = free ?? inside.first ?? places[0]
  }

  private init(x: Double, y: Double, isLeft: Bool, box: Box) {
    (self.x, self.y, self.isLeft, self.box) = (x, y, isLeft, box)
  }
}
