import Evaluation

/// A confusion matrix: shares of each true class, darker where they are larger, with the counts.
struct ConfusionPlot {
  var label: String
  var confusion: ConfusionMatrix
  var classNames: [String]

  var svg: String {
    let count = classNames.count
    let left = Double(min(classNames.map(\.count).max() ?? 0, 14)) * 6.6 + 34
    let cell = min(64, (300 - 34) / Double(count))
    let top = 40.0
    var drawing = SVG(
      width: left + cell * Double(count) + 8, height: top + cell * Double(count) + 8, label: label)
    let across = max(3, Int(cell / 6.4))
    drawing.text(left + cell * Double(count) / 2, 14, "predicted", .middle)
    drawing.verticalText(13, top + cell * Double(count) / 2, "true")
    let supports = confusion.supports
    for label in 0..<count {
      let y = top + Double(label) * cell
      drawing.text(
        left - 6, y + cell / 2 + 4, classNames[label].shortened(to: 14), .end, style: "name")
      drawing.text(
        left + (Double(label) + 0.5) * cell, 32, classNames[label].shortened(to: across), .middle,
        style: "name")
      for prediction in 0..<count {
        let value = confusion[label: label, prediction: prediction]
        let share = supports[label] == 0 ? 0 : Double(value) / Double(supports[label])
        let x = left + Double(prediction) * cell
        drawing.rect(
          x + 1, y + 1, cell - 2, cell - 2, label == prediction ? "cell right" : "cell wrong",
          attributes: "style=\"--share:\(Figures.plain(share, 3))\"",
          title: "\(classNames[label]) as \(classNames[prediction]): \(Figures.count(value)), "
            + "\(Figures.fixed(share * 100, 1)) % of the class")
        if cell >= 26 {
          drawing.text(
            x + cell / 2, y + cell / 2 + 4, Figures.count(value), .middle,
            style: share > 0.55 ? "on-dark" : "on-light")
        }
      }
    }
    return drawing.text
  }
}
