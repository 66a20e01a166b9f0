/// What Replace and Split look for: `{"String": …}` or `{"Regex": …}`.
enum TextPattern: Sendable {
  /// Not empty.
  case literal([UInt8])
  case regex(RegularExpression)

  /// Hands over the matches in order; they do not overlap.
  func forEachMatch(
    in text: UnsafeBufferPointer<UInt8>, _ body: (_ match: Range<Int>) -> Void
  ) {
    switch self {
    case .regex(let expression): expression.forEachMatch(in: text, body)
    case .literal(let literal):
      var position = 0
      while position + literal.count <= text.count {
        if text[position] == literal[0], text[position...].starts(with: literal) {
          body(position..<(position + literal.count))
          position += literal.count
        } else {
          position += 1
        }
      }
    }
  }
}

extension TextPattern: Decodable {
  private enum CodingKeys: String, CodingKey {
    case literal = "String"
    case regex = "Regex"
  }

  init(from decoder: any Decoder) throws {
    let keys = try decoder.container(keyedBy: CodingKeys.self)
    if let literal = try keys.decodeIfPresent(String.self, forKey: .literal) {
      guard !literal.isEmpty else {
        throw UnsupportedSetting(role: "pattern", name: "that is empty")
      }
      self = .literal(Array(literal.utf8))
      return
    }
    let expression = try keys.decode(String.self, forKey: .regex)
    do throws(RegularExpression.Malformed) {
      self = .regex(try RegularExpression(expression))
    } catch {
      throw UnsupportedSetting(role: "pattern", name: "\(expression) (\(error.message))")
    }
  }
}
