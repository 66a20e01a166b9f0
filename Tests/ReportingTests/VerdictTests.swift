import Contracts
import Evaluation
import Foundation
import Reporting
import Testing

/// What the sentence at the top says, and that it says no more than the data do.
@Suite struct VerdictTests {
  /// `cpu`: seconds in all; `difference`: second minus first.
  private func comparison(
    _ contenders: [(name: String, role: ContenderRole, accuracy: Double, cpu: Double?)],
    _ pairs: [(first: Int, second: Int, low: Double, high: Double, p: Double)],
    kind: LabelKind = .singleLabel, criterion: String = "accuracy"
  ) -> Comparison {
    var comparison = Comparison(
      title: "t", split: "test", kind: kind, classNames: ["a", "b"], criterion: criterion,
      rows: 2121,
      contenders: contenders.map { entry in
        var contender = Contender(name: entry.name, role: entry.role, summary: "")
        contender.metrics = [criterion: entry.accuracy]
        contender.validation = entry.accuracy
        contender.cost.trainingCPUSeconds = entry.cpu
        return contender
      })
    comparison.pairs = pairs.map { pair in
      ComparedPair(
        first: pair.first, second: pair.second,
        difference: contenders[pair.second].accuracy - contenders[pair.first].accuracy,
        interval: PercentileInterval(lower: pair.low, upper: pair.high),
        mcNemar: McNemarTest(firstOnly: 1, secondOnly: 2), pValue: pair.p, corrected: pair.p)
    }
    return comparison
  }

  private let heads: [(name: String, role: ContenderRole, accuracy: Double, cpu: Double?)] = [
    ("logistic", .frozen, 0.772, 10), ("mlp", .frozen, 0.775, 10), ("tuned", .tuned, 0.806, 412),
  ]

