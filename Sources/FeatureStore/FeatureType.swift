internal import HDF5

/// The precision of features on file; in memory they are float32.
public enum FeatureType: String, Sendable, CaseIterable {
  case float32
  /// IEEE 754 binary16, rounded to nearest even.
  case float16

  var elementType: ElementType {
    switch self {
    case .float32: .float32
    case .float16: .float16
    }
  }

  init?(_ content: HDF5Dataset.Content) {
    switch content {
    case .numbers(.float32): self = .float32
    case .numbers(.float16): self = .float16
    default: return nil
    }
  }
}
