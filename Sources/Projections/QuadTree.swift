/// The points of a map in nested squares, each with its number of points and their centre (Barnes & Hut
/// 1986): what is far away acts as one.
///
/// A node's square is the smallest around its points, from their lowest coordinates; its quarters are cut
/// from that. A point far away from all others so costs one node, and not one for every time that the square
/// of all can be halved before the others part.
///
/// Nodes lie in the order in which they are gone through, each with the place after its descendants: a walk
/// needs no stack.
package struct QuadTree {
  package struct Node {
    package var x: Double
    package var y: Double
    package var count: Double
    /// The square's side, squared; 0 where all of its points coincide.
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

  /// - Precondition: both have the same count, and are finite.
  package init(x: [Double], y: [Double]) {
    precondition(x.count == y.count)
    order = (0..<Int32(x.count)).map { $0 }
    guard !x.isEmpty else { return }
    nodes = x.withUnsafeBufferPointer { x in
      y.withUnsafeBufferPointer { y in
        order.withUnsafeMutableBufferPointer { order in
          withUnsafeTemporaryAllocation(of: Int32.self, capacity: x.count) { spare in
            var builder = Builder(x: x, y: y, order: order, spare: spare)
            builder.build(0..<x.count)
            return builder.nodes
          }
        }
      }
    }
  }
}

private struct Builder {
  let x: UnsafeBufferPointer<Double>
  let y: UnsafeBufferPointer<Double>
  let order: UnsafeMutableBufferPointer<Int32>
  /// As long as `order`.
  let spare: UnsafeMutableBufferPointer<Int32>
  var nodes: [QuadTree.Node] = []

  /// Squares are not cut further where this many points or fewer are in them, or where points coincide.
  private static let leafSize = 16

  init(
    x: UnsafeBufferPointer<Double>, y: UnsafeBufferPointer<Double>,
    order: UnsafeMutableBufferPointer<Int32>, spare: UnsafeMutableBufferPointer<Int32>
  ) {
    (self.x, self.y, self.order, self.spare) = (x, y, order, spare)
    nodes.reserveCapacity(x.count / 2)
  }

  mutating func build(_ range: Range<Int>) {
    var (sumX, sumY) = (0.0, 0.0)
    var (left, right) = (Double.infinity, -Double.infinity)
    var (bottom, top) = (Double.infinity, -Double.infinity)
    for place in range {
      let point = Int(order[place])
      let (pointX, pointY) = (x[point], y[point])
      sumX += pointX
      sumY += pointY
      if pointX < left { left = pointX }
      if pointX > right { right = pointX }
      if pointY < bottom { bottom = pointY }
      if pointY > top { top = pointY }
    }
    let count = Double(range.count)
    let side = max(right - left, top - bottom)
    let place = nodes.count
    let isLeaf = range.count <= Self.leafSize || side == 0
    nodes.append(
      QuadTree.Node(
        x: sumX / count, y: sumY / count, count: count, sideSquared: side * side, next: 0,
        first: Int32(range.lowerBound), end: Int32(range.upperBound), isLeaf: isLeaf))
    if !isLeaf {
      let middleX = Self.middle(left, right, side)
      let middleY = Self.middle(bottom, top, side)
      // Twice in two: below and above, then left and right of the middle.
      let upper = partition(range, y, middleY)
      for rows in [range.lowerBound..<upper, upper..<range.upperBound] where !rows.isEmpty {
        let right = partition(rows, x, middleX)
        for part in [rows.lowerBound..<right, right..<rows.upperBound] where !part.isEmpty {
          build(part)
        }
      }
    }
    nodes[place].next = Int32(nodes.count)
  }

  /// Where a square is cut along one axis; along its longer one it parts the lowest point from the highest,
  /// also where no number lies between them.
  private static func middle(_ low: Double, _ high: Double, _ side: Double) -> Double {
    let middle = low + side / 2
    return middle > low ? middle : high
  }

  /// Puts the points that lie at `middle` or beyond behind the others, either kind in its order.
  private func partition(
    _ range: Range<Int>, _ values: UnsafeBufferPointer<Double>, _ middle: Double
  ) -> Int {
    var (place, seconds) = (range.lowerBound, 0)
    for index in range {
      let point = order[index]
      if values[Int(point)] >= middle {
        spare[seconds] = point
        seconds += 1
      } else {
        order[place] = point
        place += 1
      }
    }
    for index in 0..<seconds { order[place + index] = spare[index] }
    return place
  }
}
