import Glibc
package import Kernels

/// t-SNE by Barnes and Hut's approximation: a map in which near points stay near.
///
/// Van der Maaten & Hinton 2008 (https://www.jmlr.org/papers/v9/vandermaaten08a.html) and van der Maaten 2014
/// (https://www.jmlr.org/papers/v15/vandermaaten14a.html); what is not said there is scikit-learn's `TSNE`: a
/// learning rate of n / exaggeration / 4 and at least 50 (Belkina et al. 2019), 250 steps with exaggeration
/// 12 and momentum 0.5, then momentum 0.8, gains of 0.8 and 0.2.
///
/// While all distances are far below 1, forces are proportional to them, and exaggerated attraction shrinks a
/// map whose points form no groups by half every few steps, to nothing after 250. Its size means nothing
/// there: it is doubled, with all velocities, wherever it has fallen to half of what it began with.
///
/// Each point's forces are summed by one thread in an order that depends on the points alone: the same bits
/// for any number of threads.
public struct TSNE: Sendable {
  public struct Options: Sendable {
    public var iterations = 1000
    public var exaggeration = 12.0
    public var exaggeratedIterations = 250
    /// A square acts as one where its side is less than this many times its distance, at most 0.7; 0 is
    /// exact.
    public var angle = 0.5
    public var threads = 1

    public init() {}
  }

  /// The map: [points] each.
  public private(set) var x: [Double]
  public private(set) var y: [Double]

  private let affinities: Affinities
  private let options: Options

  /// The deviation of its first axis that a map begins with.
  private static let firstDeviation = 1e-4

  /// Begins with a map, whose extent is brought to a deviation of 1e-4 of its first axis.
  ///
  /// - Precondition: as many coordinates as points; the angle is in 0...0.7.
  public init(_ affinities: Affinities, x: [Double], y: [Double], options: Options) {
    precondition(x.count == affinities.count && y.count == affinities.count)
    precondition((0...0.7).contains(options.angle))
    self.affinities = affinities
    self.options = options
    let mean = x.reduce(0, +) / Double(max(x.count, 1))
    let variance = x.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(max(x.count, 1))
    let scale = variance > 0 ? Self.firstDeviation / variance.squareRoot() : 1
    self.x = x.map { $0 * scale }
    self.y = y.map { $0 * scale }
  }

  /// A map as it is, for looking at its gradient.
  package init(exactly affinities: Affinities, x: [Double], y: [Double], options: Options) {
    self.affinities = affinities
    self.options = options
    self.x = x
    self.y = y
  }

  /// Moves the points.
  ///
  /// `advance`: called after every step with its number from 1; false stops.
  public mutating func run(_ advance: (Int) -> Bool = { _ in true }) {
    let count = affinities.count
    guard count > 1 else { return }
    let team = Team(threads: options.threads)
    let lists = Repulsion.Lists(workers: team.threads, points: count)
    let rate = max(Double(count) / options.exaggeration / 4, 50)
    var movement = Movement(count: count)
    for step in 1...max(options.iterations, 1) {
      let isEarly = step <= options.exaggeratedIterations
      let gradient = gradient(
        exaggeration: isEarly ? options.exaggeration : 1, team, lists)
      movement.move(&x, along: gradient.x, rate: rate, momentum: isEarly ? 0.5 : 0.8, axis: 0)
      movement.move(&y, along: gradient.y, rate: rate, momentum: isEarly ? 0.5 : 0.8, axis: 1)
      movement.keep(&x, &y, deviation: Self.firstDeviation / 2)
      if !advance(step) { break }
    }
  }

  /// The gradient of the divergence, and its two sums.
  package struct Gradient {
    package var x: [Double]
    package var y: [Double]
    /// The sum over all ordered pairs of 1 / (1 + d²).
    package var normalization: Double
  }

  package func gradient(_ team: Team) -> Gradient {
    gradient(
      exaggeration: 1, team, Repulsion.Lists(workers: team.threads, points: affinities.count))
  }

