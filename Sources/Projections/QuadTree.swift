/// The points of a map in nested squares, each with its number of points and their centre (Barnes & Hut
/// 1986): what is far away acts as one.
///
/// Nodes lie in the order in which they are gone through, each with the place after its descendants: a walk
/// needs no stack.
package struct QuadTree {
  package struct Node {
    package var x: Double
    package var y: Double
    package var count: Double
    /// The square's side, squared.
    package var sideSquared: Double
    /// The place after all of its descendants.
    package var next: Int32
    /// The first of its points in `order`, and the place after the last; of inner nodes too.
    package var first: Int32
    package var end: Int32
    package var isLeaf: Bool
  }

  package private(set) var nodes: [Node] = []
  /// The points, those of each node side by side.
  package private(set) var order: [Int32]

  /// Squares are not cut further where this many points or fewer are in them, or where points coincide.
  private static let leafSize = 16
  private static let depthLimit = 28

  /// - Precondition: both have the same count, and are finite.
  package init(x: [Double], y: [Double]) {
    order = (0..<Int32(x.count)).map { $0 }
    guard let left = x.min(), let right = x.max(), let bottom = y.min(), let top = y.max() else {
      return
    }
    let side = max(right - left, top - bottom, 1e-12) * (1 + 1e-9)
    nodes.reserveCapacity(x.count)
    build(0..<x.count, x, y, left: left, bottom: bottom, side: side, depth: 0)
  }

  private mutating func build(
    _ range: Range<Int>, _ x: [Double], _ y: [Double], left: Double, bottom: Double, side: Double,
    depth: Int
  ) {
    var (sumX, sumY) = (0.0, 0.0)
    for place in range {
      sumX += x[Int(order[place])]
      sumY += y[Int(order[place])]
    }
    let count = Double(range.count)
    let place = nodes.count
    let isLeaf = range.count <= Self.leafSize || depth >= Self.depthLimit
    nodes.append(
      Node(
        x: sumX / count, y: sumY / count, count: count, sideSquared: side * side, next: 0,
        first: Int32(range.lowerBound), end: Int32(range.upperBound), isLeaf: isLeaf))
    if !isLeaf {
      let half = side / 2
      let (middleX, middleY) = (left + half, bottom + half)
      // Twice in two: below and above, then left and right of the middle.
      let upper = partition(range) { y[$0] >= middleY }
      for (rows, base) in [(range.lowerBound..<upper, bottom), (upper..<range.upperBound, middleY)]
      where !rows.isEmpty {
        let right = partition(rows) { x[$0] >= middleX }
        for (part, start) in [(rows.lowerBound..<right, left), (right..<rows.upperBound, middleX)]
        where !part.isEmpty {
          build(part, x, y, left: start, bottom: base, side: half, depth: depth + 1)
        }
      }
    }
    nodes[place].next = Int32(nodes.count)
  }

  /// Puts the points for which `isSecond` is true behind the others, either kind in its order.
  private mutating func partition(_ range: Range<Int>, _ isSecond: (Int) -> Bool) -> Int {
    var seconds: [Int32] = []
    var place = range.lowerBound
    for index in range {
      let point = order[index]
      if isSecond(Int(point)) {
        seconds.append(point)
      } else {
        order[place] = point
        place += 1
      }
    }
    for (offset, point) in seconds.enumerated() { order[place + offset] = point }
    return place
  }
}
