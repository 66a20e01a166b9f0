/// A line a class, a mark a contender.
struct DotPlot {
  var label: String
  var title: String
  var classNames: [String]
  /// [contenders][classes].
  var values: [[Double]]
  var contenders: [String]

  var svg: String {
    let longest = Double(min(classNames.map(\.count).max() ?? 0, 22))
    let (left, right) = (longest * 7 + 18, 424.0)
    let height = Double(classNames.count) * 26
    var drawing = SVG(width: 440, height: height + 54, label: label)
    let all = values.flatMap { $0 }
    let range = Axis.around(all, margin: 0.08, least: 0.01)
    let axis = Axis(range, from: left, to: right)
    drawing.bottomAxis(axis, top: 4, bottom: height + 10, title: title) {
      Figures.fixed($0, axis.digits)
    }
    for (index, name) in classNames.enumerated() {
      let y = Double(index) * 26 + 20
      drawing.text(left - 10, y + 4, name.shortened(to: 22), .end, style: "name")
      let own = values.map { $0[index] }
      if let low = own.min(), let high = own.max() {
        drawing.line(axis.place(low), y, axis.place(high), y, "range")
      }
      let order = own.indices.filter { own[$0].isFinite }.sorted { (own[$0], $0) < (own[$1], $1) }
      // Of marks that would lie on each other, each stands below the other.
      for group in Series.runs(order, apart: { axis.place(own[$1]) - axis.place(own[$0]) >= 9 }) {
        let step = group.count > 1 ? min(9, 16 / Double(group.count - 1)) : 0
        for (place, contender) in group.enumerated() {
          drawing.mark(
            axis.place(own[contender]), y + (Double(place) - Double(group.count - 1) / 2) * step,
            contender, size: 5,
            title: "\(name), \(contenders[contender]): \(Figures.fixed(own[contender], 4))")
        }
      }
    }
    return drawing.text
  }
}
