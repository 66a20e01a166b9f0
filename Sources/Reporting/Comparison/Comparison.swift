public import Contracts
public import Evaluation

/// Runs on one test split, compared: what the tables and the page are made of.
public struct Comparison: Sendable {
  /// What the data set is called.
  public var title: String
  /// What is compared on: `test`, or what the runs have instead.
  public var split: String
  public var kind: LabelKind
  public var classNames: [String]
  /// The metric that stands first, by its name in metrics.json.
  public var criterion: String
  /// The rows compared on.
  public var rows: Int
  /// How many resamples the intervals are of.
  public var resamples = 0
  public var contenders: [Contender]
  /// Every two contenders, the later one second.
  public var pairs: [ComparedPair] = []
  public var dataset = DatasetProfile()
  public var disputes: [DisputedRow] = []
  public var map: FeatureMap?
  /// What the page says of its making, a name and a value each.
  public var provenance: [(name: String, value: String)] = []

  public init(
    title: String, split: String, kind: LabelKind, classNames: [String], criterion: String,
    rows: Int, contenders: [Contender]
  ) {
    self.title = title
    self.split = split
    self.kind = kind
    self.classNames = classNames
    self.criterion = criterion
    self.rows = rows
    self.contenders = contenders
  }

  /// Whether the best run of a kind is told by validation rows, which decide nothing else here.
  var ranksByValidation: Bool { contenders.allSatisfy { $0.validation != nil } }

  /// The metric that stands first, in words.
  public var criterionTitle: String { MetricTitle.of(criterion) }
}

/// What a run is, as far as the question goes: does the encoder have to learn too?
public enum ContenderRole: String, Sendable {
  /// A head on features of an encoder that stays as it is.
  case frozen
  /// The encoder learns too.
  case tuned = "fine-tuned"
  /// No pretrained encoder at all.
  case withoutEncoder = "no encoder"
}

/// A run, or several that differ in nothing but the seed.
public struct Contender: Sendable {
  public var name: String
  public var role: ContenderRole
  /// What it is, in a few words.
  public var summary: String
  /// Of the kept training, in the order of the tables.
  public var scores: [ContenderScore] = []
  /// All metrics of the kept training on the rows compared on.
  public var metrics: [String: Double] = [:]
  /// The first metric on the validation rows; nil without such rows.
  public var validation: Double?
  /// The first metric of each seed's training; of the kept one alone where there is one.
  public var seedValues: [Double] = []
  public var cost = ContenderCost()
  /// F1 of each class or label.
  public var classF1: [Double] = []
  public var confusion: ConfusionMatrix?
  public var calibration: CalibrationCurve?
  /// The first metric without the rows that have a near-duplicate in train; nil where that is not known.
  public var withoutDuplicates: Double?
  public var learningCurve: [CurvePoint] = []
  public var history: [HistoryPoint] = []

  public init(name: String, role: ContenderRole, summary: String) {
    self.name = name
    self.role = role
    self.summary = summary
  }

  /// A score by the metric's name.
  public func score(_ name: String) -> ContenderScore? { scores.first { $0.name == name } }
}

/// A metric of a contender, with how sure it is.
public struct ContenderScore: Sendable {
  public var name: String
  /// Of the training that is kept.
  public var value: Double
  /// 95 %, over resamples of the rows; nil where the metric has none.
  public var interval: PercentileInterval?
  /// Over the seeds; nil where one was trained.
  public var mean: Double?
  public var deviation: Double?
  public var seeds = 1

  public init(name: String, value: Double, interval: PercentileInterval? = nil) {
    self.name = name
    self.value = value
    self.interval = interval
  }
}

/// What a contender takes; nil where it is not known.
public struct ContenderCost: Sendable {
  /// Of one training, without comparisons beside it.
  public var trainingSeconds: Double?
  public var trainingCPUSeconds: Double?
  /// Of all rows, once; nil for those that need no encoding, too.
  public var encodingSeconds: Double?
  public var encodingCPUSeconds: Double?
  /// Whether it learns from features that had to be encoded.
  public var needsEncoding = false
  /// Of the stage that trained.
  public var peakMemory: Int?
  /// The numbers that training changes.
  public var parameters: Int?
  /// Rows predicted in a second, from texts where encoding is known.
  public var predictionsPerSecond: Double?
  public var threads: Int?

  public init() {}

  /// The processor time from texts to a trained head; nil where a part of it is not known.
  public var totalCPUSeconds: Double? {
    guard let trainingCPUSeconds else { return nil }
    guard needsEncoding else { return trainingCPUSeconds }
    return encodingCPUSeconds.map { $0 + trainingCPUSeconds }
  }
}

/// The first metric after learning from so many rows.
public struct CurvePoint: Sendable {
  public var rows: Int
  public var mean: Double
  public var deviation: Double?

  public init(rows: Int, mean: Double, deviation: Double?) {
    self.rows = rows
    self.mean = mean
    self.deviation = deviation
  }
}

/// How training went: an epoch or step.
public struct HistoryPoint: Sendable {
  public var step: Double
  public var loss: Double?
  public var validation: Double?

  public init(step: Double, loss: Double?, validation: Double?) {
    self.step = step
    self.loss = loss
    self.validation = validation
  }
}

/// Two contenders on the same rows.
public struct ComparedPair: Sendable {
  /// Indices of the contenders.
  public var first: Int
  public var second: Int
  /// The first metric's difference, second minus first, with its paired 95 % interval.
  public var difference: Double
  public var interval: PercentileInterval?
  /// Of label sets and classes; nil for numbers.
  public var mcNemar: McNemarTest?
  /// McNemar's exact test; for numbers a permutation test of the absolute errors.
  public var pValue: Double
  /// After Holm's correction for all pairs.
  public var corrected: Double
  /// Whether every seed of the better one is better than every seed of the other.
  public var seedsAgree = true

  public init(
    first: Int, second: Int, difference: Double, interval: PercentileInterval?,
    mcNemar: McNemarTest?, pValue: Double, corrected: Double
  ) {
    self.first = first
    self.second = second
    self.difference = difference
    self.interval = interval
    self.mcNemar = mcNemar
    self.pValue = pValue
    self.corrected = corrected
  }

  /// Whether the corrected test and the interval speak against chance, and every seed for the same side: the
  /// rows drawn are one chance, the training's own is another.
  public var isSupported: Bool {
    seedsAgree && corrected < 0.05 && interval.map { !$0.contains(0) } ?? true
  }
}

/// A row that contenders disagree about, or that none gets right.
public struct DisputedRow: Sendable {
  public enum Reason: String, Sendable {
    case disagreement
    case error
  }

  public var reason: Reason
  public var id: String
  /// nil where the texts are not at hand.
  public var text: String?
  public var label: String
  /// What each contender says, and with what probability, or how far it is off.
  public var answers: [(label: String, isRight: Bool, detail: String)]

  public init(
    reason: Reason, id: String, text: String?, label: String,
    answers: [(label: String, isRight: Bool, detail: String)]
  ) {
    self.reason = reason
    self.id = id
    self.text = text
    self.label = label
    self.answers = answers
  }
}
