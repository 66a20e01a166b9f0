import Checkpoints
import Contracts
import Heads
import Kernels
import Vectorizers

/// A run, ready to be asked: by an encoder, by token ids alone, by words alone, or whole as it was
/// fine-tuned.
public struct Predictor {
  private enum Reader {
    case encoder(FeatureReader)
    case tokens(ParallelTokenizer, RecurrentClassifier)
    case words(TfidfVectorizer, LogisticRegression)
    case classifier(FineTunedReader)
  }

  private let reader: Reader
  private let threads: Int
  /// The names of classes or labels; none for numbers.
  public let classNames: [String]
  /// The model's name; nil for a run that needs none.
  public let modelName: String?

  /// Loads a run and the model it names.
  ///
  /// `model`: the model's folder, where it is not to be looked for.
  ///
  /// - Throws: ``StageError``, `HeadError`, ``ModelMismatch``, ``ModelSearchError``, and what loading throws.
  public init(run: String, model: String?, threads: Int) throws {
    try DoubleGemm.prepare()
    self.threads = threads
    if FineTunedReader.isIn(folder: run) {
      let found = try FineTunedReader(run: run, threads: threads)
      classNames = found.classNames
      modelName = "model"
      reader = .classifier(found)
      return
    }
    if RecurrentArchive.isIn(folder: run) {
      let archive = try RecurrentArchive(folder: run)
      let found = try RunModel(archive.features, run: run, folder: model)
      classNames = archive.classNames
      modelName = found.located.folder.name
      reader =
        archive.features.view == RowsName.tokens
        ? .tokens(
          found.tokenizer(
            archive.features, prompt: Prompt(config: archive.features.config)?.text ?? "",
            threads: threads), archive.head)
        : .encoder(
          try FeatureReader(
            .sequences(archive.head), archive.features, found, run: run, threads: threads))
      return
    }
    try RunManifest.demand("head.json", in: run)
    let archive = try HeadArchive(folder: run)
    classNames = archive.classNames
    switch archive.input {
    case .texts(let vectorizer):
      guard let head = archive.head as? LogisticRegression else {
        throw StageError.notARun(path: run, missing: "a head that takes words")
      }
      modelName = nil
      reader = .words(vectorizer, head)
    case .features(let features):
      let found = try RunModel(features, run: run, folder: model)
      modelName = found.located.folder.name
      reader = .encoder(
        try FeatureReader(.rows(archive.head), features, found, run: run, threads: threads))
    }
  }

  /// Predicts each text.
  ///
  /// - Throws: `EncoderError`, `HeadError`.
  ///
  /// `next`: gives the next texts; none where they are still to come, which lets those before be
  /// written first; nil at the end.
  /// `write`: takes the predictions of the texts of one `next`.
  public func predict(
    from next: () throws -> [String]?, write: ([Prediction]) throws -> Void
  ) throws {
    switch reader {
    case .encoder(let reader):
      try reader.predict(from: next) { texts, encoded, predictions in
        try write(named(predictions, texts, encoded))
      }
    case .classifier(let reader):
      try reader.predict(from: next) { texts, encoded, predictions in
        try write(named(predictions, texts, encoded))
      }
    case .tokens(let tokenizer, let head):
      while let texts = try next() {
        guard !texts.isEmpty else { continue }
        let encoded = tokenizer.encode(texts)
        let input = SequenceInput.ids(TokenSequences(encoded.tokens))
        try write(named(try head.predict(input, threads: threads), texts, encoded))
      }
    case .words(let vectorizer, let head):
      while let texts = try next() {
        guard !texts.isEmpty else { continue }
        let rows = vectorizer.transform(texts, threads: threads)
        let probabilities = try head.predictProbabilities(rows, threads: threads)
        let predictions: Predictions =
          head.labelKind == .multiLabel ? .sets(probabilities) : .classes(probabilities)
        try write(predictions.named(texts, classNames: classNames) { _ in false })
      }
    }
  }

  private func named(
    _ predictions: Predictions, _ texts: [String], _ encoded: TokenizedTexts
  ) -> [Prediction] {
    predictions.named(texts, classNames: classNames) { row in
      encoded.isTruncated(row)
    }
  }
}
