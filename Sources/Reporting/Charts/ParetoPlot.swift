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
  var frontier: [Point] { best.map { points[$0] } }

  private var best: [Int] {
    var best = -Double.infinity
    return points.indices.sorted {
      (points[$0].cost, -worth(points[$0])) < (points[$1].cost, -worth(points[$1]))
    }.filter { index in
      guard worth(points[index]) > best else { return false }
      best = worth(points[index])
      return true
    }
  }

  private func worth(_ point: Point) -> Double { isLoss ? -point.value : point.value }

  var svg: String {
    var drawing = SVG(width: 440, height: 300, label: label)
    let values = points.flatMap { [$0.value, $0.low ?? $0.value, $0.high ?? $0.value] }
    let y = Axis(Axis.around(values, margin: 0.1, least: 1e-4), from: 250, to: 12)
    let (left, right) = (y.room, 428.0)
    let x = Axis(Axis.decades(points.map(\.cost)), from: left, to: right, isLogarithmic: true)
    drawing.leftAxis(y, left: left, right: right, title: valueTitle) {
      Figures.fixed($0, y.digits)
    }
    drawing.bottomAxis(x, top: 12, bottom: 250, title: title, ticks: x.durations) {
      Figures.roundSeconds($0)
    }
    let places = zip(across(x), points).map { (x: $0, y: y.place($1.value)) }
    var steps: [(x: Double, y: Double)] = []
    for index in best {
      if let last = steps.last { steps.append((places[index].x, last.y)) }
      steps.append(places[index])
    }
    if let last = steps.last { steps.append((right, last.y)) }
    drawing.path(steps, "frontier")
    for (point, place) in zip(points, places) {
      if let low = point.low, let high = point.high {
        drawing.line(
          place.x, y.place(low), place.x, y.place(high), "interval \(Series.style(point.series))")
      }
      drawing.mark(place.x, place.y, point.series, size: 6.5)
    }
    var taken = places.map { Box(around: $0) }
    let intervals = zip(points, places).compactMap { point, place -> Box? in
      guard let low = point.low, let high = point.high else { return nil }
      return Box(from: (place.x, y.place(high)), to: (place.x, y.place(low)))
    }
    taken += zip(steps, steps.dropFirst()).map { Box(from: $0, to: $1) }
    // The best first: of marks on each other, the upper one's name stands above.
    for index in points.indices.sorted(by: { places[$0].y < places[$1].y }) {
      let label = Label(
        points[index].name, at: places[index], within: left...right, clearOf: taken,
        ratherThan: intervals)
      taken.append(label.box)
      drawing.text(
        label.x, label.y, points[index].name, label.isLeft ? .end : .start, style: "name halo")
    }
    return drawing.text
  }

  /// Where the marks stand; of those that would lie on each other, each by its own width further.
  private func across(_ x: Axis) -> [Double] {
    let own = points.map { x.place($0.cost) }
    var places = own
    let order = own.indices.sorted { (own[$0], $0) < (own[$1], $1) }
    for group in Series.runs(order, apart: { own[$1] - own[$0] >= 9 }) {
      let middle = (own[group[0]] + own[group[group.count - 1]]) / 2
      for (step, index) in group.enumerated() where group.count > 1 {
        places[index] = middle + (Double(step) - Double(group.count - 1) / 2) * 9
      }
    }
    return places
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

  init(from start: (x: Double, y: Double), to end: (x: Double, y: Double)) {
    self.init(
      left: min(start.x, end.x), right: max(start.x, end.x), top: min(start.y, end.y) - 2,
      bottom: max(start.y, end.y) + 2)
  }

  func meets(_ other: Box) -> Bool {
    left <= other.right && other.left <= right && top <= other.bottom && other.top <= bottom
  }
}

/// A name beside its mark: above or below it, right or left, the first place where it meets nothing, or
/// where it crosses an interval alone.
private struct Label {
  let x: Double
  let y: Double
  let isLeft: Bool
  let box: Box

  init(
    _ name: String, at mark: (x: Double, y: Double), within range: ClosedRange<Double>,
    clearOf taken: [Box], ratherThan intervals: [Box]
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
    let free = inside.filter { place in !taken.contains { $0.meets(place.box) } }
    let clear = free.first { place in !intervals.contains { $0.meets(place.box) } }
    self = clear ?? free.first ?? inside.first ?? places[0]
  }

  private init(x: Double, y: Double, isLeft: Bool, box: Box) {
    (self.x, self.y, self.isLeft, self.box) = (x, y, isLeft, box)
  }
}
