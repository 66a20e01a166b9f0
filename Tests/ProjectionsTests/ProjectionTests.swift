import Contracts
import Foundation
import Kernels
import Projections
import Testing

/// What scikit-learn and NumPy say, written by Tests/Oracles/projection_fixtures.py.
private struct Expected: Decodable, Sendable {
  /// [500, 64].
  let digits: [Float]
  let variances: [Double]
  let total_variance: Double
  /// [40, 2]: of the first rows.
  let projected: [Double]
  /// [60, 8].
  let points: [Double]
  /// [60, 60].
  let joint: [Double]
  /// [60, 2].
  let layout: [Double]
  let gradient: [Double]
  let divergence: Double
  let trustworthiness: Double
  let kl_divergence: Double
  let pca_trustworthiness: Double

  static func load() throws -> Expected {
    let url = try #require(
      Bundle.module.url(forResource: "Fixtures/projections", withExtension: "json"))
    return try JSONDecoder().decode(Expected.self, from: Data(contentsOf: url))
  }
}

@Suite struct ProjectionTests {
  private let expected: Expected
  private let digits: Matrix

  init() throws {
    expected = try Expected.load()
    digits = Matrix(rows: 500, columns: 64, storage: expected.digits)
  }

  // MARK: - PCA

  @Test func componentsAreScikitLearns() throws {
    let found = try PrincipalComponents(digits, count: 2, threads: 2)
    // Sums of 500 squares of whole numbers up to 16: exact but for the means and the eigenvalues.
    for (value, wanted) in zip(found.variances, expected.variances) {
      #expect(abs(value - wanted) <= 1e-10 * wanted)
    }
    #expect(abs(found.totalVariance - expected.total_variance) <= 1e-10 * expected.total_variance)
    let projected = found.project(digits)
    for (value, wanted) in zip(projected, expected.projected) {
      // A vector is as sure as the gap to the next eigenvalue allows: 16 of 179 here.
      #expect(abs(value - wanted) <= 1e-9)
    }
    let other = try PrincipalComponents(digits, count: 2, threads: 5)
    #expect(other.components == found.components && other.mean == found.mean)
  }

