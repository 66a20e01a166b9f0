/// What a Unicode scalar does in grapheme clusters: Grapheme_Cluster_Break, with those classes
/// split that Extended_Pictographic and Indic_Conjunct_Break tell apart.
///
/// Source: Unicode Standard Annex #29, section 3.1.1. The raw values are those of
/// Tests/Oracles/make_scalar_tables.py.
enum GraphemeRole: UInt8 {
  case other = 0
  case control
  /// Extends a cluster; Indic_Conjunct_Break is None.
  case extend
  /// Extends a cluster and an Indic conjunct.
  case conjunctExtend
  /// Extends a cluster and links an Indic conjunct.
  case conjunctLinker
  case conjunctConsonant
  case zeroWidthJoiner
  case spacingMark
  case prepend
  case pictographic
  case leadingJamo
  case vowelJamo
  case trailingJamo
  case syllableLV
  case syllableLVT
  case carriageReturn
  case lineFeed

  /// After and before which a cluster always ends (rules GB4 and GB5).
  var isControl: Bool { self == .control || self == .carriageReturn || self == .lineFeed }

  /// Extend and ZWJ, which never begin a cluster after something else (rule GB9).
  var extends: Bool {
    switch self {
    case .extend, .conjunctExtend, .conjunctLinker, .zeroWidthJoiner: true
    default: false
    }
  }
}

/// Tells where a grapheme cluster ends while scalars stream by.
///
/// Regional indicators play no part: what reads clusters here looks only at those of less than six
/// bytes, and two indicators are eight.
struct GraphemeBreaker {
  private var previous: GraphemeRole?
  /// After a pictographic scalar and what extends it, and then a zero-width joiner (GB11).
  private var isAfterPictograph = false
  private var isAfterPictographAndJoiner = false
  /// After an Indic consonant and what extends it; with a linker among them (GB9c).
  private var isAfterConsonant = false
  private var hasLinker = false

  /// Whether a cluster begins with the next scalar, which is of this role.
  mutating func breaks(before role: GraphemeRole) -> Bool {
    defer { advance(over: role) }
    guard let previous else { return true }
    if previous == .carriageReturn, role == .lineFeed { return false }  // GB3
    if previous.isControl || role.isControl { return true }  // GB4, GB5
    switch (previous, role) {
    case (.leadingJamo, .leadingJamo), (.leadingJamo, .vowelJamo), (.leadingJamo, .syllableLV),
      (.leadingJamo, .syllableLVT):  // GB6
      return false
    case (.syllableLV, .vowelJamo), (.syllableLV, .trailingJamo), (.vowelJamo, .vowelJamo),
      (.vowelJamo, .trailingJamo):  // GB7
      return false
    case (.syllableLVT, .trailingJamo), (.trailingJamo, .trailingJamo):  // GB8
      return false
    case (_, .spacingMark), (.prepend, _):  // GB9a, GB9b
      return false
    case (_, .conjunctConsonant) where isAfterConsonant && hasLinker:  // GB9c
      return false
    case (.zeroWidthJoiner, .pictographic) where isAfterPictographAndJoiner:  // GB11
      return false
    default:
      return !role.extends  // GB9, GB999
    }
  }

  private mutating func advance(over role: GraphemeRole) {
    previous = role
    isAfterPictographAndJoiner = isAfterPictograph && role == .zeroWidthJoiner
    isAfterPictograph =
      role == .pictographic || isAfterPictograph && role.extends && role != .zeroWidthJoiner
    switch role {
    case .conjunctConsonant:
      isAfterConsonant = true
      hasLinker = false
    case .conjunctLinker: hasLinker = true
    case .conjunctExtend, .zeroWidthJoiner: break
    default: isAfterConsonant = false
    }
  }
}
