/// The words of a text as Python finds them: `re.findall(r"(?u)\b\w\w+\b", text.lower())`.
///
/// `\w` is what `str.isalnum` accepts, and the underscore; a word is a run of at least two of them.
/// Scalars are judged by the version of Unicode of the Swift library: those that are newer than
/// Python's are no letters to it yet.
struct WordScanner {
  /// The word at hand, in lower case and UTF-8.
  private var word: [UInt8] = []
  private var scalars = 0

  /// Calls `body` with the UTF-8 of each word of `text`, in order.
  mutating func forEachWord(of text: String, _ body: (UnsafeBufferPointer<UInt8>) -> Void) {
    var text = text
    word.removeAll(keepingCapacity: true)
    scalars = 0
    text.withUTF8 { bytes in
      var position = 0
      while position < bytes.count {
        let byte = bytes[position]
        if scalars == 0, let run = Self.asciiWord(bytes, position) {
          pass(bytes, run, body)
          position = run.upperBound
        } else if byte < 0x80 {
          let lower = Self.ascii[Int(byte)]
          if lower != 0 {
            word.append(lower)
            scalars += 1
          } else if scalars > 0 {
            end(body)
          }
          position += 1
        } else {
          let scalar = Self.scalar(bytes, &position)
          if scalar == "Σ" {
            let isFinal = Self.isFinalSigma(bytes, after: position)
            add(isFinal ? "ς" : "σ", body)
          } else if ScalarClass.of(scalar) == .unchangedWord {
            append(scalar)
          } else {
            for lower in scalar.properties.lowercaseMapping.unicodeScalars { add(lower, body) }
          }
        }
      }
      end(body)
    }
  }

  /// The word of nothing but ASCII that begins at `position`; nil where none does.
  private static func asciiWord(
    _ bytes: UnsafeBufferPointer<UInt8>, _ position: Int
  ) -> Range<Int>? {
    ascii.withUnsafeBufferPointer { ascii in
      var end = position
      while end < bytes.count, bytes[end] < 0x80, ascii[Int(bytes[end])] != 0 { end += 1 }
      return end == position || end < bytes.count && bytes[end] >= 0x80 ? nil : position..<end
    }
  }

  /// Gives a word of ASCII to `body`: from where it lies if it is in lower case.
  private mutating func pass(
    _ bytes: UnsafeBufferPointer<UInt8>, _ run: Range<Int>,
    _ body: (UnsafeBufferPointer<UInt8>) -> Void
  ) {
    guard run.count > 1 else { return }
    let part = UnsafeBufferPointer(rebasing: bytes[run])
    guard part.contains(where: { UInt8(ascii: "A")...UInt8(ascii: "Z") ~= $0 }) else {
      return body(part)
    }
    for byte in part { word.append(Self.ascii[Int(byte)]) }
    word.withUnsafeBufferPointer(body)
    word.removeAll(keepingCapacity: true)
  }

  private mutating func add(_ scalar: Unicode.Scalar, _ body: (UnsafeBufferPointer<UInt8>) -> Void)
  {
    if ScalarClass.isWord(scalar) { append(scalar) } else { end(body) }
  }

  private mutating func append(_ scalar: Unicode.Scalar) {
    word.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
    scalars += 1
  }

  private mutating func end(_ body: (UnsafeBufferPointer<UInt8>) -> Void) {
    if scalars > 1 { word.withUnsafeBufferPointer(body) }
    word.removeAll(keepingCapacity: true)
    scalars = 0
  }

  /// Of each ASCII byte that is a word's the lower case, of others 0.
  private static let ascii: [UInt8] = (0..<128).map { byte in
    let scalar = Unicode.Scalar(UInt8(byte))
    guard ScalarClass.isWord(scalar) else { return 0 }
    return scalar.properties.isUppercase ? UInt8(byte) + 32 : UInt8(byte)
  }

  /// The scalar at `position`, which moves behind it; a Swift string's UTF-8 is well-formed.
  private static func scalar(
    _ bytes: UnsafeBufferPointer<UInt8>, _ position: inout Int
  ) -> Unicode.Scalar {
    let first = UInt32(bytes[position])
    let length = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4
    var value = length == 1 ? first : first & (0x7F >> UInt32(length))
    for i in 1..<max(length, 1) where length > 1 {
      value = value << 6 | UInt32(bytes[position + i] & 0x3F)
    }
    position += length
    return Unicode.Scalar(value) ?? "\u{FFFD}"
  }

  /// Whether the Σ that ends before `position` is the last letter of a word, where it is ς in lower
  /// case: a cased letter before and none after, case-ignorable scalars aside.
  ///
  /// Source: Unicode 3.13, Final_Sigma; CPython's handle_capital_sigma.
  private static func isFinalSigma(_ bytes: UnsafeBufferPointer<UInt8>, after position: Int) -> Bool
  {
    func begin(before end: Int) -> Int {
      var begin = end - 1
      while bytes[begin] & 0xC0 == 0x80 { begin -= 1 }
      return begin
    }
    var end = begin(before: position)
    var isAfterCased = false
    while end > 0 {
      var start = begin(before: end)
      end = start
      let scalar = scalar(bytes, &start)
      guard !scalar.properties.isCaseIgnorable else { continue }
      isAfterCased = scalar.properties.isCased
      break
    }
    guard isAfterCased else { return false }
    var next = position
    while next < bytes.count {
      let scalar = scalar(bytes, &next)
      guard !scalar.properties.isCaseIgnorable else { continue }
      return !scalar.properties.isCased
    }
    return true
  }
}

/// What becomes of a scalar.
enum ScalarClass: UInt8 {
  /// Part of a word, and the same in lower case.
  case unchangedWord
  /// Anything else.
  case other

  /// Of the scalars up to U+FFFF: looking properties up takes some fifty times as long.
  private static let table: [ScalarClass] = (UInt32(0)..<0x10000).map { value in
    Unicode.Scalar(value).map(compute) ?? .other
  }

  static func of(_ scalar: Unicode.Scalar) -> ScalarClass {
    scalar.value < 0x10000 ? table[Int(scalar.value)] : compute(scalar)
  }

  private static func compute(_ scalar: Unicode.Scalar) -> ScalarClass {
    let properties = scalar.properties
    let changes = properties.changesWhenLowercased || scalar == "Σ"
    return isWord(scalar) && !changes ? .unchangedWord : .other
  }

  /// Python's `\w`: str.isalnum, that is a letter or whatever has a numeric value, or the underscore.
  static func isWord(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: true
    default: scalar == "_" || scalar.properties.numericType != nil
    }
  }
}
