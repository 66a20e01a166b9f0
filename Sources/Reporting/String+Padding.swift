extension String {
  /// Spaces before the text up to `width` Unicode scalars, which are what Python's `len` counts.
  func leftPadded(to width: Int) -> String {
    String(repeating: " ", count: max(0, width - unicodeScalars.count)) + self
  }

  /// Spaces after the text up to `width` Unicode scalars.
  func rightPadded(to width: Int) -> String {
    self + String(repeating: " ", count: max(0, width - unicodeScalars.count))
  }
}
