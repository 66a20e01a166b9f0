public import Kernels

/// How parameters move along their gradients.
public enum UpdateRule: Sendable, Equatable, Codable {
  /// Adam with decay apart from the gradient (Loshchilov & Hutter 2017, arXiv:1711.05101):
  /// torch.optim.AdamW.
  case adamW(beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-8)
  /// Adam with L2 in the gradient (Kingma & Ba 2014, arXiv:1412.6980): torch.optim.Adam.
  case adam(beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-8)
  /// Stochastic gradient descent with momentum: torch.optim.SGD.
  case sgd(momentum: Double = 0.9, nesterov: Bool = false)
}

extension UpdateRule {
  /// Floats that an optimizer keeps of each weight.
  public var momentsPerWeight: Int {
    switch self {
    case .adamW, .adam: 2
    case .sgd(let momentum, _): momentum == 0 ? 0 : 1
    }
  }
}

/// Parameters that share their decay: a range of the flat memory that holds them all.
public struct ParameterGroup: Sendable, Equatable {
  public let range: Range<Int>
  public let weightDecay: Double

  public init(_ range: Range<Int>, weightDecay: Double = 0) {
    self.range = range
    self.weightDecay = weightDecay
  }
}

/// An update rule with its moments, over parameters that lie in one piece of memory.
///
/// A step is ``advance()``, then each group's ``update(parameters:gradients:_:learningRate:firstMoment:gradientScale:)``:
/// every parameter's new value depends on that parameter alone, so groups may be cut and shared out
/// among threads at will. Operations come in the order of PyTorch's.
///
/// Unchecked because moments are shared by pointer: who updates a range is the owner's business.
public final class Optimizer: @unchecked Sendable {
  public let rule: UpdateRule
  public let kernels: KernelSet
  /// Steps begun.
  public private(set) var steps = 0
  /// The mean of the gradients, or the velocity: [count], nothing for descent without momentum.
  public let first: FloatBuffer
  /// The mean of their squares: [count], nothing but for Adam.
  public let second: FloatBuffer

  /// An optimizer of `count` parameters at its start.
  public init(_ rule: UpdateRule, count: Int, kernels: KernelSet) {
    self.rule = rule
    self.kernels = kernels
    switch rule {
    case .adamW, .adam:
      first = FloatBuffer(count: count)
      second = FloatBuffer(count: count)
    case .sgd(let momentum, _):
      first = FloatBuffer(count: momentum == 0 ? 0 : count)
      second = FloatBuffer(count: 0)
    }
  }

  /// Goes on where a training was interrupted; the moments are the caller's to fill.
  public func resume(steps: Int) { self.steps = steps }

  /// Begins the next step.
  public func advance() { steps += 1 }

  /// Moves the parameters of one group by the step that ``advance()`` began.
  ///
  /// - Parameters:
  ///   - parameters: All parameters: the group's range is counted from here.
  ///   - gradients: All gradients, not changed.
  ///   - group: The range to move and its decay.
  ///   - learningRate: That of the step.
  ///   - firstMoment: In place of Adam's beta1: see ``Schedule/firstMoment(step:)``.
  ///   - gradientScale: What gradients are multiplied by first: see ``GradientNorm``.
  public func update(
    parameters: UnsafeMutablePointer<Float>, gradients: UnsafePointer<Float>,
    _ group: ParameterGroup, learningRate: Double, firstMoment: Double? = nil,
    gradientScale: Float = 1
  ) {
    let start = group.range.lowerBound
    move(
      parameters + start, gradients + start, at: start, count: group.range.count,
      weightDecay: group.weightDecay, learningRate: learningRate, firstMoment: firstMoment,
      gradientScale: gradientScale)
  }

  /// The same for `count` parameters whose moments begin at `start` and whose gradients lie elsewhere:
  /// rows of an embedding, of which a step touches few (as torch.optim.SparseAdam).
  ///
  /// `step`: an earlier one, for rows that catch up; the one begun last when nil.
  public func move(
    _ parameters: UnsafeMutablePointer<Float>, _ gradients: UnsafePointer<Float>, at start: Int,
    count: Int, weightDecay: Double = 0, learningRate: Double, firstMoment: Double? = nil,
    gradientScale: Float = 1, step number: Int? = nil
  ) {
    precondition(steps > 0, "advance() begins a step")
    let number = number ?? steps
    switch rule {
    case .adamW(let beta1, let beta2, let epsilon):
      var step = adamStep(firstMoment ?? beta1, beta2, epsilon, learningRate, gradientScale, number)
      step.shrink = Float(1 - learningRate * weightDecay)
      adam(parameters, gradients, start, count, step)
    case .adam(let beta1, let beta2, let epsilon):
      var step = adamStep(firstMoment ?? beta1, beta2, epsilon, learningRate, gradientScale, number)
      step.decay = Float(weightDecay)
      adam(parameters, gradients, start, count, step)
    case .sgd(let momentum, let nesterov):
      var step = SGDStep()
      step.gradientScale = gradientScale
      step.decay = Float(weightDecay)
      step.momentum = Float(momentum)
      step.rate = Float(learningRate)
      step.nesterov = nesterov
      kernels.sgd(
        parameters, velocity: momentum == 0 ? nil : first.pointer + start, gradients: gradients,
        count: count, step)
    }
  }

  private func adam(
    _ parameters: UnsafeMutablePointer<Float>, _ gradients: UnsafePointer<Float>, _ start: Int,
    _ count: Int, _ step: AdamStep
  ) {
    kernels.adam(
      parameters, mean: first.pointer + start, square: second.pointer + start,
      gradients: gradients, count: count, step)
  }

  private func adamStep(
    _ beta1: Double, _ beta2: Double, _ epsilon: Double, _ learningRate: Double, _ scale: Float,
    _ number: Int
  ) -> AdamStep {
    var step = AdamStep()
    step.gradientScale = scale
    step.moment1 = Float(1 - beta1)
    step.beta2 = Float(beta2)
    step.moment2 = Float(1 - beta2)
    step.correction = Float(1 / (1 - power(beta2, number)).squareRoot())
    step.epsilon = Float(epsilon)
    step.step = Float(learningRate / (1 - power(beta1, number)))
    return step
  }
}
