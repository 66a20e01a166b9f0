public import Evaluation

/// Comma-separated values as RFC 4180 writes them, with `\n` after each record.
public enum CSV {
  /// A field, in quotes where a comma, a quote or a line break in it asks for them.
  public static func field(_ text: String) -> String {
    let special: [UInt8] = [",", "\"", "\r", "\n"].map { UInt8(ascii: $0) }
    guard text.utf8.contains(where: special.contains) else { return text }
    var quoted = "\""
    for scalar in text.unicodeScalars {
      if scalar == "\"" { quoted.unicodeScalars.append("\"") }
      quoted.unicodeScalars.append(scalar)
    }
    return quoted + "\""
  }

  /// A record with its line end.
  public static func record(_ fields: some Sequence<String>) -> String {
    fields.map(field).joined(separator: ",") + "\n"
  }

  /// confusion_matrix.csv: a row a true class, a column a predicted class, names at the edges.
  ///
  /// - Precondition: one name a class.
  public static func confusionMatrix(_ confusion: ConfusionMatrix, classNames: [String]) -> String {
    precondition(classNames.count == confusion.classCount)
    var text = record(["true\\predicted"] + classNames)
    for (label, name) in classNames.enumerated() {
      let counts = classNames.indices.map { "\(confusion[label: label, prediction: $0])" }
      text += record([name] + counts)
    }
    return text
  }
}
