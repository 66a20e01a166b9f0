import Foundation

/// Values on a line of the drawing.
struct Axis {
  let range: ClosedRange<Double>
  let from: Double
  let to: Double
  let isLogarithmic: Bool

  /// `range`: of the values, some room around them included; `from`, `to`: where its ends are drawn.
  init(_ range: ClosedRange<Double>, from: Double, to: Double, isLogarithmic: Bool = false) {
    self.range = range
    self.from = from
    self.to = to
    self.isLogarithmic = isLogarithmic
  }

  /// A range that holds all values, with a part of its own around them.
  static func around(_ values: [Double], margin: Double = 0.06, least: Double = 1e-9)
    -> ClosedRange<Double>
  {
    let finite = values.filter(\.isFinite)
    guard let low = finite.min(), let high = finite.max() else { return 0...1 }
    let room = max((high - low) * margin, least)
    return low - room...high + room
  }

  /// The same for a logarithmic axis.
  static func decades(_ values: [Double]) -> ClosedRange<Double> {
    let finite = values.filter { $0.isFinite && $0 > 0 }
    guard let low = finite.min(), let high = finite.max() else { return 0.1...10 }
    return low / 1.8...max(high * 1.8, low * 4)
  }

  func place(_ value: Double) -> Double {
    let share =
      isLogarithmic
      ? log(max(value, 1e-300) / range.lowerBound) / log(range.upperBound / range.lowerBound)
      : (value - range.lowerBound) / (range.upperBound - range.lowerBound)
    return from + (to - from) * min(max(share, -0.02), 1.02)
  }

  /// Some five round values within the range; powers of ten on a logarithmic axis.
  var ticks: [Double] {
    if isLogarithmic { return logarithmicTicks }
    let span = range.upperBound - range.lowerBound
    let rough = span / 5
    let power = pow(10, floor(log10(rough)))
    let step = power * ([1, 2, 2.5, 5, 10].first { $0 * power >= rough } ?? 10)
    var ticks: [Double] = []
    var index = (range.lowerBound / step).rounded(.up)
    while index * step <= range.upperBound + step * 1e-9 {
      ticks.append(index * step)
      index += 1
    }
    return ticks
  }

  private var logarithmicTicks: [Double] {
    let (low, high) = (log10(range.lowerBound), log10(range.upperBound))
    let within = { (value: Double) in value >= range.lowerBound && value <= range.upperBound }
    let powers = (Int(floor(low))...Int(ceil(high))).map { pow(10, Double($0)) }
    let decades = powers.filter(within)
    if decades.count >= 3 {
      // Not more than some six labels.
      let every = (decades.count + 5) / 6
      return decades.enumerated().filter { $0.offset % every == 0 }.map(\.element)
    }
    return powers.flatMap { [$0, 2 * $0, 5 * $0] }.filter(within)
  }

  /// Seconds, minutes and hours within the range that people count in: not 100 seconds, but two minutes.
  var durations: [Double] {
    let fine = [
      0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 60, 120, 300, 600,
      1200,
      3600, 7200, 18000, 36000, 72000, 180_000, 360_000, 1_800_000, 3_600_000,
    ].filter(range.contains)
    guard fine.count > 6 else { return fine }
    return [0.001, 0.01, 0.1, 1, 10, 60, 600, 3600, 36000, 360_000, 3_600_000].filter(
      range.contains)
  }

  /// What the numbers at a left axis take, with its title beside them.
  var room: Double {
    let longest = ticks.map { Figures.fixed($0, digits).count }.max() ?? 0
    return Double(longest) * 7 + 34
  }

  /// So many digits that every tick is written as what it is.
  var digits: Int {
    let ticks = ticks
    return (0..<6).first { digits in
      let scale = pow(10, Double(digits))
      return ticks.allSatisfy { abs($0 * scale - ($0 * scale).rounded()) < 1e-6 }
    } ?? 6
  }
}

extension SVG {
  /// An axis below the drawing, with a grid line at each tick.
  mutating func bottomAxis(
    _ axis: Axis, top: Double, bottom: Double, title: String, ticks: [Double]? = nil,
    label: (Double) -> String
  ) {
    for tick in ticks ?? axis.ticks {
      let x = axis.place(tick)
      line(x, top, x, bottom, "grid")
      let words = label(tick)
      // Half of what the words take at most, so that the last do not leave the drawing.
      let half = 3.6 * Double(words.count)
      text(min(max(x, half), width - half), bottom + 16, words, .middle, style: "tick")
    }
    line(min(axis.from, axis.to), bottom, max(axis.from, axis.to), bottom)
    text((axis.from + axis.to) / 2, bottom + 34, title, .middle)
  }

  /// An axis at the left, with a grid line at each tick.
  mutating func leftAxis(
    _ axis: Axis, left: Double, right: Double, title: String, label: (Double) -> String
  ) {
    for tick in axis.ticks {
      let y = axis.place(tick)
      line(left, y, right, y, "grid")
      text(left - 6, y + 4, label(tick), .end, style: "tick")
    }
    line(left, min(axis.from, axis.to), left, max(axis.from, axis.to))
    verticalText(13, (axis.from + axis.to) / 2, title)
  }
}
