import Contracts
import Glibc
import Kernels

/// What the rows of logistic regression are to be scored as, and how much each counts.
///
/// With weights s of sum S the objective of scikit-learn, divided by S, is for each softmax, and for
/// each sigmoid on its own:
///
///     (1/S) Σ sᵢ · lossᵢ + λ/2 · ‖coefficients‖²,  λ = 1 / (C · S)
///
/// where the loss is the cross-entropy of a softmax over the outputs or of one sigmoid. Sigmoids of
/// several labels are added: their parameters have nothing in common, so the sum's optimum is that
/// of each.
struct LogisticTargets: Sendable {
  enum Link: Sendable {
    /// One class of several: targets are [n], each 0..<outputs.
    case softmax
    /// One sigmoid an output: targets are [n, outputs], each 0 or 1.
    case sigmoid
  }

  let link: Link
  let outputs: Int
  let targets: [UInt16]
  /// [n], or nil for all 1.
  let sampleWeights: [Double]?
  /// The weight of a target divided by its output's S: [outputs], or for sigmoids [outputs, 2].
  let targetWeights: [Double]
  /// λ of each output: [outputs].
  var penalties: [Double]

  /// The weighted loss of rows `rows`; their scores z [rows.count, outputs] give way to their
  /// weighted derivatives.
  func loss(
    _ rows: Range<Int>, scores z: UnsafeMutablePointer<Double>, _ kernels: KernelSet
  ) -> Double {
    targets.withUnsafeBufferPointer { targets in
      targetWeights.withUnsafeBufferPointer { weights in
        func sample(_ row: Int) -> Double { sampleWeights.map { $0[row] } ?? 1 }
        switch link {
        case .softmax:
          return crossEntropy(rows, z, kernels) { row in
            let target = Int(targets[row])
            return (target, sample(row) * weights[target])
          }
        case .sigmoid:
          return binaryCrossEntropy(rows, z, kernels) { row, k in
            let target = Int(targets[row * outputs + k])
            return (target, sample(row) * weights[2 * k + target])
          }
        }
      }
    }
  }

  @inline(__always)
  private func crossEntropy(
    _ rows: Range<Int>, _ z: UnsafeMutablePointer<Double>, _ kernels: KernelSet,
    _ target: (Int) -> (Int, Double)
  ) -> Double {
    var loss = 0.0
    for (i, row) in rows.enumerated() {
      let scores = z + i * outputs
      var largest = scores[0]
      for k in 1..<outputs { largest = max(largest, scores[k]) }
      for k in 0..<outputs { scores[k] -= largest }
      let (target, weight) = target(row)
      loss -= weight * scores[target]
    }
    kernels.exp(z, z, count: rows.count * outputs)
    for (i, row) in rows.enumerated() {
      let scores = z + i * outputs
      var sum = 0.0
      for k in 0..<outputs { sum += scores[k] }
      let (target, weight) = target(row)
      loss += weight * log(sum)
      let share = weight / sum
      for k in 0..<outputs { scores[k] *= share }
      scores[target] -= weight
    }
    return loss
  }

  @inline(__always)
  private func binaryCrossEntropy(
    _ rows: Range<Int>, _ z: UnsafeMutablePointer<Double>, _ kernels: KernelSet,
    _ target: (Int, Int) -> (Int, Double)
  ) -> Double {
    var loss = 0.0
    let count = rows.count * outputs
    // So many at a time that their exponentials stay in the nearest cache.
    let step = 256
    withUnsafeTemporaryAllocation(of: Double.self, capacity: step) { buffer in
      guard let e = buffer.baseAddress else { return }
      var (row, k) = (rows.lowerBound, 0)
      for start in stride(from: 0, to: count, by: step) {
        let part = z + start
        let n = min(step, count - start)
        for j in 0..<n { e[j] = -abs(part[j]) }
        kernels.exp(e, e, count: n)
        for j in 0..<n {
          let (target, weight) = target(row, k)
          let score = part[j]
          loss += weight * (max(score, 0) + log1p(e[j]) - Double(target) * score)
          part[j] = weight * ((score >= 0 ? 1 : e[j]) / (1 + e[j]) - Double(target))
          k += 1
          if k == outputs { (row, k) = (row + 1, 0) }
        }
      }
    }
    return loss
  }

  /// A bound of the objective's curvature by the scores, and the weights of rows that go with it:
  /// 1/4 for a sigmoid, 1/k for a softmax at zero (Böhning 1992).
  var curvature: Double { link == .sigmoid ? 0.25 : 1 / Double(outputs) }

  /// How much row `row` counts beside the others, over all outputs.
  func weight(ofRow row: Int) -> Double {
    let sample = sampleWeights.map { $0[row] } ?? 1
    switch link {
    case .softmax: return sample * targetWeights[Int(targets[row])]
    case .sigmoid where outputs == 1: return sample * targetWeights[Int(targets[row])]
    case .sigmoid: return sample
    }
  }

  /// The targets of some rows, with weights that make their objective an estimate of that of all.
  func rows(at indices: [Int]) -> LogisticTargets {
    let perRow = link == .softmax ? 1 : outputs
    var picked: [UInt16] = []
    for row in indices { picked += targets[row * perRow..<(row + 1) * perRow] }
    let share = Double(targets.count / perRow) / Double(indices.count)
    return LogisticTargets(
      link: link, outputs: outputs, targets: picked,
      sampleWeights: sampleWeights.map { weights in indices.map { weights[$0] } },
      targetWeights: targetWeights.map { $0 * share }, penalties: penalties)
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
