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
      for (contender, value) in own.enumerated() {
        drawing.mark(
          axis.place(value), y, contender, size: 5,
          title: "\(name), \(contenders[contender]): \(Figures.fixed(value, 4))")
      }
    }
    return drawing.text
  }
}
