import Encoders
import Kernels

/// A relative bias of attention that learns: by buckets in the parameters, by distances for a batch.
final class BiasTable {
  private let plan: RelativeBiasPlan
  let parameter: Int
  private let compute: Compute
  private var span = 0
  /// [heads][2 * span - 1], distance 0 in the middle, and the sum of its gradients over layers.
  private var table = FloatBuffer(count: 0)
  private var sums = FloatBuffer(count: 0)
  /// [texts][heads][2 * span - 1]: of one layer, so that texts may be taken in any order.
  private var parts = FloatBuffer(count: 0)

  init(_ plan: RelativeBiasPlan, parameter: Int, compute: Compute) {
    self.plan = plan
    self.parameter = parameter
    self.compute = compute
  }

  private var size: Int { 2 * span - 1 }

  /// Spreads the buckets over the distances of texts of up to `longest` tokens.
  func begin(longest: Int, texts: Int) {
    span = max(longest, 1)
    table = FloatBuffer(count: plan.heads * size)
    sums = FloatBuffer(count: plan.heads * size)
    parts = FloatBuffer(count: texts * plan.heads * size, zeroed: false)
    let values = compute.store.value(parameter)
    for place in 0..<size {
      let row = plan.bucket(place - (span - 1)) * plan.heads
      for head in 0..<plan.heads { table.pointer[head * size + place] = values[row + head] }
    }
  }

  func bias(_ head: Int) -> AttentionBias {
    .relative(UnsafePointer(table.pointer + head * size), span: span)
  }

  /// Where text `text`'s gradient of head `head` goes; index 0 is distance 0.
  func gradient(_ text: Int, _ head: Int) -> Floats {
    parts.pointer + (text * plan.heads + head) * size + span - 1
  }

  func clear(_ texts: Int) {
    parts.pointer.update(repeating: 0, count: texts * plan.heads * size)
  }

  /// Adds what the texts gave, in their order.
  func gather(_ texts: Int) {
    for text in 0..<texts {
      compute.kernels.axpy(
        sums.pointer, 1, parts.pointer + text * plan.heads * size, count: plan.heads * size)
    }
  }

  /// Adds the gradients of a batch to the buckets'.
  func finish() {
    guard compute.store.parameters[parameter].learns else { return }
    let gradient = compute.store.gradient(parameter)
    if !compute.begin(parameter) {
      gradient.update(repeating: 0, count: plan.rows * plan.heads)
    }
    for place in 0..<size {
      let row = plan.bucket(place - (span - 1)) * plan.heads
      for head in 0..<plan.heads { gradient[row + head] += sums.pointer[head * size + place] }
    }
  }
}
