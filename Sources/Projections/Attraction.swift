/// What pulls each point: its neighbours, each by its affinity.
struct Attraction {
  let affinities: Affinities
  let x: [Double]
  let y: [Double]

  func force(_ point: Int) -> (x: Double, y: Double) {
    var (fx, fy) = (0.0, 0.0)
    let (ownX, ownY) = (x[point], y[point])
    let places = affinities.offsets[point]..<affinities.offsets[point + 1]
    affinities.columns.withUnsafeBufferPointer { columns in
      affinities.values.withUnsafeBufferPointer { values in
        x.withUnsafeBufferPointer { x in
          y.withUnsafeBufferPointer { y in
            for place in places {
              let other = Int(columns[place])
              let (dx, dy) = (ownX - x[other], ownY - y[other])
              let force = Double(values[place]) / (1 + dx * dx + dy * dy)
              fx += force * dx
              fy += force * dy
            }
          }
        }
      }
    }
    return (fx, fy)
  }
}