  @Test func aGainIsSaidWithItsIntervalAndItsCost() {
    let verdict = Verdict(
      comparison(
        heads, [(0, 1, -0.01, 0.02, 1), (0, 2, 0.02, 0.05, 1e-6), (1, 2, 0.02, 0.042, 1e-6)]))
    #expect(verdict.headline == "No: fine-tuning does better here.")
    #expect(
      verdict.sentence
        == "Fine-tuning gains 3.1 points of accuracy (95 % interval 2.0 to 4.2) over the frozen encoder with "
        + "mlp, the best of its heads on the validation rows, for 41 times the CPU time.")
  }

  @Test func withoutValidationRowsTheBestHeadIsTheShownRows() {
    var compared = comparison(
      heads, [(0, 1, -0.01, 0.02, 1), (0, 2, 0.02, 0.05, 1e-6), (1, 2, 0.02, 0.042, 1e-6)])
    compared.contenders[0].validation = nil
    #expect(Verdict(compared).sentence.contains("with mlp, the best of its heads, for 41 times"))
  }

  /// Rows drawn anew and a test may say so of two seeds; if others say the contrary, it is chance.
  @Test func whatNotAllSeedsShowIsChance() {
    var compared = comparison(
      heads, [(0, 1, -0.01, 0.02, 1), (0, 2, 0.02, 0.05, 1e-6), (1, 2, 0.02, 0.042, 1e-6)])
    #expect(compared.pairs[2].isSupported)
    compared.pairs[2].seedsAgree = false
    #expect(!compared.pairs[2].isSupported)
    #expect(Verdict(compared).sentence.contains("do not differ beyond chance"))
  }

  @Test func chanceIsSaidToBeChance() {
    // The interval alone is not enough, nor is the test.
    for (low, p) in [(-0.002, 0.01), (0.001, 0.2), (-0.002, 0.3)] {
      let verdict = Verdict(
        comparison(
          heads, [(0, 1, -0.01, 0.02, 1), (0, 2, low, 0.05, p), (1, 2, low, 0.042, p)]))
      #expect(verdict.headline == "Yes, as far as these 2,121 test rows can tell.")
      #expect(
        verdict.sentence.contains("the gain is 3.1 points of accuracy (95 % interval"))
      // Where the interval alone speaks against chance, it is said what does not.
      #expect(
        verdict.sentence.contains(
          low < 0
            ? "do not differ beyond chance: the gain"
            : "do not differ beyond chance after Holm’s correction for 3 pairs (p = 0.200): the gain"
        ))
      #expect(verdict.remark == "A gain of up to 4.2 points of accuracy would not have shown.")
    }
  }

  @Test func aLossIsALoss() {
    var worse = heads
    worse[2].accuracy = 0.74
    let verdict = Verdict(
      comparison(worse, [(0, 1, -0.01, 0.02, 1), (0, 2, -0.05, -0.01, 0), (1, 2, -0.05, -0.02, 0)]))
    #expect(verdict.headline == "Yes: the frozen encoder does better here.")
    #expect(verdict.sentence.contains("loses 3.5 points of accuracy (95 % interval 2.0 to 5.0)"))
  }

  @Test func whoIsBestIsAskedOfValidationRows() {
    var comparison = comparison(
      heads, [(0, 1, -0.01, 0.02, 1), (0, 2, 0.02, 0.05, 0), (1, 2, 0.02, 0.042, 0)])
    comparison.contenders[0].validation = 0.9
    #expect(Verdict(comparison).sentence.contains("the frozen encoder with logistic"))
  }

  @Test func withoutAFineTunedRunTheQuestionStaysOpen() {
    let verdict = Verdict(
      comparison(
        [("mlp", .frozen, 0.775, 62), ("tfidf", .withoutEncoder, 0.756, 2)],
        [(0, 1, -0.04, -0.005, 0.001)]))
    #expect(verdict.headline == "The frozen encoder beats doing without one.")
    #expect(
      verdict.sentence
        == "The frozen encoder with mlp gains 1.9 points of accuracy (95 % interval 0.5 to 4.0) over tfidf, "
        + "which needs no encoder, for 31 times the CPU time.")
    #expect(
      verdict.remark
        == "No fine-tuned run is among these, so the question itself is open: at most 22.5 points of accuracy "
        + "are left to gain.")
  }

  @Test func costsThatAreNotKnownAreNotSaid() {
    var unknown = heads
    unknown[2].cpu = nil
    let verdict = Verdict(
      comparison(
        unknown, [(0, 1, -0.01, 0.02, 1), (0, 2, 0.02, 0.05, 0), (1, 2, 0.02, 0.042, 0)]))
    #expect(!verdict.sentence.contains("CPU"))
  }

  @Test func oneRunAlone() {
    let verdict = Verdict(comparison([("mlp", .frozen, 0.775, 1)], []))
    #expect(verdict.sentence == "The only run is mlp: accuracy 0.7750.")
  }

  /// Names and texts come from anybody.
  @Test func whateverStandsInTheRowsIsText() {
    let evil = "</script><img src=x onerror=alert(1)> & \"quoted\" \u{1}"
    var comparison = comparison(
      [(evil, .frozen, 0.7, 1), ("b", .tuned, 0.8, 2)], [(0, 1, 0.01, 0.2, 0)])
    comparison.disputes = [
      DisputedRow(
        reason: .error, id: evil, text: evil, label: evil,
        answers: [(evil, false, evil), (evil, true, evil)])
    ]
    comparison.map = FeatureMap(
      view: evil, projections: [(evil, [0, 1], [1, .nan])], ids: [evil, "b"], texts: [evil, ""],
      classes: [0, -1], splits: [0, 2], predictions: [[0, 1], []], rows: 2)
    let page = ReportPage(comparison).html
    #expect(!page.contains("<img"))
    #expect(!page.contains("\u{1}"))
    #expect(page.components(separatedBy: "</script>").count == 3)
    #expect(comparison.markdown.contains("mlp") == false)
  }
}
