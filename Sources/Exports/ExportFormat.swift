/// What features and tokens are exported as.
public enum ExportFormat: String, CaseIterable, Sendable {
  /// NumPy's arrays: one file, or a folder of them.
  case npy
  /// Comma-separated values, as pandas reads them.
  case csv
  /// Tab-separated values, quoted as csv.
  case tsv
  /// One JSON object a row.
  case jsonl
  /// A log folder for TensorBoard's embedding projector.
  case projector
  /// AnnData's HDF5 file, for scanpy and others.
  case h5ad

  /// Whether rows of a tokens file can be written.
  public var takesTokens: Bool {
    switch self {
    case .npy, .csv, .tsv, .jsonl: true
    case .projector, .h5ad: false
    }
  }
}
