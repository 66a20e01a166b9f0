import Foundation

/// A drawing, as it stands in a page: marks are classes, and the page's style sheet has their colours.
struct SVG {
  let width: Double
  let height: Double
  /// What screen readers say of it.
  private let label: String
  private var body = ""

  init(width: Double, height: Double, label: String) {
    self.width = width
    self.height = height
    self.label = label
  }

  enum Anchor: String {
    case start, middle, end
  }

  mutating func line(
    _ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, _ style: String = "axis"
  ) {
    body +=
      "<line class=\"\(style)\" x1=\"\(n(x1))\" y1=\"\(n(y1))\" x2=\"\(n(x2))\" y2=\"\(n(y2))\"/>"
  }

  mutating func rect(
    _ x: Double, _ y: Double, _ width: Double, _ height: Double, _ style: String,
    attributes: String = "", title: String? = nil
  ) {
    let start =
      "<rect class=\"\(style)\" x=\"\(n(x))\" y=\"\(n(y))\" width=\"\(n(max(width, 0)))\" "
      + "height=\"\(n(max(height, 0)))\"\(attributes.isEmpty ? "" : " " + attributes)"
    body += title.map { start + "><title>\(HTML.text($0))</title></rect>" } ?? start + "/>"
  }

  mutating func text(
    _ x: Double, _ y: Double, _ text: String, _ anchor: Anchor = .start, style: String = ""
  ) {
    let styleText = style.isEmpty ? "" : " class=\"\(style)\""
    body +=
      "<text\(styleText) x=\"\(n(x))\" y=\"\(n(y))\" text-anchor=\"\(anchor.rawValue)\">"
      + HTML.text(text) + "</text>"
  }

  mutating func verticalText(_ x: Double, _ y: Double, _ text: String) {
    body +=
      "<text text-anchor=\"middle\" transform=\"translate(\(n(x)) \(n(y))) rotate(-90)\">"
      + HTML.text(text) + "</text>"
  }

  /// Rising to the right, for words that are wider than what they stand above.
  mutating func slantedText(_ x: Double, _ y: Double, _ text: String) {
    body +=
      "<text class=\"name\" transform=\"translate(\(n(x)) \(n(y))) rotate(-40)\">"
      + HTML.text(text) + "</text>"
  }

  mutating func path(_ points: [(x: Double, y: Double)], _ style: String, closed: Bool = false) {
    guard !points.isEmpty else { return }
    let steps = points.enumerated().map {
      "\($0.offset == 0 ? "M" : "L")\(n($0.element.x)) \(n($0.element.y))"
    }
    body += "<path class=\"\(style)\" d=\"\(steps.joined())\(closed ? "Z" : "")\"/>"
  }

  /// The mark of a contender: a shape and a colour of its own, so that either tells it.
  mutating func mark(
    _ x: Double, _ y: Double, _ series: Int, size: Double = 5, title: String? = nil
  ) {
    let start =
      "<path class=\"mark \(Series.style(series))\" d=\"\(Series.shape(series, x, y, size))\""
    body += title.map { start + "><title>\(HTML.text($0))</title></path>" } ?? start + "/>"
  }

  /// The element with what it holds.
  var text: String {
    "<svg viewBox=\"0 0 \(n(width)) \(n(height))\" role=\"img\" aria-label=\"\(HTML.attribute(label))\">"
      + body + "</svg>"
  }

  private func n(_ value: Double) -> String { Series.number(value) }
}

/// How contenders are told apart everywhere on the page.
enum Series {
  /// As many as there are colours and shapes; further ones take the colours again with other shapes.
  static let count = 8

  static func style(_ index: Int) -> String { "c\(index % count)" }

  /// A shape around a point, as a path.
  static func shape(_ index: Int, _ x: Double, _ y: Double, _ r: Double) -> String {
    func polygon(_ points: [(Double, Double)]) -> String {
      points.enumerated().map {
        "\($0.offset == 0 ? "M" : "L")\(number(x + $0.element.0 * r)) \(number(y + $0.element.1 * r))"
      }.joined() + "Z"
    }
    switch (index + index / count) % count {
    case 0:
      return "M\(number(x - r)) \(number(y))a\(number(r)) \(number(r)) 0 1 0 \(number(2 * r)) 0"
        + "a\(number(r)) \(number(r)) 0 1 0 \(number(-2 * r)) 0Z"
    case 1: return polygon([(-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)])
    case 2: return polygon([(0, -1.15), (1.1, 0.85), (-1.1, 0.85)])
    case 3: return polygon([(0, -1.3), (1.3, 0), (0, 1.3), (-1.3, 0)])
    case 4: return polygon([(0, 1.15), (1.1, -0.85), (-1.1, -0.85)])
    case 5:
      return polygon([
        (-0.4, -1.1), (0.4, -1.1), (0.4, -0.4), (1.1, -0.4), (1.1, 0.4), (0.4, 0.4), (0.4, 1.1),
        (-0.4, 1.1), (-0.4, 0.4), (-1.1, 0.4), (-1.1, -0.4), (-0.4, -0.4),
      ])
    case 6:
      return polygon(
        (0..<10).map { step in
          let angle = Double(step) * .pi / 5 - .pi / 2
          let radius = step % 2 == 0 ? 1.3 : 0.55
          return (radius * cos(angle), radius * sin(angle))
        })
    default:
      return polygon(
        (0..<6).map { step in
          let angle = Double(step) * .pi / 3
          return (1.1 * cos(angle), 1.1 * sin(angle))
        })
    }
  }

  /// Neighbours in an order that are not apart, together.
  static func runs(_ order: [Int], apart: (Int, Int) -> Bool) -> [[Int]] {
    order.reduce(into: []) { groups, index in
      if let last = groups.last?.last, !apart(last, index) {
        groups[groups.count - 1].append(index)
      } else {
        groups.append([index])
      }
    }
  }

  /// At most two digits after the point.
  static func number(_ value: Double) -> String {
    // What has no place stands at the edge: a page is to be well-formed whatever it shows.
    let rounded = value.isFinite ? (value * 100).rounded() / 100 : 0
    return rounded == rounded.rounded() ? "\(Int(rounded))" : "\(rounded)"
  }
}
