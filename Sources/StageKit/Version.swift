/// What every stage says of itself.
public enum Firn {
  /// The version, as `--version` prints it and files keep it.
  public static let version = "0.3.0"
}
