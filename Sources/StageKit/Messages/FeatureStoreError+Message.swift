internal import Contracts
public import FeatureStore

extension FeatureStoreError: Explained {
  public var complaint: Complaint {
    switch self {
    case .wrongFormat(let path, let expected, let found):
      wrongFormat(path, expected, found)
    case .newerVersion(let path, let format, let found, let supported):
      Complaint(
        .badData,
        "the file is of version \(found) of \(format.rawValue), and this Firn reads up to"
          + " \(supported)", at: path,
        advice: "update Firn, or make the file again with this one: \(format.maker)")
    case .noVersion(let path, let format, let found):
      Complaint(
        .badData, "the file is damaged: there is no version \(found) of \(format.rawValue)",
        at: path,
        advice: remake)
    case .missingAttribute(let path, let name):
      Complaint(
        .badData, "the file has no attribute \(name)", at: path, advice: remake)
    case .wrongShape(let path, let dataset, let expected, let found):
      Complaint(
        .badData, "the dataset has the shape \(found), the others say \(expected)",
        at: "\(path) (dataset \(dataset))", advice: remake)
    case .invalidValue(let path, let dataset, let row, let value, let allowed):
      Complaint(
        .badData,
        "element \(row) is \(value), outside \(allowed.lowerBound) to \(allowed.upperBound)",
        at: "\(path) (dataset \(dataset))", advice: remake)
    case .invalidNumber(let path, let dataset, let row, let value):
      Complaint(
        .badData,
        "element \(row) is \(value); targets are finite (NaN for none), weights finite and not"
          + " negative", at: "\(path) (dataset \(dataset))", advice: remake)
    case .noTexts(let path):
      Complaint(
        .badData, "the file was made without texts", at: path,
        advice: "run firn-tokenize without --no-texts")
    case .noTokenFeatures(let path):
      Complaint(
        .badData, "the file was made without the vectors of tokens", at: path,
        advice: "run firn-encode with --token-features")
    case .noSuchView(let path, let view, let available):
      Complaint(
        .badData,
        "the file has no view \(view); it has \(available.map(\.description).joined(separator: ", "))",
        at: path, advice: "choose one of these with --view, or ask firn-encode for it")
    case .noDefaultView(let path):
      Complaint(
        .badData, "none of the views is the one that embeddings names", at: path, advice: remake)
    case .invalidShard(let path):
      Complaint(
        .badData, "what the file says of its shard contradicts its rows", at: path, advice: remake)
    case .isShard(let path, let shard):
      Complaint(
        .badData, "the file is shard \(shard), and all rows are wanted", at: path,
        advice: "merge the shards first: firn-merge SHARD.h5… -o FEATURES.h5")
    case .otherShard(let path, let shard):
      Complaint(
        .badData, "the file is merged of others, and one has changed: \(shard)", at: path,
        advice: "merge again: firn-merge SHARD.h5… -o FEATURES.h5")
    case .unfinished(let path, let expected, let found):
      Complaint(
        .internal, "writing ended after \(found) of \(expected) rows", at: path,
        advice: "run again; if it stays, report it")
    }
  }

  private var remake: String { "delete the file and run the stage that makes it" }

  private func wrongFormat(
    _ path: String, _ expected: FileFormat, _ found: String?
  ) -> Complaint {
    let what =
      switch found.map(FileFormat.init(rawValue:)) {
      case .none: "an HDF5 file, but not one of Firn's (no attribute format)"
      case .some(.none): "of the unknown format \(found ?? "")"
      case .some(.some(let format)): "\(format.noun), made by \(format.maker)"
      }
    return Complaint(
      .badData, "\(expected.noun) are wanted, and this is \(what)", at: path,
      advice: "give the file that \(expected.maker) makes")
  }
}

extension FileFormat {
  fileprivate var noun: String {
    switch self {
    case .tokens: "tokens"
    case .features: "features"
    }
  }

  fileprivate var maker: String {
    switch self {
    case .tokens: "firn-tokenize"
    case .features: "firn-encode"
    }
  }
}
