extension String {
  /// The text with U+2400 (the picture of NUL) for each U+0000.
  ///
  /// HDF5's strings end at the first NUL, in h5py as well. `text_sha256` is of the text as it was,
  /// so that the few that differ can be told.
  var storable: String {
    guard utf8.contains(0) else { return self }
    var scalars = String.UnicodeScalarView()
    scalars.append(contentsOf: unicodeScalars.lazy.map { $0 == "\0" ? "\u{2400}" : $0 })
    return String(scalars)
  }
}
