import Glibc

/// The learning rate, and for one-cycle Adam's first moment too, of each step of a training.
public struct Schedule: Sendable, Equatable {
  /// The shape over the steps.
  public enum Shape: String, Sendable, Codable, CaseIterable {
    case constant
    /// Down to 0 in a line: transformers' `get_linear_schedule_with_warmup`.
    case linear
    /// Down to 0 along half a cosine: transformers' `get_cosine_schedule_with_warmup`.
    case cosine
    /// ktrain's `fit_onecycle`: up from a tenth in a line, then down to a thousandth.
    case onecycle
  }

  public let shape: Shape
  /// The highest learning rate.
  public let learningRate: Double
  /// All steps of the training.
  public let steps: Int
  /// Steps from 0 to the highest rate in a line; one-cycle, whose first half is just that, has none.
  public let warmUp: Int

  /// - Precondition: no negative numbers; no warm-up for one-cycle.
  public init(_ shape: Shape, learningRate: Double, steps: Int, warmUp: Int = 0) {
    precondition(learningRate >= 0 && steps >= 0 && warmUp >= 0)
    precondition(shape != .onecycle || warmUp == 0, "one-cycle warms up by itself")
    self.shape = shape
    self.learningRate = learningRate
    self.steps = steps
    self.warmUp = warmUp
  }

  /// The learning rate of step `step`, from 0.
  public func learningRate(step: Int) -> Double {
    if shape == .onecycle { return triangle(step) }
    if step < warmUp { return learningRate * Double(step) / Double(warmUp) }
    let left = Double(max(1, steps - warmUp))
    return switch shape {
    case .constant, .onecycle: learningRate
    case .linear: learningRate * max(0, Double(steps - step) / left)
    case .cosine:
      learningRate * max(0, 0.5 * (1 + cos(.pi * Double(step - warmUp) / left)))
    }
  }

  /// Adam's beta1 at step `step`; nil: the optimizer's own.
  ///
  /// For one-cycle 0.95 → 0.85 → 0.95. ktrain sets it after each batch, and so not for the first.
  public func firstMoment(step: Int) -> Double? {
    guard shape == .onecycle, step > 0 else { return nil }
    let place = Double((step + 1) % (2 * halfCycle)) / Double(halfCycle)
    return 0.95 - (place > 1 ? 2 - place : place) * (0.95 - 0.85)
  }

  /// ktrain's `step_size`.
  private var halfCycle: Int { max(1, (steps + 1) / 2) }

  /// ktrain/lroptimize/triangular.py: the base of the triangle falls from a tenth to a thousandth of
  /// the highest rate as soon as the top is passed.
  private func triangle(_ step: Int) -> Double {
    let base = learningRate / (step % (2 * halfCycle) > halfCycle ? 1000 : 10)
    let cycle = 1 + step / (2 * halfCycle)
    let distance = abs(Double(step) / Double(halfCycle) - Double(2 * cycle) + 1)
    return base + (learningRate - base) * max(0, 1 - distance)
  }
}
