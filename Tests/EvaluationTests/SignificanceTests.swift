import Contracts
import Evaluation
import Foundation
import Optimization
import Testing

/// What statsmodels, SciPy, scikit-learn and NumPy say, written by Tests/Oracles/significance_fixtures.py;
/// null is NaN.
private struct Significance: Decodable, Sendable {
  struct McNemar: Decodable, Sendable {
    let first_only: Int
    let second_only: Int
    let p: Double
  }
  struct Holm: Decodable, Sendable {
    let p: [Double]
    let corrected: [Double]
  }
  struct Interval: Decodable, Sendable {
    let values: [Double]
    let lower: Double
    let upper: Double
  }
  struct Calibration: Decodable, Sendable {
    let bins: Int
    let probabilities: [Double]
    let outcomes: [Bool]
    let predicted: [Double]
    let observed: [Double]
  }
  struct Resamples: Decodable, Sendable {
    let kind: String
    let width: Int
    let labels: [Double]
    let predictions: [Double]
    /// [resamples, rows].
    let drawn: [[Int]]
    /// By name, [resamples].
    let scores: [String: [Double?]]

    var resampled: any ResampledScores {
      switch LabelKind(rawValue: kind) {
      case .multiLabel?:
        let rows = labels.count / width
        return ResampledSets(
          labels: LabelSets(rows: rows, labelCount: width, values: labels.map { UInt8($0) }),
          predictions: LabelSets(
            rows: rows, labelCount: width, values: predictions.map { $0 > 0.5 ? 1 : 0 }))
      case .number?: return ResampledNumbers(targets: labels, predictions: predictions)
      default:
        return ResampledClasses(
          labels: labels.map { Int($0) }, probabilities: predictions, classCount: width)
      }
    }
  }
  struct Independent: Decodable, Sendable {
    let first: [Bool]
    let second: [Bool]
    let accuracy: [Double]
    let difference: [Double]
  }
  struct SignFlips: Decodable, Sendable {
    let differences: [Double]
    let p: Double
  }

  let mcnemar: [McNemar]
  let holm: [Holm]
  let intervals: [Interval]
  let calibration: [Calibration]
  let bootstraps: [Resamples]
  let scipy_bootstraps: Independent
  let sign_flips: [SignFlips]

  static func load() throws -> Significance {
    let url = try #require(
      Bundle.module.url(forResource: "Fixtures/significance", withExtension: "json"))
    return try JSONDecoder().decode(Significance.self, from: Data(contentsOf: url))
  }
}

@Suite("Tests and intervals of comparisons") struct SignificanceTests {
  private let expected: Significance

  init() throws { expected = try Significance.load() }

