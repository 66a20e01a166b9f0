import Foundation

/// The words for metrics, and how their numbers are written.
public enum MetricTitle {
  /// The name of a metric for people.
  public static func of(_ name: String) -> String {
    switch name {
    case "accuracy": "accuracy"
    case "subset_accuracy": "exact match"
    case "f1_macro": "F1, macro"
    case "f1_micro": "F1, micro"
    case "balanced_accuracy": "balanced accuracy"
    case "roc_auc": "ROC AUC"
    case "roc_auc_ovr_macro": "ROC AUC, macro"
    case "log_loss": "log loss"
    case "expected_calibration_error": "calibration error"
    case "hamming_loss": "Hamming loss"
    case "r2": "R²"
    case "mae": "MAE"
    case "rmse": "RMSE"
    default: name.replacingOccurrences(of: "_", with: " ")
    }
  }

  /// Whether less of it is better.
  public static func isLoss(_ name: String) -> Bool {
    ["log_loss", "brier", "hamming_loss", "mae", "rmse", "expected_calibration_error"]
      .contains(name)
  }

  /// Whether it is a share of rows, that people speak of in points of a hundred.
  public static func isShare(_ name: String) -> Bool {
    ["accuracy", "subset_accuracy", "f1_macro", "f1_micro", "balanced_accuracy"].contains(name)
  }
}

/// Numbers as people read them.
enum Figures {
  /// So many digits after the point, with a real minus sign; an en dash for what is not known.
  static func fixed(_ value: Double?, _ digits: Int) -> String {
    guard let value, value.isFinite else { return "–" }
    let text = String(format: "%.\(digits)f", value)
    // No -0.0.
    let isZero = !text.contains { ("1"..."9").contains($0) }
    return isZero
      ? text.replacingOccurrences(of: "-", with: "")
      : text.replacingOccurrences(of: "-", with: "−")
  }

  /// The same in plain ASCII, for style sheets.
  static func plain(_ value: Double, _ digits: Int) -> String {
    String(format: "%.\(digits)f", value)
  }

  /// A p-value: three digits after the point, or how small it is.
  static func p(_ value: Double) -> String {
    value < 0.001 ? (value < 1e-4 ? "< 0.0001" : fixed(value, 4)) : fixed(value, 3)
  }

  /// Thousands apart.
  static func count(_ value: Int) -> String {
    let digits = String(abs(value))
    var text = ""
    for (place, digit) in digits.enumerated() {
      if place > 0, (digits.count - place) % 3 == 0 { text += "," }
      text.append(digit)
    }
    return (value < 0 ? "−" : "") + text
  }

  /// A time in the unit that suits it.
  static func seconds(_ value: Double?) -> String {
    guard let value else { return "–" }
    switch value {
    case ..<0.0995: return fixed(value * 1000, 0) + " ms"
    case ..<9.95: return fixed(value, 1) + " s"
    case ..<99.5: return fixed(value, 0) + " s"
    case ..<5970: return fixed(value / 60, 1) + " min"
    default: return fixed(value / 3600, 1) + " h"
    }
  }

  /// A round time, as it stands at an axis.
  static func roundSeconds(_ value: Double) -> String {
    let (unit, name) =
      value < 1 ? (0.001, "ms") : value < 60 ? (1, "s") : value < 3600 ? (60, "min") : (3600, "h")
    return "\(count(Int((value / unit).rounded()))) \(name)"
  }

  /// Bytes in MiB or GiB.
  static func memory(_ bytes: Int?) -> String {
    guard let bytes else { return "–" }
    let mebibytes = Double(bytes) / 1_048_576
    return mebibytes < 1000 ? fixed(mebibytes, 0) + " MiB" : fixed(mebibytes / 1024, 1) + " GiB"
  }

  /// A count with two or three digits and k or M: 98,690 is 98.7 k.
  static func short(_ value: Int?) -> String {
    guard let value else { return "–" }
    switch value {
    case ..<10_000: return count(value)
    case ..<1_000_000: return fixed(Double(value) / 1e3, value < 100_000 ? 1 : 0) + " k"
    default: return fixed(Double(value) / 1e6, value < 100_000_000 ? 1 : 0) + " M"
    }
  }

  /// A rate a second.
  static func rate(_ value: Double?) -> String {
    guard let value, value.isFinite else { return "–" }
    return value < 10 ? fixed(value, 1) : short(Int(value.rounded()))
  }

  /// How many times as much: 41, 3.2.
  static func times(_ ratio: Double) -> String {
    ratio < 9.95 ? fixed(ratio, 1) : count(Int(ratio.rounded()))
  }

  /// A score with the digits that tables give it.
  static func score(_ value: Double?, _ metric: String) -> String {
    fixed(value, 4)
  }
}
