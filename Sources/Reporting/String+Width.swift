extension String {
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
