import FineTuning
import Testing

/// Losses and their slopes; values by torch.nn.functional in float64.
struct ObjectiveTests {
  private func loss(
    _ objective: Objective, _ logits: [Float], _ target: Target
  ) -> (Double, [Double]) {
    logits.withUnsafeBufferPointer { objective.loss($0, target) }
  }

  @Test func crossEntropyWithWeightsAndSmoothingIsTorchs() {
    // cross_entropy([[0.5, -1, 2]], [1], weight=[1, 2, 0.5], label_smoothing=0.1, reduction="none").
    let objective = Objective.singleLabel(weights: [1, 2, 0.5], smoothing: 0.1)
    let (value, slopes) = loss(objective, [0.5, -1, 2], .classIndex(1))
    let expected = [0.3026399182684037, -1.7917009012311824, 1.4890609829627788]
    // float64 on both sides, at unit scale.
    #expect(abs(value - 6.112513318592885) < 1e-12)
    for (slope, own) in zip(slopes, expected) { #expect(abs(slope - own) < 1e-12) }
    #expect(objective.weight(.classIndex(1)) == 2)
  }

  private static let cases: [(Objective, Target)] = [
    (.singleLabel(), .classIndex(2)),
    (.singleLabel(weights: [1, 2, 0.5], smoothing: 0.2), .classIndex(0)),
    (.multiLabel, .values([1, 0, 1])), (.regression, .values([0.3, -2, 1])),
  ]

  @Test(arguments: cases)
  func slopesAreThoseOfTheLoss(objective: Objective, target: Target) {
    let logits: [Float] = [0.5, -1, 2]
    let slopes = loss(objective, logits, target).1
    for i in logits.indices {
      var (high, low) = (logits, logits)
      // A power of two, so that float32 takes it exactly.
      high[i] += 0x1p-8
      low[i] -= 0x1p-8
      let found = (loss(objective, high, target).0 - loss(objective, low, target).0) / 0x1p-7
      // The step's square times third derivatives of at most 1.
      #expect(abs(found - slopes[i]) < 1e-4)
    }
  }
}