  @Test func mcNemarIsStatsmodels() {
    #expect(expected.mcnemar.count == 16)
    for test in expected.mcnemar {
      let found = McNemarTest(firstOnly: test.first_only, secondOnly: test.second_only).pValue
      // A sum of up to some √n terms, each of which is right to some ulp.
      #expect(
        abs(found - test.p) <= 1e-12 * test.p, "\(test.first_only), \(test.second_only): \(found)")
    }
    let first = [true, true, false, true, false]
    let second = [true, false, true, false, false]
    let counted = McNemarTest(first: first, second: second)
    #expect(counted == McNemarTest(firstOnly: 2, secondOnly: 1))
  }

  @Test func holmIsStatsmodels() {
    #expect(expected.holm.count == 9)
    for family in expected.holm {
      for (found, wanted) in zip(holmCorrected(family.p), family.corrected) {
        // A product on both sides; one ulp for another order.
        #expect(abs(found - wanted) <= 1e-15)
      }
    }
    #expect(holmCorrected([]).isEmpty)
  }

  @Test func intervalsAreNumPysPercentiles() throws {
    #expect(expected.intervals.count == 4)
    for interval in expected.intervals {
      let found = try #require(PercentileInterval(interval.values))
      #expect(abs(found.lower - interval.lower) <= 1e-14)
      #expect(abs(found.upper - interval.upper) <= 1e-14)
    }
    #expect(PercentileInterval([.nan]) == nil)
    #expect(PercentileInterval([.nan, 2]) == PercentileInterval(lower: 2, upper: 2))
  }

  @Test func calibrationCurvesAreScikitLearns() {
    #expect(expected.calibration.count == 5)
    for curve in expected.calibration {
      let found = CalibrationCurve(
        probabilities: curve.probabilities, outcomes: curve.outcomes, bins: curve.bins
      ).points
      #expect(found.map(\.rows).reduce(0, +) == curve.probabilities.count)
      #expect(found.count == curve.predicted.count)
      for (point, (predicted, observed)) in zip(found, zip(curve.predicted, curve.observed)) {
        // Means of at most 400 numbers below 1: another order of additions.
        #expect(abs(point.predicted - predicted) <= 1e-13)
        #expect(abs(point.observed - observed) <= 1e-15)
      }
    }
  }

  @Test func everyResampleScoresAsScikitLearnDoes() {
    #expect(expected.bootstraps.count == 7)
    for bootstrap in expected.bootstraps {
      let rows = bootstrap.drawn[0].count
      let scores = bootstrap.resampled
      #expect(Set(scores.names) == Set(bootstrap.scores.keys))
      let drawn = bootstrap.drawn
      let found = Bootstrap(rows: rows) { resample, words in
        // The word that draws a row: the least whose product's high word is its index.
        for (place, row) in drawn[resample].enumerated() {
          words[place] = UInt32((UInt64(row) << 32 + UInt64(rows) - 1) / UInt64(rows))
        }
      }.values([scores], of: 0..<drawn.count)[0]
      for (name, values) in zip(scores.names, found) {
        for (value, wanted) in zip(values, bootstrap.scores[name] ?? []) {
          // Sums of at most 50 terms; targets at 1e4 lose 1e-12 of the deviations about their mean.
          #expect(
            wanted.map { abs(value - $0) <= 1e-11 * max(1, abs($0)) } ?? value.isNaN,
            "\(bootstrap.kind) \(name): \(value) for \(wanted ?? .nan)")
        }
      }
    }
  }

  @Test func intervalsAreSciPysWithinTheMonteCarloError() throws {
    let independent = expected.scipy_bootstraps
    let rows = independent.first.count
    let ones = [Int](repeating: 1, count: rows)
    let scores = [independent.first, independent.second].map { right in
      ResampledClasses(
        labels: ones, probabilities: right.flatMap { $0 ? [0.0, 1.0] : [1.0, 0.0] }, classCount: 2)
    }
    let found = Bootstrap(rows: rows) { resample, words in
      Philox(seed: 1, stream: UInt64(resample)).fill(words)
    }.values(scores, of: 0..<20_000)
    let first = try #require(PercentileInterval(found[0][0]))
    let difference = try #require(PercentileInterval(zip(found[0][0], found[1][0]).map { $0 - $1 }))
    // The 2.5 % point of 20,000 draws has a deviation of √(0.025 · 0.975 / 20,000) / density, with the
    // density of a normal distribution 0.058/σ there: 0.019 σ. Four of them, and SciPy's own, half as
    // large: 0.1 σ; σ is 0.023 and 0.037, and a step of the accuracy, 1/300, is more than that.
    for (interval, wanted) in [(first, independent.accuracy), (difference, independent.difference)]
    {
      #expect(abs(interval.lower - wanted[0]) <= 0.0038)
      #expect(abs(interval.upper - wanted[1]) <= 0.0038)
    }
  }

  @Test func signFlipsAreSciPysExactTest() {
    #expect(expected.sign_flips.count == 4)
    for flips in expected.sign_flips {
      let all = 1 << flips.differences.count
      let extremes = SignFlipTest(flips.differences).extremes(0..<all) { flip, words in
        words[0] = UInt32(flip)
      }
      #expect(abs(Double(extremes) / Double(all) - flips.p) < 1e-12)
    }
    #expect(SignFlipTest.pValue(extremes: 4, flips: 99) == 0.05)
  }
}
