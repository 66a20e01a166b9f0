import Checkpoints
import Heads
import Tokenizers

/// The model that a run names, found by its digest and refused where it is another.
struct RunModel {
  let located: LocatedModel
  let tokenizer: Tokenizer

  /// `folder`: where the model is, where it is not to be looked for.
  ///
  /// - Throws: ``ModelMismatch``, ``ModelSearchError``, and what loading a tokenizer throws.
  init(_ features: FeatureProvenance, run: String, folder: String?) throws {
    let located =
      try folder.map(LocatedModel.init)
      ?? ModelIndex.find(name: features.model, sha256: features.modelSHA256, run: run)
    func require(_ part: ModelMismatch.Part, _ found: String, _ expected: String) throws {
      guard found == expected else {
        throw ModelMismatch(
          part: part, file: run, expectedName: features.model, expected: expected,
          foundName: located.folder.name, found: found)
      }
    }
    try require(.model, try located.sha256(), features.modelSHA256)
    let tokenizer = try Tokenizer.load(folder: located.folder.path)
    try require(.tokenizer, try tokenizer.sha256(), features.tokenizerSHA256)
    try tokenizer.validate(maxLength: features.maxLength)
    self.located = located
    self.tokenizer = tokenizer
  }

  /// The tokenizer as the run's texts were cut by it.
  ///
  /// `prompt`: what was put before each text.
  func tokenizer(
    _ features: FeatureProvenance, prompt: String, threads: Int
  ) -> ParallelTokenizer {
    ParallelTokenizer(
      tokenizer, maxLength: features.maxLength, prompt: prompt, threads: threads)
  }
}
