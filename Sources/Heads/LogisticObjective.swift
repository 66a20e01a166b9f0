import Contracts
import Glibc
import Kernels

/// The function that logistic regression minimizes, and its gradient.
///
/// Parameters are [outputs, width + 1], row-major: coefficients and, last in each row, the
/// intercept. With weights s of sum S the objective is scikit-learn's divided by S:
///
///     (1/S) Σ sᵢ · lossᵢ + λ/2 · ‖coefficients‖²,  λ = 1 / (C · S)
///
/// where the loss is the cross-entropy of a softmax over the outputs, or of a sigmoid where there
/// are two classes and thus one output.
struct LogisticObjective: Sendable {
  let blocks: RowBlocks
  /// The class of each row, 0..<classes: [n].
  let targets: [Int]
  /// 1 for two classes, else the number of classes.
  let outputs: Int
  /// The weight of a row by its class, divided by S: [classes].
  let weights: [Double]
  /// λ above.
  let penalty: Double
  let threads: Int

  var parameterCount: Int { outputs * blocks.columns }

  /// The objective at `parameters`; writes its gradient to `gradient`.
  func evaluate(_ parameters: [Double], gradient: inout [Double]) -> Double {
    let size = parameterCount
    let slices = Slices(count: blocks.count, resultSize: size)
    var losses = [Double](repeating: 0, count: slices.count)
    var gradients = [Double](repeating: 0, count: slices.count * size)
    losses.withUnsafeMutableBufferPointer { losses in
      gradients.withUnsafeMutableBufferPointer { gradients in
        parameters.withUnsafeBufferPointer { parameters in
          guard let start = gradients.baseAddress, let weights = parameters.baseAddress else {
            return
          }
          Parallel.forEach(slices.count, threads: threads, worker: makeScratch) { slice, scratch in
            for block in slices[slice] {
              losses[slice] += add(
                block: block, parameters: weights, gradient: start + slice * size, &scratch)
            }
          }
        }
      }
    }
    gradient = slices.merged(gradients, size: size)
    return losses.reduce(0, +) + addPenalty(parameters, gradient: &gradient)
  }

  private func addPenalty(_ parameters: [Double], gradient: inout [Double]) -> Double {
    var squares = 0.0
    for i in parameters.indices where (i + 1) % blocks.columns != 0 {
      squares += parameters[i] * parameters[i]
      gradient[i] += penalty * parameters[i]
    }
    return penalty / 2 * squares
  }

  // MARK: - One block

  private struct Scratch {
    /// [blockRows, columns]
    var features: [Double]
    /// [blockRows, outputs]: scores, then the loss's derivative by them.
    var scores: [Double]
  }

  private func makeScratch() -> Scratch {
    Scratch(
      features: [Double](repeating: 0, count: RowBlocks.blockRows * blocks.columns),
      scores: [Double](repeating: 0, count: RowBlocks.blockRows * outputs))
  }

  /// The block's part of the loss; its part of the gradient is added to `gradient`.
  private func add(
    block: Int, parameters: UnsafePointer<Double>, gradient: UnsafeMutablePointer<Double>,
    _ scratch: inout Scratch
  ) -> Double {
    let rows = blocks.rows(block)
    let columns = blocks.columns
    return scratch.features.withUnsafeMutableBufferPointer { features in
      scratch.scores.withUnsafeMutableBufferPointer { scores in
        guard let x = features.baseAddress, let z = scores.baseAddress else { return 0 }
        blocks.load(rows: rows, into: x)
        DoubleGemm.multiply(
          m: rows.count, n: outputs, k: columns, .init(x, stride: columns),
          .init(parameters, stride: columns, transposed: true), into: z, stride: outputs)
        var loss = 0.0
        for (i, row) in rows.enumerated() {
          let target = targets[row]
          let scores = z + i * outputs
          loss +=
            weights[target]
            * (outputs == 1
              ? logisticLoss(scores, target: target, weight: weights[target])
              : softmaxLoss(scores, target: target, weight: weights[target]))
        }
        DoubleGemm.multiply(
          m: outputs, n: columns, k: rows.count, .init(z, stride: outputs, transposed: true),
          .init(x, stride: columns), beta: 1, into: gradient, stride: columns)
        return loss
      }
    }
  }

  /// log(1 + eᶻ) - target · z; the score gives way to its weighted derivative.
  private func logisticLoss(
    _ score: UnsafeMutablePointer<Double>, target: Int, weight: Double
  ) -> Double {
    let z = score.pointee
    score.pointee = weight * (sigmoid(z) - Double(target))
    return max(z, 0) + log1p(exp(-abs(z))) - Double(target) * z
  }

  /// log Σ eᶻ - z of the target; the scores give way to their weighted derivatives.
  private func softmaxLoss(
    _ scores: UnsafeMutablePointer<Double>, target: Int, weight: Double
  ) -> Double {
    let targetScore = scores[target]
    let logSum = softmax(scores, count: outputs)
    for k in 0..<outputs { scores[k] *= weight }
    scores[target] -= weight
    return logSum - targetScore
  }
}

/// 1 / (1 + e⁻ᶻ) without overflow.
func sigmoid(_ z: Double) -> Double {
  let e = exp(-abs(z))
  return (z >= 0 ? 1 : e) / (1 + e)
}

/// Replaces `scores` [count] by their softmax; returns the logarithm of their exponentials' sum.
@discardableResult
func softmax(_ scores: UnsafeMutablePointer<Double>, count: Int) -> Double {
  var largest = scores[0]
  for k in 1..<count { largest = max(largest, scores[k]) }
  var sum = 0.0
  for k in 0..<count {
    scores[k] = exp(scores[k] - largest)
    sum += scores[k]
  }
  for k in 0..<count { scores[k] /= sum }
  return largest + log(sum)
}
