/// What pushes each point: all others, those far away by squares.
///
/// The points of a leaf are asked for together: a square acts as one where it does so for the nearest point
/// that could lie in the leaf's bounds, and eight points are worked out side by side.
struct Repulsion {
  /// Where forces go, by point.
  struct Target {
    let x: UnsafeMutableBufferPointer<Double>
    let y: UnsafeMutableBufferPointer<Double>
    let sums: UnsafeMutableBufferPointer<Double>
  }

  /// Something that pushes: a square's centre with its number of points, or a point.
  struct Source {
    let x: Float
    let y: Float
    let weight: Float
  }

  /// Room for each worker's sources: every one stands for a point or more.
  final class Lists {
    fileprivate let sources: UnsafeMutableBufferPointer<Source>
    private let points: Int

    init(workers: Int, points: Int) {
      self.points = points
      sources = .allocate(capacity: max(workers, 1) * points)
    }

    deinit { sources.deallocate() }

    fileprivate subscript(worker: Int) -> UnsafeMutableBufferPointer<Source> {
      UnsafeMutableBufferPointer(rebasing: sources[worker * points..<(worker + 1) * points])
    }
  }

  private let tree: QuadTree
  /// The places of the leaves among the nodes.
  let leaves: [Int]
  /// In the tree's order, and lanes beyond the last.
  private let x: [Float]
  private let y: [Float]
  private let angleSquared: Double

  private typealias Lanes = SIMD8<Float>
  private static var lanes: Int { 8 }

  init(tree: QuadTree, x: [Double], y: [Double], angle: Double) {
    self.tree = tree
    leaves = tree.nodes.indices.filter { tree.nodes[$0].isLeaf }
    let beyond = [Float](repeating: 0, count: Self.lanes)
    self.x = tree.order.map { Float(x[Int($0)]) } + beyond
    self.y = tree.order.map { Float(y[Int($0)]) } + beyond
    angleSquared = angle * angle
  }

  /// The points of a leaf, as places in the tree's order.
  private func range(ofLeaf index: Int) -> Range<Int> {
    let leaf = tree.nodes[leaves[index]]
    return Int(leaf.first)..<Int(leaf.end)
  }

  func forEachPoint(ofLeaf index: Int, _ body: (Int) -> Void) {
    for place in range(ofLeaf: index) { body(Int(tree.order[place])) }
  }

  /// The forces on a leaf's points, and their parts of the normalization.
  func add(leaf index: Int, worker: Int, _ lists: Lists, to target: Target) {
    let range = range(ofLeaf: index)
    x.withUnsafeBufferPointer { x in
      y.withUnsafeBufferPointer { y in
        let list = lists[worker]
        let sources = list[..<fill(list, for: range, x, y)]
        for start in stride(from: range.lowerBound, to: range.upperBound, by: Self.lanes) {
          let ownX = Self.load(x, start)
          let ownY = Self.load(y, start)
          var (fx, fy, sum) = (Lanes.zero, Lanes.zero, Lanes.zero)
          for source in sources {
            let dx = ownX - source.x
            let dy = ownY - source.y
            let q = 1 / (1 + dx * dx + dy * dy)
            let part = q * source.weight
            let force = part * q
            sum += part
            fx += force * dx
            fy += force * dy
          }
          for lane in 0..<min(Self.lanes, range.upperBound - start) {
            let point = Int(tree.order[start + lane])
            target.x[point] = Double(fx[lane])
            target.y[point] = Double(fy[lane])
            // Among its own leaf's points is the point itself, at no distance: it pushes with nothing, and
            // is no pair.
            target.sums[point] = Double(sum[lane]) - 1
          }
        }
      }
    }
  }

  private static func load(_ values: UnsafeBufferPointer<Float>, _ start: Int) -> Lanes {
    UnsafeRawBufferPointer(values).loadUnaligned(
      fromByteOffset: start * MemoryLayout<Float>.stride, as: Lanes.self)
  }

  /// Puts what pushes the points of a leaf into `list`, and returns how many there are.
  private func fill(
    _ list: UnsafeMutableBufferPointer<Source>, for range: Range<Int>,
    _ x: UnsafeBufferPointer<Float>, _ y: UnsafeBufferPointer<Float>
  ) -> Int {
    var (left, right) = (Float.infinity, -Float.infinity)
    var (bottom, top) = (Float.infinity, -Float.infinity)
    for place in range {
      (left, right) = (min(left, x[place]), max(right, x[place]))
      (bottom, top) = (min(bottom, y[place]), max(top, y[place]))
    }
    let (low, high) = ((Double(left), Double(bottom)), (Double(right), Double(top)))
    var count = 0
    tree.nodes.withUnsafeBufferPointer { nodes in
      var place = 0
      while place < nodes.count {
        let node = nodes[place]
        // From the leaf's bounds.
        let dx = max(low.0 - node.x, 0, node.x - high.0)
        let dy = max(low.1 - node.y, 0, node.y - high.1)
        // Points that coincide act as one for each other too.
        if node.sideSquared < angleSquared * (dx * dx + dy * dy) || node.sideSquared == 0 {
          list[count] = Source(x: Float(node.x), y: Float(node.y), weight: Float(node.count))
          count += 1
        } else if node.isLeaf {
          for index in Int(node.first)..<Int(node.end) {
            list[count] = Source(x: x[index], y: y[index], weight: 1)
            count += 1
          }
        } else {
          place += 1
          continue
        }
        place = Int(node.next)
      }
    }
    return count
  }
}
