import Foundation
import Kernels
import Optimization
import Testing

/// What PyTorch, transformers and ktrain do: Tests/Oracles/optimizer_fixtures.py.
private struct Expected: Decodable, Sendable {
  struct Case: Decodable, Sendable {
    let parameters: [Float]
    let norms: [Double]
  }
  struct Cycle: Decodable, Sendable {
    let rates: [Double]
    let moments: [Double?]
  }
  let start: [Float]
  let gradients: [Float]
  let cases: [String: Case]
  let schedules: [String: [Double]]
  let onecycle: [String: Cycle]

  static func load() throws -> Expected {
    let url = try #require(
      Bundle.module.url(forResource: "Fixtures/optimizers", withExtension: "json"))
    return try JSONDecoder().decode(Expected.self, from: Data(contentsOf: url))
  }
}

struct OptimizerTests {
  private static let rules: [(String, UpdateRule, decay: Double)] = [
    ("adamw", .adamW(), 0.1), ("adamw clipped", .adamW(), 0.1), ("adam", .adam(), 0.1),
    ("sgd", .sgd(), 0.1), ("sgd nesterov", .sgd(nesterov: true), 0),
    ("sgd plain", .sgd(momentum: 0), 0),
  ]
  private static let cases = KernelSet.available.flatMap { set in rules.map { (set.name, $0) } }

  @Test(arguments: cases)
  func twentyStepsAreAsPyTorchs(
    set: String, rule: (name: String, update: UpdateRule, decay: Double)
  ) throws {
    let expected = try Expected.load()
    let wanted = try #require(expected.cases[rule.name])
    let kernels = try KernelSet.named(set)
    let count = expected.start.count
    let parameters = FloatBuffer(expected.start)
    let optimizer = Optimizer(rule.update, count: count, kernels: kernels)
    for step in 0..<20 {
      let gradients = FloatBuffer(expected.gradients[step * count..<(step + 1) * count])
      var scale: Float = 1
      if !wanted.norms.isEmpty {
        var norm = GradientNorm()
        norm.add(gradients.pointer, count: count, kernels: kernels)
        // Two sums of 37 squares in float32.
        #expect(abs(norm.value / wanted.norms[step] - 1) < 37 * Double(Float.ulpOfOne))
        scale = norm.scale(maximum: 1.5)
      }
      optimizer.advance()
      // In two parts of odd sizes: a parameter does not see its neighbours.
      for range in [0..<13, 13..<count] {
        optimizer.update(
          parameters: parameters.pointer, gradients: gradients.pointer,
          ParameterGroup(range, weightDecay: rule.decay), learningRate: 0.01,
          gradientScale: scale)
      }
    }
    for i in 0..<count {
      // Each of 20 steps rounds a parameter once and its move (of at most 5, under 0.02 for Adam) a
      // few times: 20 (ulp of the value / 2 + 8 ulps of the move).
      let value = wanted.parameters[i]
      let bound = 20 * (max(value.ulp, Float(1).ulp) / 2 + 8 * Float(0.02).ulp)
      #expect(abs(parameters.pointer[i] - value) <= bound, "\(rule.name) \(i)")
    }
  }

  @Test func noDecayMeansNoDecay() throws {
    let kernels = try KernelSet.selected()
    let parameters = FloatBuffer([1, 1])
    let gradients = FloatBuffer([0, 0])
    let optimizer = Optimizer(.adamW(), count: 2, kernels: kernels)
    optimizer.advance()
    for group in [ParameterGroup(0..<1, weightDecay: 0.5), ParameterGroup(1..<2)] {
      optimizer.update(
        parameters: parameters.pointer, gradients: gradients.pointer, group, learningRate: 0.1)
    }
    #expect(parameters.pointer[0] == 0.95 && parameters.pointer[1] == 1)
  }

  @Test(arguments: [Schedule.Shape.constant, .linear, .cosine])
  func scheduleIsTransformers(shape: Schedule.Shape) throws {
    let rates = try #require(try Expected.load().schedules[shape.rawValue])
    let schedule = Schedule(shape, learningRate: 3e-4, steps: rates.count, warmUp: 5)
    for (step, rate) in rates.enumerated() {
      // The same formula in float64; what the cosine cancels is 1, times the highest rate.
      #expect(abs(schedule.learningRate(step: step) - rate) <= 4 * (3e-4).ulp)
    }
  }

  @Test(arguments: [1, 2, 7, 20])
  func oneCycleIsKtrains(steps: Int) throws {
    let expected = try #require(try Expected.load().onecycle[String(steps)])
    let schedule = Schedule(.onecycle, learningRate: 3e-4, steps: steps)
    for step in 0..<steps {
      #expect(abs(schedule.learningRate(step: step) - expected.rates[step]) < 1e-18)
      switch (schedule.firstMoment(step: step), expected.moments[step]) {
      case (nil, nil): break
      case (let found?, let wanted?): #expect(abs(found - wanted) < 4 * wanted.ulp)
      default: Issue.record("step \(step): one has a moment, the other none")
      }
    }
  }
}
