extension StageError: Explained {
  public var complaint: Complaint {
    switch self {
    case .maxLengthBeyondModel(let asked, let maximum, let model):
      Complaint(
        .usage, "--max-length \(asked) is beyond the \(maximum) positions of \(model)",
        advice: "give --max-length \(maximum) or less")
    case .noSuchLayer(let asked, let layers, let model):
      Complaint(
        .usage, "\(model) has no layer \(asked)",
        advice: "give layers from 0 (the embeddings) to \(layers), or from -1 (the last) to "
          + "-\(layers + 1), or 'all'")
    case .noSuchView(let asked, let path, let available):
      Complaint(
        .badData, "there is no view '\(asked)'", at: path,
        advice: "give one of \(available.joined(separator: ", ")), or encode with the layer and "
          + "pooling you want")
    case .badOption(let option, let value, let expected):
      Complaint(
        .usage, "\(option) does not know '\(value)'", advice: "give \(expected)")
    case .outputIsInput(let path):
      Complaint(
        .usage, "the output is one of the inputs, which it would replace", at: path,
        advice: "give another -o")
    case .optionOfAnotherHead(let option, let head, let heads):
      Complaint(
        .usage, "\(option) means nothing to --head \(head)",
        advice: "leave it out; it belongs to --head \(heads.joined(separator: " and "))")
    case .optionsExclude(let first, let second):
      Complaint(
        .usage, "\(first) and \(second) cannot be given together", advice: "give one of them")
    case .wrongInput(let path, let head, let needs):
      Complaint(
        .badData, "--head \(head) cannot learn from this file", at: path, advice: "give \(needs)")
    case .wrongLabelKind(let path, let kind, let head, let heads):
      Complaint(
        .badData, "--head \(head) cannot learn from \(kind) labels", at: path,
        advice: "give --head \(heads.joined(separator: " or "))")
    case .tooFewTrainingRows(let asked, let rows, let path):
      Complaint(
        .badData, "--train-sizes asks for \(asked) of \(rows) training rows", at: path,
        advice: "give \(rows) or less")
    case .noValidationRows(let path):
      Complaint(
        .badData, "views cannot be ranked: there are no validation rows with a label", at: path,
        advice: "tokenize with --validation-size, or rank by folds of the train rows: --cv 5")
    case .noTokensToEncode(let path):
      Complaint(
        .usage, "rows cannot be encoded again: a features file does not hold their tokens",
        at: path,
        advice: "give --tokens the tokens file that it was encoded from")
    case .noText:
      Complaint(
        .usage, "there is no text to predict",
        advice: "give texts as arguments, or '-' to read one text a line from standard input")
    case .noLabels(let path):
      Complaint(
        .badData, "there is no label to learn from", at: path,
        advice: "tokenize again with --label-column naming the column that holds the classes")
    case .noTrainingRows(let path):
      Complaint(
        .badData, "there are no training rows with a label", at: path,
        advice: "check the split and the label column that firn-tokenize was given")
    case .singleClass(let path, let name):
      Complaint(
        .badData, "all training rows are of the class '\(name)': nothing to tell apart", at: path,
        advice: "check the split and the label column that firn-tokenize was given")
    case .nothingToSearch:
      Complaint(
        .usage, "there is no text to look for",
        advice: "give texts as arguments, '-' to read one text a line from standard input, or "
          + "--near-duplicates 0.95 for pairs of rows")
    case .needsFeatures(let option, let path):
      Complaint(
        .usage, "\(option) is for features, and this file holds tokens", at: path,
        advice: "give the features file that firn-encode made of it, or leave the option out")
    case .otherTexts(let path, let features, let row):
      Complaint(
        .badData, "the texts are not those that \(features) was made from: row \(row) is another",
        at: path, advice: "give the tokens file that firn-encode read, or leave --texts out")
    case .notUTF8(let line):
      Complaint(
        .badData, "the input is not UTF-8", at: "standard input:\(line)",
        advice: "convert it first, for example with iconv -f latin1 -t utf-8")
    case .unknownSettings(let path, let config):
      Complaint(
        .badData,
        "the features of this run were made with settings that Firn \(Firn.version) "
          + "does not know: \(config)",
        at: path + "/head.json",
        advice: "use the version of Firn that trained it, or train again on features of this one")
    case .noRun(let path):
      Complaint(
        .noInput, "there is no run folder '\(path)'", advice: "check the path's spelling")
    case .notARun(let path, let missing):
      Complaint(
        .noInput, "this is not a run folder: \(missing) is missing", at: path,
        advice: "give a folder that firn-train or firn-finetune wrote")
    }
  }
}

extension ModelMismatch: Explained {
  public var complaint: Complaint {
    Complaint(
      .badData,
      "the \(part.rawValue) of \(foundName) is not the one that this was made with "
        + "(\(found.prefix(12))… instead of \(expected.prefix(12))…)",
      at: file,
      advice: "give --model with the \(expectedName) it was made with, or make it again with "
        + "this model")
  }
}

extension ModelSearchError: Explained {
  public var complaint: Complaint {
    let others =
      otherDigest.isEmpty
      ? "" : "; \(otherDigest.joined(separator: ", ")) holds another model of that name"
    return Complaint(
      .noInput, "the model \(name) (\(sha256.prefix(12))…) is not on this machine\(others)",
      at: "looked in \(lookedIn.joined(separator: ", "))",
      advice: "give its folder with --model")
  }
}
