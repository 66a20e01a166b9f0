/// What a stage itself finds wrong, beyond what the libraries throw.
public enum StageError: Error, Equatable {
  /// `--max-length` is beyond the model's positions.
  case maxLengthBeyondModel(asked: Int, maximum: Int, model: String)
  /// `--layers` names a layer that the model does not have.
  case noSuchLayer(asked: Int, layers: Int, model: String)
  /// `--view` names a view that the file does not have.
  case noSuchView(asked: String, path: String, available: [String])
  /// An option's value is not one of those known.
  case badOption(option: String, value: String, expected: String)
  /// The output would take the place of a file that the stage reads.
  case outputIsInput(path: String)
  /// An option of firn-train that means nothing to the head.
  case optionOfAnotherHead(option: String, head: String, heads: [String])
  /// Two options that say the same thing in two ways.
  case optionsExclude(String, String)
  /// The head cannot learn from this file, or not from this kind of it.
  case wrongInput(path: String, head: String, needs: String)
  /// The head cannot learn from labels of this kind.
  case wrongLabelKind(path: String, kind: String, head: String, heads: [String])
  /// `--train-sizes` asks for more than there are train rows.
  case tooFewTrainingRows(asked: Int, rows: Int, path: String)
  /// Views cannot be ranked: no row is for validation, and no cross-validation is asked for.
  case noValidationRows(path: String)
  /// Rows of a features file cannot be encoded again without a tokens file.
  case noTokensToEncode(path: String)
  /// No text was given to predict.
  case noText
  /// firn-search was given neither texts nor `--near-duplicates`.
  case nothingToSearch
  /// An option or format is for features, and the file holds tokens.
  case needsFeatures(option: String, path: String)
  /// The tokens file is not the one that the features were made from: a row's text is another.
  case otherTexts(path: String, features: String, row: Int)
  /// The features hold no labels to learn from.
  case noLabels(path: String)
  /// No labelled row is in the train split.
  case noTrainingRows(path: String)
  /// Every labelled row of the train split is of this class.
  case singleClass(path: String, name: String)
  /// Standard input is not UTF-8.
  case notUTF8(line: Int)
  /// A run's features were made with settings that this version does not know.
  case unknownSettings(path: String, config: String)
  /// There is no folder where a run was looked for.
  case noRun(path: String)
  /// A run folder's parts do not belong together or are missing.
  case notARun(path: String, missing: String)
}
