/// What pulls each point: its neighbours, each by its affinity.
struct Attraction {
  private let affinities: Affinities
  /// In the points' order.
  private let places: [SIMD2<Float>]

  private typealias Lanes = SIMD4<Float>
  private static var lanes: Int { 4 }

  init(affinities: Affinities, x: [Double], y: [Double]) {
    self.affinities = affinities
    places = x.indices.map { SIMD2(Float(x[$0]), Float(y[$0])) }
  }

  /// Calls `body` with a function of a point that gives the force on it.
  func withForces<Result>(
    _ body: (_ force: (Int) -> (x: Double, y: Double)) -> Result
  ) -> Result {
    affinities.columns.withUnsafeBufferPointer { columns in
      affinities.values.withUnsafeBufferPointer { values in
        places.withUnsafeBufferPointer { places in
          body { point in
            Self.force(
              point, affinities.offsets[point]..<affinities.offsets[point + 1], columns, values,
              places)
          }
        }
      }
    }
  }

  private static func force(
    _ point: Int, _ entries: Range<Int>, _ columns: UnsafeBufferPointer<Int32>,
    _ values: UnsafeBufferPointer<Float>, _ places: UnsafeBufferPointer<SIMD2<Float>>
  ) -> (x: Double, y: Double) {
    let own = places[point]
    var (fx, fy) = (Lanes.zero, Lanes.zero)
    var entry = entries.lowerBound
    while entry + lanes <= entries.upperBound {
      let (a, b) = (places[Int(columns[entry])], places[Int(columns[entry + 1])])
      let (c, d) = (places[Int(columns[entry + 2])], places[Int(columns[entry + 3])])
      let dx = own.x - Lanes(a.x, b.x, c.x, d.x)
      let dy = own.y - Lanes(a.y, b.y, c.y, d.y)
      let value = Lanes(
        values[entry], values[entry + 1], values[entry + 2], values[entry + 3])
      let force = value / (1 + dx * dx + dy * dy)
      fx += force * dx
      fy += force * dy
      entry += lanes
    }
    var (sumX, sumY) = (fx.sum(), fy.sum())
    while entry < entries.upperBound {
      let d = own - places[Int(columns[entry])]
      let force = values[entry] / (1 + d.x * d.x + d.y * d.y)
      sumX += force * d.x
      sumY += force * d.y
      entry += 1
    }
    return (Double(sumX), Double(sumY))
  }
}
