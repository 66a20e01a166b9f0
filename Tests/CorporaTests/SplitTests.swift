import Contracts
import Corpora
import StageKit
import Testing

@Suite struct SplitTests {
  struct RandomCase: Decodable {
    let seed: UInt32
    let words: [UInt32]
    let permutation: [Int32]
    let choice: [Int]
  }

  @Test func generatorIsNumPys() throws {
    for expected in try Fixture.load("random.json", as: [RandomCase].self) {
      var random = MersenneTwister(seed: expected.seed)
      let words = (0..<630).map { _ in random.nextUInt32() }
      #expect(Array(words.suffix(8)) == expected.words)
      random = MersenneTwister(seed: expected.seed)
      #expect(random.permutation(17) == expected.permutation)
      random = MersenneTwister(seed: expected.seed)
      #expect(random.choice([3, 5, 8, 13, 21], count: 3) == expected.choice)
    }
  }

  struct SplitCase: Decodable {
    struct Size: Decodable {
      let fraction: Double?
      let count: Int?
      var size: SplitSize? { fraction.map { .fraction($0) } ?? count.map { .count($0) } }
    }
    let n: Int
    let name: String
    let seed: UInt32
    let test: Size?
    let validation: Size?
    let labels: String?
    let counts: [Int]?
    let fnv1a: String?
    let split: String?
  }

  @Test func splitsAreScikitLearns() throws {
    let cases = try Fixture.load("splits.json", as: [SplitCase].self)
    #expect(cases.count == 546)
    for (index, expected) in cases.enumerated() {
      let plan = SplitPlan(
        testSize: expected.test?.size, validationSize: expected.validation?.size,
        seed: expected.seed, stratify: expected.labels != nil)
      let labels = (expected.labels ?? "").utf8.map { Int32($0) - 48 }
      let splits = try? plan.assign(labels: labels, count: expected.n)
      let digits = splits.map { $0.map(\.rawValue) }
      let place = Comment("case \(index): \(expected)")
      #expect(digits.map(fnv1a) == expected.fnv1a, place)
      #expect(splits.map(sizes) == expected.counts, place)
      if let split = expected.split {
        #expect(digits?.map(String.init).joined() == split, place)
      }
    }
  }

  @Test func noSizesLeaveEverythingToTrain() throws {
    let none = SplitPlan(testSize: nil, validationSize: .count(0))
    #expect(try none.assign(labels: [], count: 3) == [.train, .train, .train])
  }

  @Test(arguments: [
    ("0.2", SplitSize.fraction(0.2)), ("100", .count(100)), ("1.0", .fraction(1)), ("x", nil),
    ("nan", nil),
  ])
  func sizesAreReadAsScikitLearnReadsNumbers(word: String, size: SplitSize?) {
    #expect(SplitSize(word) == size)
  }

  static let refused: [(SplitPlan, [Int32], SplitError, Int32)] = [
    (
      SplitPlan(testSize: .fraction(1), validationSize: nil), [0, 1],
      .sizeOutOfRange(.test, size: .fraction(1)), 64
    ),
    (
      SplitPlan(testSize: nil, validationSize: .count(-1)), [0, 1],
      .sizeOutOfRange(.validation, size: .count(-1)), 64
    ),
    (
      SplitPlan(testSize: .count(2), validationSize: nil), [0, 1],
      .noTrainingRows(part: .test, size: .count(2), rows: 2), 65
    ),
    (
      SplitPlan(testSize: .fraction(0.5), validationSize: .fraction(0.5)), [0, 1],
      .noTrainingRows(part: .validation, size: .fraction(0.5), rows: 1), 65
    ),
    (
      SplitPlan(testSize: .fraction(0.5), validationSize: nil, stratify: true), [0, -1, 0, -1],
      .unlabeledRows(count: 2), 65
    ),
    (
      SplitPlan(testSize: .fraction(0.5), validationSize: nil, stratify: true), [0, 0, 2, 0],
      .classesTooSmall(part: .test, classes: [2]), 65
    ),
    (
      SplitPlan(testSize: .count(1), validationSize: nil, stratify: true), [0, 0, 1, 1],
      .fewerRowsThanClasses(part: .test, rows: 1, rest: 3, classes: 2), 65
    ),
  ]

  @Test(arguments: refused.indices)
  func refusals(index: Int) {
    let (plan, labels, error, status) = Self.refused[index]
    #expect(throws: error) { try plan.assign(labels: labels, count: labels.count) }
    #expect(error.complaint.status.rawValue == status)
    #expect(!error.complaint.what.isEmpty && !error.complaint.advice.isEmpty)
  }

  private func sizes(_ splits: [Split]) -> [Int] {
    [Split.train, .validation, .test].map { part in splits.count { $0 == part } }
  }

  private func fnv1a(_ bytes: [UInt8]) -> String {
    let digest = bytes.reduce(0xcbf2_9ce4_8422_2325 as UInt64) {
      ($0 ^ UInt64($1)) &* 0x0100_0000_01b3
    }
    let digits = String(digest, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}
