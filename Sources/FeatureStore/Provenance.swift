internal import HDF5

/// Where a file's numbers come from: its root attributes.
///
/// Neither a clock nor a path is among them, so that equal inputs give equal bytes.
public struct Provenance: Sendable, Equatable {
  /// The release of Firn that wrote the file.
  public var firnVersion: String
  /// The model's name: a hub id, or the name of a local folder.
  public var model: String
  /// SHA-256 of the weights and their configuration, hexadecimal.
  public var modelSHA256: String
  /// SHA-256 of the tokenizer's files, hexadecimal.
  public var tokenizerSHA256: String
  /// The most tokens a text may have, special tokens included.
  public var maxLength: Int
  /// Canonical JSON of all settings that the numbers depend on.
  public var config: String
  /// SHA-256 of `config`, hexadecimal.
  public var configSHA256: String
  /// SHA-256 of the input's data, hexadecimal: settings are in `config`, content is here.
  public var inputSHA256: String
  /// The kernels that made the numbers, which sums are of the same order in: ``Kernels/KernelSet/family``;
  /// nil where there are no sums, in tokens, and in files from before it was kept.
  public var kernels: String?
  /// Which of the rows the file holds; nil for all.
  public var shard: ShardRows?

  public init(
    firnVersion: String, model: String, modelSHA256: String, tokenizerSHA256: String,
    maxLength: Int, config: String, configSHA256: String, inputSHA256: String,
    kernels: String? = nil, shard: ShardRows? = nil
  ) {
    self.firnVersion = firnVersion
    self.model = model
    self.modelSHA256 = modelSHA256
    self.tokenizerSHA256 = tokenizerSHA256
    self.maxLength = maxLength
    self.config = config
    self.configSHA256 = configSHA256
    self.inputSHA256 = inputSHA256
    self.kernels = kernels
    self.shard = shard
  }

  /// `version`: of the format that the file's datasets need.
  /// `strings`: of its datasets.
  func write(
    to file: HDF5File, as format: FileFormat, version: FileFormat.Version, strings: StringsDigest
  ) throws(HDF5Error) {
    try file.setAttribute("format", to: format.rawValue)
    try file.setAttribute("format_version", to: version.number)
    try file.setAttribute("firn_version", to: firnVersion)
    try file.setAttribute("model", to: model)
    try file.setAttribute("model_sha256", to: modelSHA256)
    try file.setAttribute("tokenizer_sha256", to: tokenizerSHA256)
    try file.setAttribute("max_length", to: maxLength)
    try file.setAttribute("config", to: config)
    try file.setAttribute("config_sha256", to: configSHA256)
    try file.setAttribute("input_sha256", to: inputSHA256)
    if let kernels { try file.setAttribute("kernels", to: kernels) }
    try file.setAttribute(
      "strings_sha256", to: strings.value(attributes: stringAttributes(as: format)))
    guard let shard else { return }
    try file.setAttribute("shard_index", to: shard.shard.index)
    try file.setAttribute("shard_count", to: shard.shard.count)
    try file.setAttribute("first_row", to: shard.rows.lowerBound)
    try file.setAttribute("row_count", to: shard.rows.count)
    try file.setAttribute("total_rows", to: shard.total)
  }

  /// The attributes that are strings, which HDF5 keeps without a checksum.
  func stringAttributes(as format: FileFormat) -> [(name: String, value: String)] {
    [
      ("format", format.rawValue), ("firn_version", firnVersion), ("model", model),
      ("model_sha256", modelSHA256), ("tokenizer_sha256", tokenizerSHA256), ("config", config),
      ("config_sha256", configSHA256), ("input_sha256", inputSHA256),
    ] + (kernels.map { [("kernels", $0)] } ?? [])
  }

  /// Reads the attributes after checking that the file is of this format and not newer than Firn.
  init(reading file: HDF5File, as format: FileFormat) throws {
    let found = try file.stringAttribute("format")
    guard found == format.rawValue else {
      throw FeatureStoreError.wrongFormat(path: file.path, expected: format, found: found)
    }
    func required<Value>(_ name: String, _ value: Value?) throws(FeatureStoreError) -> Value {
      guard let value else { throw .missingAttribute(path: file.path, name: name) }
      return value
    }
    func string(_ name: String) throws -> String {
      try required(name, try file.stringAttribute(name))
    }
    let version = try required("format_version", try file.integerAttribute("format_version"))
    guard version >= 1 else {
      throw FeatureStoreError.noVersion(path: file.path, format: format, found: version)
    }
    guard version <= format.version else {
      throw FeatureStoreError.newerVersion(
        path: file.path, format: format, found: version, supported: format.version)
    }
    firnVersion = try string("firn_version")
    model = try string("model")
    modelSHA256 = try string("model_sha256")
    tokenizerSHA256 = try string("tokenizer_sha256")
    maxLength = try required("max_length", try file.integerAttribute("max_length"))
    config = try string("config")
    configSHA256 = try string("config_sha256")
    inputSHA256 = try string("input_sha256")
    kernels = try file.stringAttribute("kernels")
    shard = try file.integerAttribute("shard_index").map { index in
      func integer(_ name: String) throws -> Int {
        try required(name, try file.integerAttribute(name))
      }
      let (first, count) = (try integer("first_row"), try integer("row_count"))
      let (end, overflow) = first.addingReportingOverflow(count)
      guard let shard = Shard(index: index, count: try integer("shard_count")), !overflow,
        first <= end,
        let rows = ShardRows(shard: shard, rows: first..<end, total: try integer("total_rows"))
      else { throw FeatureStoreError.invalidShard(path: file.path) }
      return rows
    }
  }

  /// Reads the provenance of a file of this format, without looking at its datasets: enough to see
  /// whether it is up to date.
  ///
  /// - Throws: `HDF5Error`, `FeatureStoreError`.
  public static func read(_ path: String, format: FileFormat) throws -> Provenance {
    try Provenance(reading: HDF5File(reading: path), as: format)
  }
}
