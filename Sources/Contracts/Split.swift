/// The part of the data set that a row belongs to; the raw value is what the files hold.
public enum Split: UInt8, CaseIterable, Sendable, Hashable {
  case train = 0
  case validation = 1
  case test = 2

  /// The name in reports and in a `--split-column`: train, validation, test.
  public var name: String {
    switch self {
    case .train: "train"
    case .validation: "validation"
    case .test: "test"
    }
  }
}
