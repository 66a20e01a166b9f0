/// A text's words, and the text without each of them.
struct WordOmission {
  let text: String
  /// Where the words are, in their order.
  let words: [Range<String.Index>]

  /// A word is a run of letters, digits and marks, with apostrophes and hyphens inside it; ideographs
  /// and kana, which are written without spaces, are words of their own.
  init(_ text: String) {
    self.text = text
    let scalars = text.unicodeScalars
    var words: [Range<String.Index>] = []
    var index = scalars.startIndex
    while index < scalars.endIndex {
      let start = index
      guard scalars[index].isWordPart else {
        index = scalars.index(after: index)
        continue
      }
      let isAlone = scalars[index].standsAlone
      index = scalars.index(after: index)
      while !isAlone, index < scalars.endIndex {
        let next = scalars.index(after: index)
        let joins =
          scalars[index].joinsWords && next < scalars.endIndex && scalars[next].isWordPart
        guard joins || scalars[index].isWordPart, !scalars[index].standsAlone else { break }
        index = next
      }
      words.append(start..<index)
    }
    self.words = words
  }

  func word(_ number: Int) -> String { String(text[words[number]]) }

  /// The text without a word and without the space before it, or else after it.
  func without(_ number: Int) -> String {
    let scalars = text.unicodeScalars
    var (start, end) = (words[number].lowerBound, words[number].upperBound)
    if start > scalars.startIndex, scalars[scalars.index(before: start)] == " " {
      start = scalars.index(before: start)
    } else if end < scalars.endIndex, scalars[end] == " " {
      end = scalars.index(after: end)
    }
    return String(scalars[..<start]) + String(scalars[end...])
  }
}

extension Unicode.Scalar {
  fileprivate var isWordPart: Bool {
    if properties.isAlphabetic || properties.numericType != nil || self == "_" { return true }
    return switch properties.generalCategory {
    case .nonspacingMark, .spacingMark, .enclosingMark: true
    default: false
    }
  }

  fileprivate var joinsWords: Bool { self == "'" || self == "\u{2019}" || self == "-" }

  fileprivate var standsAlone: Bool {
    properties.isIdeographic || (0x3040...0x30FF).contains(value)
  }
}
