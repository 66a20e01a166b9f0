import Evaluation

/// A confusion matrix: shares of each true class, darker where they are larger, with the counts.
struct ConfusionPlot {
  var label: String
  var confusion: ConfusionMatrix
  var classNames: [String]

  var svg: String {
    let count = classNames.count
    let longest = Double(min(classNames.map(\.count).max() ?? 0, 14)) * 7.4
    let left = longest + 34
    let cell = min(64, (300 - 34) / Double(count))
    // Names that are wider than a column rise above it.
    let isSlanted = longest > cell
    let top = isSlanted ? longest * 0.65 + 38 : 40
    let right = isSlanted ? max(8, longest * 0.77 - cell / 2 + 8) : 8
    var drawing = SVG(
      width: left + cell * Double(count) + right, height: top + cell * Double(count) + 8,
      label: label)
    drawing.text(left + cell * Double(count) / 2, 14, "predicted", .middle)
    drawing.verticalText(13, top + cell * Double(count) / 2, "true")
    let supports = confusion.supports
    for label in 0..<count {
      let y = top + Double(label) * cell
      drawing.text(
        left - 6, y + cell / 2 + 4, classNames[label].shortened(to: 14), .end, style: "name")
      let middle = left + (Double(label) + 0.5) * cell
      if isSlanted {
        drawing.slantedText(middle, top - 5, classNames[label].shortened(to: 14))
      } else {
        drawing.text(middle, 32, classNames[label], .middle, style: "name")
      }
      for prediction in 0..<count {
        let value = confusion[label: label, prediction: prediction]
        let share = supports[label] == 0 ? 0 : Double(value) / Double(supports[label])
        let x = left + Double(prediction) * cell
        drawing.rect(
          x + 1, y + 1, cell - 2, cell - 2,
          label != prediction && value > 0 ? "cell wrong" : "cell",
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