  @Test func eigenvaluesOfNothingFiniteAreRefused() {
    #expect(throws: KernelError.noEigenvalues) {
      _ = try SymmetricEigen.decompose([1, .nan, .nan, 1], size: 2)
    }
  }

  // MARK: - t-SNE

  /// Affinities of points from their k nearest others, by brute force.
  private func affinities(
    _ points: [Double], width: Int, neighbours: Int, perplexity: Double
  ) -> Affinities {
    let nearest = Self.nearest(points, width: width).map { $0.prefix(neighbours) }
    return Affinities(
      neighbours: nearest.map { $0.map(\.index) },
      squaredDistances: nearest.map { $0.map(\.squared) }, perplexity: perplexity)
  }

  /// Of each point all others, the nearest first.
  private static func nearest(
    _ points: [Double], width: Int
  ) -> [[(index: Int, squared: Double)]] {
    let count = points.count / width
    return (0..<count).map { row in
      (0..<count).filter { $0 != row }.map { other in
        let squared = (0..<width).reduce(0.0) {
          let d = points[row * width + $1] - points[other * width + $1]
          return $0 + d * d
        }
        return (other, squared)
      }.sorted { ($0.squared, $0.index) < ($1.squared, $1.index) }
    }
  }

  /// Of a map: [points, 2].
  private func trustworthiness(_ space: [Double], width: Int, _ map: [Double], neighbours k: Int)
    -> Double
  {
    let (near, mapped) = (Self.nearest(space, width: width), Self.nearest(map, width: 2))
    let n = near.count
    var penalty = 0
    for row in 0..<n {
      var rank = [Int](repeating: 0, count: n)
      for (place, other) in near[row].enumerated() { rank[other.index] = place + 1 }
      for other in mapped[row].prefix(k) { penalty += max(0, rank[other.index] - k) }
    }
    return 1 - Double(penalty) * 2 / Double(n * k * (2 * n - 3 * k - 1))
  }

  @Test func affinitiesAreScikitLearns() {
    let found = affinities(expected.points, width: 8, neighbours: 59, perplexity: 10)
    #expect(found.offsets.last == 60 * 59)
    for row in 0..<60 {
      for place in found.offsets[row]..<found.offsets[row + 1] {
        let wanted = expected.joint[row * 60 + Int(found.columns[place])]
        // Scikit-learn searches the bandwidth in float32, until the entropy is within 1e-5.
        #expect(abs(Double(found.values[place]) - wanted) <= 1e-4 * max(wanted, 1e-4))
      }
    }
  }

  @Test(arguments: [0.0, 0.3, 0.5])
  func theGradientIsTheExactOne(angle: Double) {
    var options = TSNE.Options()
    options.angle = angle
    let layout = expected.layout
    let x = stride(from: 0, to: 120, by: 2).map { layout[$0] }
    let y = stride(from: 1, to: 120, by: 2).map { layout[$0] }
    let tsne = TSNE(
      exactly: affinities(expected.points, width: 8, neighbours: 59, perplexity: 10), x: x, y: y,
      options: options)
    let found = tsne.gradient(Team(threads: 2))
    let largest = expected.gradient.map(abs).max() ?? 0
    // Exact: float32 affinities, and scikit-learn's bandwidths. Else what a square's centre does for its
    // points: some per cent of the force.
    let bound = angle == 0 ? 2e-4 : angle == 0.3 ? 0.02 : 0.05
    for point in 0..<60 {
      #expect(abs(found.x[point] - expected.gradient[2 * point]) <= bound * largest)
      #expect(abs(found.y[point] - expected.gradient[2 * point + 1]) <= bound * largest)
    }
    #expect(abs(tsne.divergence() - expected.divergence) <= (angle == 0 ? 1e-4 : 0.02))
  }

  @Test func theTreeHoldsEveryPointOnce() {
    // Points that coincide, and one far away.
    let x = [0.0, 0, 0, 0, 0, 0, 0, 1e6, 3], y = [1.0, 1, 1, 1, 1, 1, 1, -1e6, 2]
    let tree = QuadTree(x: x, y: y)
    #expect(tree.order.sorted() == (0..<9).map { Int32($0) })
    #expect(tree.nodes[0].count == 9 && tree.nodes[0].next == Int32(tree.nodes.count))
    let leaves = tree.nodes.filter(\.isLeaf)
    #expect(leaves.reduce(0) { $0 + $1.count } == 9)
    #expect(leaves.flatMap { Int($0.first)..<Int($0.end) }.sorted() == Array(0..<9))
  }

  /// One point far away, one a rounding beside another, and many that coincide: neither depth nor leaves
  /// grow with how far apart points are.
  @Test func theTreeIsSmallForAnyDistances() {
    var x = (0..<1000).map { Double($0 % 40) * 1e-21 }
    var y = (0..<1000).map { Double($0 / 40) * 1e-21 }
    x += [1e9, 1, Double(1).nextUp]
    y += [-1e9, 1, 1]
    x += [Double](repeating: 0.5, count: 200)
    y += [Double](repeating: 0.5, count: 200)
    let tree = QuadTree(x: x, y: y)
    #expect(tree.order.sorted() == (0..<Int32(x.count)).map { $0 })
    #expect(tree.nodes.count < 2 * x.count)
    for leaf in tree.nodes where leaf.isLeaf { #expect(leaf.count <= 16 || leaf.sideSquared == 0) }
    #expect(tree.nodes.contains { $0.isLeaf && $0.count == 200 })
  }

  /// Points whose neighbours are any others form no groups: NumPy has them shrink from 1e-4 to 1e-12 in 60
  /// exaggerated steps.
  @Test func aMapWithoutGroupsKeepsItsSize() {
    let (count, neighbours) = (2400, 20)
    let others = (0..<count).map { row in
      (0..<neighbours).map {
        (row + 1 + (row * row * 31 + $0 * $0 * 977 + $0 * row) % (count - 1)) % count
      }
    }
    let affinities = Affinities(
      neighbours: others,
      squaredDistances: Array(repeating: Array(repeating: 1, count: neighbours), count: count),
      perplexity: 19)
    var options = TSNE.Options()
    options.iterations = 60
    var tsne = TSNE(
      affinities, x: (0..<count).map { sin(Double($0)) }, y: (0..<count).map { cos(Double($0)) },
      options: options)
    tsne.run()
    let squares = zip(tsne.x, tsne.y).reduce(0) { $0 + $1.0 * $1.0 + $1.1 * $1.1 }
    let deviation = (squares / Double(count)).squareRoot()
    // Between half of what it began with along one axis, and that with the other and a step.
    #expect(deviation >= 0.5e-4 && deviation < 2e-4)
  }

  @Test func theMapIsAsGoodAsScikitLearns() throws {
    let points = digits.storage.map(Double.init)
    let components = try PrincipalComponents(digits, count: 2, threads: 2).project(digits)
    let flat = trustworthiness(points, width: 64, components, neighbours: 12)
    // A whole number of ranks over another; points as far as each other rank by their numbers in both.
    #expect(abs(flat - expected.pca_trustworthiness) < 1e-12)
    let affinities = affinities(points, width: 64, neighbours: 90, perplexity: 30)
    let x = stride(from: 0, to: 1000, by: 2).map { components[$0] }
    let y = stride(from: 1, to: 1000, by: 2).map { components[$0] }
    func map(threads: Int) -> (TSNE, [Double]) {
      var options = TSNE.Options()
      options.threads = threads
      var tsne = TSNE(affinities, x: x, y: y, options: options)
      var divergences: [Double] = []
      var steps = 0
      tsne.run { step in
        steps = step
        return true
      }
      divergences.append(tsne.divergence())
      #expect(steps == 1000)
      return (tsne, divergences)
    }
    let (tsne, divergences) = map(threads: 1)
    let mapped = zip(tsne.x, tsne.y).flatMap { [$0, $1] }
    // Two maps of the same data are not the same; they are as good.
    #expect(
      trustworthiness(points, width: 64, mapped, neighbours: 12)
        > expected.trustworthiness - 0.005)
    #expect(divergences[0] < expected.kl_divergence + 0.05)
    let (other, _) = map(threads: 3)
    #expect(other.x == tsne.x && other.y == tsne.y)
  }

  @Test func theDivergenceFalls() throws {
    let points = digits.storage.map(Double.init)
    let components = try PrincipalComponents(digits, count: 2, threads: 1).project(digits)
    let affinities = affinities(points, width: 64, neighbours: 90, perplexity: 30)
    let x = stride(from: 0, to: 1000, by: 2).map { components[$0] }
    let y = stride(from: 1, to: 1000, by: 2).map { components[$0] }
    var last = Double.infinity
    for iterations in [251, 300, 400, 600] {
      var options = TSNE.Options()
      options.iterations = iterations
      var tsne = TSNE(affinities, x: x, y: y, options: options)
      tsne.run()
      let divergence = tsne.divergence()
      #expect(divergence < last)
      last = divergence
    }
  }
}
