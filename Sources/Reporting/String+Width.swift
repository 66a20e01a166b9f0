extension String {
  /// On one line, and without what a terminal would act on: a text or a name may hold anything.
  public var printable: String {
    guard unicodeScalars.contains(where: Self.isControl) else { return self }
    return split(whereSeparator: \.isNewline).map { line in
      String(
        String.UnicodeScalarView(
          line.unicodeScalars.map { $0 == "\t" ? " " : Self.isControl($0) ? "\u{FFFD}" : $0 }))
    }.joined(separator: " ")
  }

  private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
    scalar.properties.generalCategory == .control || scalar == "\u{2028}" || scalar == "\u{2029}"
  }

  /// The text, or its beginning with an ellipsis, in at most `width` characters.
  func shortened(to width: Int) -> String {
    count > width ? prefix(width - 1) + "…" : self
  }

  /// Spaces before the text up to `width` Unicode scalars, which are what Python's `len` counts.
  func leftPadded(to width: Int) -> String {
    String(repeating: " ", count: max(0, width - unicodeScalars.count)) + self
  }

  /// Spaces after the text up to `width` Unicode scalars.
  func rightPadded(to width: Int) -> String {
    self + String(repeating: " ", count: max(0, width - unicodeScalars.count))
  }
}
