import Checkpoints
import Encoders
import Kernels

/// What transformers puts on an encoder for sequence classification: a dense layer on the first token's last
/// hidden state, an activation, and a classifier, with dropouts between.
struct HeadPlan {
  /// The tensors' names with their prefix, without `.weight` and `.bias`.
  let dense: String
  let classifier: String
  let activation: Activation
  /// Whether a dropout comes before the dense layer too.
  let dropsInput: Bool
  /// The key of config.json's dropout, and the one that is read without it.
  let dropoutKeys: [String]
  let defaultDropout: Double
  /// `architectures` of config.json.
  let className: String

  /// Source: each family's `ForSequenceClassification` in `transformers/models`.
  init(modelType: String) {
    func plan(
      _ name: String, dense: String = "classifier.dense",
      classifier: String = "classifier.out_proj", _ activation: Activation = .tanh,
      dropsInput: Bool = true, keys: [String] = ["classifier_dropout", "hidden_dropout_prob"],
      _ dropout: Double = 0.1
    ) -> HeadPlan {
      HeadPlan(
        dense: dense, classifier: classifier, activation: activation, dropsInput: dropsInput,
        dropoutKeys: keys, defaultDropout: dropout, className: name + "ForSequenceClassification")
    }
    self =
      switch modelType {
      case "distilbert":
        plan(
          "DistilBert", dense: "pre_classifier", classifier: "classifier", .relu,
          dropsInput: false, keys: ["seq_classif_dropout"], 0.2)
      case "roberta": plan("Roberta")
      case "xlm-roberta": plan("XLMRoberta")
      case "camembert": plan("Camembert")
      case "electra": plan("Electra", .gelu)
      case "mpnet": plan("MPNet", keys: ["hidden_dropout_prob"])
      case "albert":
        plan(
          "Albert", dense: "albert.pooler", classifier: "classifier", dropsInput: false,
          keys: ["classifier_dropout_prob"])
      default:
        plan("Bert", dense: "bert.pooler.dense", classifier: "classifier", dropsInput: false)
      }
  }

  private init(
    dense: String, classifier: String, activation: Activation, dropsInput: Bool,
    dropoutKeys: [String], defaultDropout: Double, className: String
  ) {
    self.dense = dense
    self.classifier = classifier
    self.activation = activation
    self.dropsInput = dropsInput
    self.dropoutKeys = dropoutKeys
    self.defaultDropout = defaultDropout
    self.className = className
  }

  /// The probability of its dropouts.
  ///
  /// - Throws: ``CheckpointError`` for a value that is no probability.
  func dropout(_ config: JSONFile) throws(CheckpointError) -> Double {
    guard let key = dropoutKeys.first(where: { config.has($0) }) else { return defaultDropout }
    return try config.probability(key, default: defaultDropout)
  }
}

/// config.json's dropouts inside the encoder.
struct HiddenDropout {
  let hidden: Double
  let attention: Double

  /// - Throws: ``CheckpointError`` for a value that is no probability.
  init(_ config: JSONFile, isDistil: Bool) throws(CheckpointError) {
    hidden = try config.probability(isDistil ? "dropout" : "hidden_dropout_prob", default: 0.1)
    attention = try config.probability(
      isDistil ? "attention_dropout" : "attention_probs_dropout_prob", default: 0.1)
  }
}

extension JSONFile {
  /// A number in 0..<1; `fallback` when the key is missing or null.
  func probability(_ key: String, default fallback: Double) throws(CheckpointError) -> Double {
    let value = try real(key, default: fallback)
    guard (0..<1).contains(value) else { throw bad(key, "a number from 0 to below 1") }
    return value
  }
}

/// The head's layers.
struct TrainableHead {
  let dense: TrainableLinear
  let classifier: TrainableLinear
  let activation: Activation
  let dropsInput: Bool
  let width: Int
  let outputs: Int

  var parameters: [Int] { [dense, classifier].flatMap { [$0.weight, $0.bias] } }
}

/// The head's passes over one batch of `rows` texts.
final class HeadPass {
  private let compute: Compute
  private let head: TrainableHead
  private let rows: Int
  private let inputDropout: DropoutRule?
  private let dropout: DropoutRule?
  private let input: FloatBuffer
  private let inner: FloatBuffer
  private let active: FloatBuffer
  /// [rows, outputs].
  let logits: FloatBuffer

  init(
    _ compute: Compute, _ head: TrainableHead, rows: Int, inputDropout: DropoutRule?,
    dropout: DropoutRule?
  ) {
    self.compute = compute
    self.head = head
    self.rows = rows
    self.inputDropout = head.dropsInput ? inputDropout : nil
    self.dropout = dropout
    input = FloatBuffer(count: rows * head.width, zeroed: false)
    inner = FloatBuffer(count: rows * head.width, zeroed: false)
    active = FloatBuffer(count: rows * head.width, zeroed: false)
    logits = FloatBuffer(count: rows * head.outputs, zeroed: false)
  }

  /// The logits of `first` [rows, width].
  func forward(_ first: Floats) {
    let count = rows * head.width
    input.pointer.update(from: first, count: count)
    drop(input.pointer, inputDropout)
    compute.forward(head.dense, inner.pointer, input.pointer, rows: rows)
    compute.kernels.activate(active.pointer, inner.pointer, count: count, head.activation)
    drop(active.pointer, dropout)
    compute.forward(head.classifier, logits.pointer, active.pointer, rows: rows)
  }

  /// The head's gradients from `slopes` [rows, outputs], and into `gradient` [rows, width] that of its input.
  func backward(_ slopes: [Float], _ gradient: Floats) {
    let count = rows * head.width
    let wide = compute.scratch(5, count)
    slopes.withUnsafeBufferPointer { slopes in
      guard let slopes = slopes.baseAddress else { return }
      compute.backward(head.classifier, dx: wide, slopes, active.pointer, rows: rows)
    }
    drop(wide, dropout)
    compute.kernels.activationGradient(wide, wide, inner.pointer, count: count, head.activation)
    compute.backward(head.dense, dx: gradient, wide, input.pointer, rows: rows)
    drop(gradient, inputDropout)
  }

  private func drop(_ x: Floats, _ rule: DropoutRule?) {
    guard let rule else { return }
    compute.kernels.dropout(
      x, x, rows: rows, columns: head.width, stride: head.width, firstRow: 0, rule)
  }
}
