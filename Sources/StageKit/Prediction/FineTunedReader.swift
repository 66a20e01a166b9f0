import Checkpoints
import Contracts
import FineTuning
import Foundation
import Heads
import Kernels
import Tokenizers

/// Reads texts with the classifier that a fine-tuning left in its run folder.
struct FineTunedReader {
  private let model: SequenceClassifier
  private let tokenizer: ParallelTokenizer
  private let kind: LabelKind
  let classNames: [String]

  /// Whether a run folder holds a whole model rather than a head.
  static func isIn(folder run: String) -> Bool {
    FileManager.default.fileExists(atPath: run + "/model/config.json")
  }

  /// - Throws: ``StageError`` where the run's parts do not belong together, and what loading throws.
  init(run: String, threads: Int) throws {
    let folder = try LocatedModel(run + "/model").folder
    guard let settings = RunManifest.read(run)?["settings"] as? [String: Any],
      let maxLength = settings["max_length"] as? Int,
      let kind = (settings["label_kind"] as? String).flatMap(LabelKind.init(rawValue:)),
      let prompt = settings["prompt"] as? String
    else {
      throw StageError.notARun(path: run, missing: "max_length, label_kind and prompt in run.json")
    }
    let names = try folder.config.strings(in: "id2label")
    let ordered = names.keys.compactMap { Int($0) }.sorted().compactMap { names[String($0)] }
    let objective: Objective =
      switch kind {
      case .singleLabel: .singleLabel()
      case .multiLabel: .multiLabel
      case .number: .regression
      }
    model = try SequenceClassifier(
      folder, outputs: ordered.count, objective: objective, seed: 0, kernels: .selected(),
      threads: threads)
    guard model.initialized.isEmpty else {
      throw StageError.notARun(path: run, missing: model.initialized.joined(separator: ", "))
    }
    let tokenizer = try Tokenizer.load(folder: folder.path)
    try tokenizer.validate(maxLength: maxLength)
    self.tokenizer = ParallelTokenizer(
      tokenizer, maxLength: maxLength, prompt: prompt, threads: threads)
    self.kind = kind
    classNames = kind == .number ? [] : ordered
  }

  /// Reads texts as they come.
  ///
  /// - Throws: what the closures throw.
  func predict(
    from next: () throws -> [String]?,
    write: (_ texts: [String], _ encoded: TokenizedTexts, Predictions) throws -> Void
  ) throws {
    // So many texts that their tokens fill a product, and a few that are long take no more memory.
    let textsPerBatch = 16
    while let texts = try next() {
      guard !texts.isEmpty else { continue }
      let encoded = tokenizer.encode(texts)
      var logits: [Float] = []
      for first in stride(from: 0, to: texts.count, by: textsPerBatch) {
        let rows = first..<min(first + textsPerBatch, texts.count)
        logits += model.logits(PackedTexts(encoded.tokens, rows: rows))
      }
      try write(
        texts, encoded, Predictions(logits: logits, outputs: model.outputs, kind: kind))
    }
  }
}
