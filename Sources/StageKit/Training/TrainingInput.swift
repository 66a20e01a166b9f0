public import Contracts
public import FeatureStore
public import Heads

/// A file that heads are trained from: features.h5, or tokens.h5.
public enum TrainingInput: Sendable {
  case features(FeaturesFile)
  case tokens(TokensFile)

  /// Opens a file of either format.
  ///
  /// - Throws: `HDF5Error`, `FeatureStoreError`.
  public init(path: String) throws {
    do {
      self = .features(try FeaturesFile(path: path))
    } catch FeatureStoreError.wrongFormat(_, _, FileFormat.tokens.rawValue) {
      self = .tokens(try TokensFile(path: path))
    }
  }

  public var path: String {
    switch self {
    case .features(let file): file.path
    case .tokens(let file): file.path
    }
  }

  public var columns: RowColumns {
    switch self {
    case .features(let file): file.columns
    case .tokens(let file): file.columns
    }
  }

  public var provenance: Provenance {
    switch self {
    case .features(let file): file.provenance
    case .tokens(let file): file.provenance
    }
  }

  /// What run.json says of it; `digest` is the file's.
  public func description(digest: String) -> [String: JSONValue] {
    let name =
      switch self {
      case .features: "features_sha256"
      case .tokens: "tokens_sha256"
      }
    return [
      name: .string(digest), "model": .string(provenance.model),
      "model_sha256": .string(provenance.modelSHA256),
      "config_sha256": .string(provenance.configSHA256),
    ]
  }

  /// The views that `--view` names, or the file's first.
  ///
  /// `all` gives each of the file's; several joined by commas are one choice.
  ///
  /// - Returns: the choices, in the order of layers where there are several.
  /// - Throws: ``StageError``: `noSuchView`; `wrongInput` for tokens.h5.
  public func viewChoices(_ option: String?, head: HeadKind) throws(StageError) -> [[FeatureKey]] {
    guard case .features(let file) = self else {
      throw .wrongInput(path: path, head: head.rawValue, needs: "a features file: run firn-encode")
    }
    if option == "all" { return file.views.map { [$0] } }
    return [try file.views(named: option)]
  }
}

extension FeaturesFile {
  /// Below this features are read once and kept; above, they are read again for each pass, so that
  /// memory does not grow with the number of rows.
  static let largestInMemory = 1 << 30

  /// The rows of the views, side by side, in memory where they are not too many.
  ///
  /// - Throws: `HDF5Error`, `FeatureStoreError`.
  public func source(_ keys: [FeatureKey]) throws -> any FeatureSource {
    let views = try JoinedViews(self, keys)
    return views.byteCount <= Self.largestInMemory ? try views.loaded() : views
  }
}
