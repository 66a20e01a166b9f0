import Checkpoints
import Contracts
import Glibc
import Kernels

/// What an encoder computes from places alone, once for each workspace.
enum PositionTables: Sendable {
  case relative(RelativeBias)
  case rotations(Rotations)

  /// Floats of the tables for texts of up to `longest` tokens.
  func size(longest: Int) -> Int {
    switch self {
    case .relative(let bias): bias.heads * max(2 * longest - 1, 0)
    case .rotations(let rotations): rotations.frequencies.count * longest * 2 * rotations.half
    }
  }

  func fill(_ tables: UnsafeMutablePointer<Float>, longest: Int) {
    switch self {
    case .relative(let bias): bias.fill(tables, longest: longest)
    case .rotations(let rotations): rotations.fill(tables, longest: longest)
    }
  }
}

/// A learned bias of the scores that depends on how far the key stands from the query, by buckets: one
/// each for near distances, and wider ones towards far (Raffel et al. 2020, arXiv:1910.10683).
///
/// Source: `T5Attention._relative_position_bucket` in `transformers/models/t5/modeling_t5.py`, and
/// the same in MPNet.
struct RelativeBias: Sendable {
  /// [rows, heads].
  private let table: UnsafePointerBox
  private let plan: RelativeBiasPlan
  var heads: Int { plan.heads }

  /// Loads its table.
  init(_ weights: inout Weights, _ plan: RelativeBiasPlan) throws(CheckpointError) {
    let values = try weights.tensor(plan.name, [plan.rows, plan.heads])
    table = values.count > 0 ? .init(values) : .init(FloatBuffer(count: plan.rows * plan.heads))
    self.plan = plan
  }

  /// bias: [heads][2 * longest - 1], distance 0 in the middle.
  func fill(_ bias: UnsafeMutablePointer<Float>, longest: Int) {
    let size = 2 * longest - 1
    for i in 0..<max(size, 0) {
      let row = table.pointer + plan.bucket(i - (longest - 1)) * heads
      for head in 0..<heads { bias[head * size + i] = row[head] }
    }
  }
}

extension RelativeBiasPlan {
  /// The row for a key `distance` tokens after the query.
  public func bucket(_ distance: Int) -> Int {
    let side = buckets / 2
    let exact = side / 2
    let first = distance > 0 ? side : 0
    let steps = abs(distance)
    if steps < exact { return first + steps }
    // In float32, as PyTorch computes it: a distance at a bucket's edge must fall on the same side.
    let place =
      logf(Float(steps) / Float(exact))
      / Float(log(Double(maximumDistance) / Double(exact))) * Float(side - exact)
    return first + min(exact + Int(place), side - 1)
  }
}

/// Rotary position embeddings (Su et al. 2021, arXiv:2104.09864): each pair of a head's numbers is turned
/// by an angle that grows with the token's place. An encoder may have several, with other speeds.
struct Rotations: Sendable {
  /// Radians a token, of each rotation and each pair.
  let frequencies: [[Float]]
  /// The number of pairs of a head.
  let half: Int

  /// `bases`: the longest wavelength of each rotation, in tokens a radian.
  ///
  /// Source: `ModernBertRotaryEmbedding` in `transformers/models/modernbert/modeling_modernbert.py`.
  init(bases: [Double], headSize: Int) {
    half = headSize / 2
    frequencies = bases.map { base in
      (0..<headSize / 2).map { pair in
        // In float32, as PyTorch computes it: far places multiply what the rounding leaves.
        let exponent = Float(2 * pair) / Float(headSize)
        return 1 / Float(pow(base, Double(exponent)))
      }
    }
  }

  /// tables: [rotations][longest][cosines and sines][half].
  func fill(_ tables: UnsafeMutablePointer<Float>, longest: Int) {
    var to = tables
    for own in frequencies {
      for place in 0..<longest {
        for (pair, frequency) in own.enumerated() {
          let angle = Double(Float(place) * frequency)
          to[pair] = Float(cos(angle))
          to[half + pair] = Float(sin(angle))
        }
        to += 2 * half
      }
    }
  }

  /// Turns the first `heads` heads of each row of x [tokens, stride] by rotation `number` of the
  /// tables in a workspace.
  static func turn(
    _ kernels: KernelSet, _ x: UnsafeMutablePointer<Float>, stride: Int, _ slice: TokenSlice,
    _ workspace: Workspace, _ number: Int, heads: Int, half: Int
  ) {
    let table = workspace[.positions] + number * workspace.longest * 2 * half
    var row = x
    for text in slice.texts {
      for place in 0..<slice.range(text).count {
        let cosines = table + place * 2 * half
        kernels.rotate(row, cosines: cosines, sines: cosines + half, heads: heads, half: half)
        row += stride
      }
    }
  }
}
