/// Puts combining marks into canonical order while scalars stream by.
///
/// Source: The Unicode Standard, section 3.11, D109: marks between two starters are sorted by
/// combining class, marks of one class keep their order.
struct CanonicalOrdering {
  /// Class, position and scalar of each mark since the last starter, in one integer whose order
  /// is the canonical one; a sort of them needs no stability and is fast for any number of marks.
  private var marks: [UInt64] = []

  var isEmpty: Bool { marks.isEmpty }

  mutating func append(mark scalar: UInt32, combiningClass: UInt8) {
    // 21 bits of scalar, 35 of position, 8 of class.
    marks.append(UInt64(combiningClass) << 56 | UInt64(marks.count) << 21 | UInt64(scalar))
  }

  /// Hands over the marks in order and forgets them: at a starter and at the end.
  mutating func flush(_ body: (UInt32) -> Void) {
    if marks.isEmpty { return }
    if marks.count > 1 { marks.sort() }
    for mark in marks { body(UInt32(mark & 0x1F_FFFF)) }
    marks.removeAll(keepingCapacity: true)
  }
}
