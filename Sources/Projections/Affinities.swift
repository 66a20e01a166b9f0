import Glibc
import Kernels

/// How near each point is to others in the space that a map is drawn of: a symmetric sparse matrix of
/// probabilities whose sum is 1.
///
/// Van der Maaten & Hinton 2008, equations 1 and 2, on each point's nearest neighbours alone (van der
/// Maaten 2014, section 4.1). A point's bandwidth is that at which its distribution has the perplexity asked
/// for.
public struct Affinities: Sendable {
  /// Where each point's entries begin: [points + 1].
  package let offsets: [Int]
  package let columns: [Int32]
  package let values: [Float]

  public var count: Int { offsets.count - 1 }

  /// From each point's nearest others.
  ///
  /// `neighbours`: [points][k] of other points.
  /// `squaredDistances`: theirs, ascending or not.
  ///
  /// - Precondition: the shapes agree; perplexity is less than the number of each point's neighbours.
  public init(neighbours: [[Int]], squaredDistances: [[Double]], perplexity: Double) {
    precondition(neighbours.count == squaredDistances.count)
    let count = neighbours.count
    // By row; then the transposed is added, and what stands twice is one entry.
    var entries = [[(column: Int, value: Double)]](repeating: [], count: count)
    for point in 0..<count {
      let probabilities = Self.conditional(squaredDistances[point], perplexity: perplexity)
      for (other, value) in zip(neighbours[point], probabilities) {
        entries[point].append((other, value))
        entries[other].append((point, value))
      }
    }
    var (offsets, columns, values): ([Int], [Int32], [Double]) = ([0], [], [])
    for point in 0..<count {
      // A stable order: by column, and both halves are added in one order.
      for entry in entries[point].sorted(by: { ($0.column, $0.value) < ($1.column, $1.value) }) {
        if let last = columns.last, columns.count > offsets[point], Int(last) == entry.column {
          values[values.count - 1] += entry.value
        } else {
          columns.append(Int32(entry.column))
          values.append(entry.value)
        }
      }
      offsets.append(columns.count)
    }
    let total = values.reduce(0, +)
    self.offsets = offsets
    self.columns = columns
    self.values = values.map { Float(max($0 / total, 1e-30)) }
  }

  /// exp(-d²β) over their sum, with β such that the entropy is the perplexity's logarithm.
  static func conditional(_ squaredDistances: [Double], perplexity: Double) -> [Double] {
    let wanted = log(perplexity)
    let nearest = squaredDistances.min() ?? 0
    var (beta, low, high) = (1.0, 0.0, Double.infinity)
    // Scaled to the distances' own size first.
    let mean = squaredDistances.reduce(0) { $0 + $1 - nearest } / Double(squaredDistances.count)
    if mean > 0 { beta = 1 / mean }
    var probabilities: [Double] = []
    for _ in 0..<100 {
      probabilities = squaredDistances.map { exp(-($0 - nearest) * beta) }
      let sum = probabilities.reduce(0, +)
      let weighted = zip(probabilities, squaredDistances).reduce(0) { $0 + $1.0 * ($1.1 - nearest) }
      let entropy = log(sum) + beta * weighted / sum
      probabilities = probabilities.map { $0 / sum }
      if abs(entropy - wanted) < 1e-7 { break }
      if entropy > wanted {
        low = beta
        beta = high == .infinity ? beta * 2 : (beta + high) / 2
      } else {
        high = beta
        beta = (beta + low) / 2
      }
    }
    return probabilities
  }
}
