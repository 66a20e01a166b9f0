/// Levenshtein's distance, for "did you mean".
enum EditDistance {
  /// The candidate that is closest, letter case aside, if it is close enough to be a slip: at most a
  /// third of the letters, and two at least, may differ, but never all of them.
  static func nearest(to name: String, among candidates: [String]) -> String? {
    let wanted = scalars(name)
    let allowed = max(2, wanted.count / 3)
    var best: (name: String, distance: Int)?
    for candidate in candidates {
      let letters = scalars(candidate)
      let distance = between(wanted, letters)
      guard distance <= allowed, distance < max(wanted.count, letters.count) else { continue }
      if best.map({ distance < $0.distance }) ?? true { best = (candidate, distance) }
    }
    return best?.name
  }

  private static func scalars(_ name: String) -> [Unicode.Scalar] {
    Array(name.lowercased().unicodeScalars)
  }

  private static func between(_ a: [Unicode.Scalar], _ b: [Unicode.Scalar]) -> Int {
    // row[j]: the distance of a's first i scalars from b's first j.
    var row = Array(0...b.count)
    for (i, left) in a.enumerated() {
      var diagonal = row[0]
      row[0] = i + 1
      for (j, right) in b.enumerated() {
        let substitution = diagonal + (left == right ? 0 : 1)
        diagonal = row[j + 1]
        row[j + 1] = min(substitution, row[j] + 1, diagonal + 1)
      }
    }
    return row[b.count]
  }
}