  private func gradient(
    exaggeration: Double, _ team: Team, _ lists: Repulsion.Lists
  ) -> Gradient {
    let count = affinities.count
    let tree = QuadTree(x: x, y: y)
    var attraction = (
      x: [Double](repeating: 0, count: count), y: [Double](repeating: 0, count: count)
    )
    var repulsion = attraction
    var sums = [Double](repeating: 0, count: count)
    let pull = Attraction(affinities: affinities, x: x, y: y)
    let push = Repulsion(tree: tree, x: x, y: y, angle: options.angle)
    attraction.x.withUnsafeMutableBufferPointer { ax in
      attraction.y.withUnsafeMutableBufferPointer { ay in
        repulsion.x.withUnsafeMutableBufferPointer { rx in
          repulsion.y.withUnsafeMutableBufferPointer { ry in
            sums.withUnsafeMutableBufferPointer { sums in
              let target = Repulsion.Target(x: rx, y: ry, sums: sums)
              pull.withForces { force in
                team.forEach(push.leaves.count) { worker, index in
                  push.add(leaf: index, worker: worker, lists, to: target)
                  // A leaf's points have neighbours in common.
                  push.forEachPoint(ofLeaf: index) { (ax[$0], ay[$0]) = force($0) }
                }
              }
            }
          }
        }
      }
    }
    // In the points' order, whoever summed them.
    let normalization = max(sums.reduce(0, +), 1e-300)
    for point in 0..<count {
      attraction.x[point] =
        4 * (exaggeration * attraction.x[point] - repulsion.x[point] / normalization)
      attraction.y[point] =
        4 * (exaggeration * attraction.y[point] - repulsion.y[point] / normalization)
    }
    return Gradient(x: attraction.x, y: attraction.y, normalization: normalization)
  }

  /// The Kullback-Leibler divergence of the map from the affinities, in nats; over the pairs that have an
  /// affinity, as the others add nothing.
  public func divergence() -> Double {
    let normalization = gradient(Team(threads: 1)).normalization
    var sum = 0.0
    for point in 0..<affinities.count {
      for place in affinities.offsets[point]..<affinities.offsets[point + 1] {
        let other = Int(affinities.columns[place])
        let (dx, dy) = (x[point] - x[other], y[point] - y[other])
        let p = Double(affinities.values[place])
        sum += p * log(p * normalization * (1 + dx * dx + dy * dy))
      }
    }
    return sum
  }
}

/// Momentum and gains of every coordinate.
private struct Movement {
  private var velocities: [[Double]]
  private var gains: [[Double]]

  init(count: Int) {
    velocities = Array(repeating: [Double](repeating: 0, count: count), count: 2)
    gains = Array(repeating: [Double](repeating: 1, count: count), count: 2)
  }

  mutating func move(
    _ values: inout [Double], along gradient: [Double], rate: Double, momentum: Double, axis: Int
  ) {
    for index in values.indices {
      // Faster where it keeps its direction (Jacobs 1988).
      let keeps = velocities[axis][index] * gradient[index] < 0
      let gain = max(keeps ? gains[axis][index] + 0.2 : gains[axis][index] * 0.8, 0.01)
      gains[axis][index] = gain
      let velocity = momentum * velocities[axis][index] - rate * gain * gradient[index]
      velocities[axis][index] = velocity
      values[index] += velocity
    }
    let mean = values.reduce(0, +) / Double(values.count)
    for index in values.indices { values[index] -= mean }
  }

  /// Doubles a map that has shrunk until its points are `deviation` from its centre, in the mean of squares;
  /// exactly, and with it what moves it.
  mutating func keep(_ x: inout [Double], _ y: inout [Double], deviation: Double) {
    let squares = zip(x, y).reduce(0) { $0 + $1.0 * $1.0 + $1.1 * $1.1 }
    let own = (squares / Double(x.count)).squareRoot()
    guard own > 0, own < deviation else { return }
    var scale = 2.0
    while own * scale < deviation { scale *= 2 }
    for index in x.indices {
      x[index] *= scale
      y[index] *= scale
      for axis in velocities.indices { velocities[axis][index] *= scale }
    }
  }
}
