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
  private struct Source {
    let x: Float
    let y: Float
    let weight: Float
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

  func points(ofLeaf index: Int) -> some Sequence<Int> {
    let node = tree.nodes[leaves[index]]
    return tree.order[Int(node.first)..<Int(node.end)].lazy.map { Int($0) }
  }

  /// The forces on a leaf's points, and their parts of the normalization.
  func add(leaf index: Int, to target: Target) {
    let leaf = tree.nodes[leaves[index]]
    let range = Int(leaf.first)..<Int(leaf.end)
    let sources = sources(of: range)
    x.withUnsafeBufferPointer { x in
      y.withUnsafeBufferPointer { y in
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

  private func sources(of range: Range<Int>) -> [Source] {
    let (own, ownY) = (x[range], y[range])
    guard let left = own.min(), let right = own.max(), let bottom = ownY.min(),
      let top = ownY.max()
    else { return [] }
    let (low, high) = ((Double(left), Double(bottom)), (Double(right), Double(top)))
    var sources: [Source] = []
    sources.reserveCapacity(512)
    tree.nodes.withUnsafeBufferPointer { nodes in
      var place = 0
      while place < nodes.count {
        let node = nodes[place]
        // From the leaf's bounds.
        let dx = max(low.0 - node.x, 0, node.x - high.0)
        let dy = max(low.1 - node.y, 0, node.y - high.1)
        if node.sideSquared < angleSquared * (dx * dx + dy * dy) {
          sources.append(Source(x: Float(node.x), y: Float(node.y), weight: Float(node.count)))
        } else if node.isLeaf {
          for index in Int(node.first)..<Int(node.end) {
            sources.append(Source(x: x[index], y: y[index], weight: 1))
          }
        } else {
          place += 1
          continue
        }
        place = Int(node.next)
      }
    }
    return sources
  }
}
