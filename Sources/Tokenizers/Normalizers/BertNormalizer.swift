/// BERT's normalizer: clean text, space out CJK, strip accents, lower-case; in that order.
///
/// Source: tokenizers/src/normalizers/bert.rs of Hugging Face tokenizers 0.23.
struct BertNormalizer: Sendable {
  /// Drop control characters and turn every white space into a space.
  let cleansText: Bool
  /// Put a space before and after each CJK ideograph.
  let spacesCJK: Bool
  /// Decompose canonically and drop non-spacing marks.
  let stripsAccents: Bool
  let lowercases: Bool

  /// What an ASCII byte becomes, `Self.dropped`; for other bytes `Self.multibyte`.
  private let asciiMap: [UInt8]
  private static let dropped: UInt8 = 0xFE
  private static let multibyte: UInt8 = 0xFF

  /// `stripsAccents` nil follows `lowercases`, as in the original BERT.
  init(cleansText: Bool, spacesCJK: Bool, stripsAccents: Bool?, lowercases: Bool) {
    self.cleansText = cleansText
    self.spacesCJK = spacesCJK
    self.stripsAccents = stripsAccents ?? lowercases
    self.lowercases = lowercases
    asciiMap = (UInt8.min...UInt8.max).map { byte in
      if byte >= 0x80 { return Self.multibyte }
      if cleansText {
        if byte == 0x09 || byte == 0x0A || byte == 0x0D { return 0x20 }
        if ScalarTraits(of: UInt32(byte)).contains(.removed) { return Self.dropped }
      }
      let isUppercase = 0x41 <= byte && byte <= 0x5A
      return lowercases && isUppercase ? byte | 0x20 : byte
    }
  }

  /// Appends the normalized form of `text` to `output`.
  ///
  /// Runs of ASCII go through a table; other scalars one by one, together with what follows them
  /// as long as marks wait for their canonical order.
  func normalize(
    _ text: UnsafeBufferPointer<UInt8>, into output: inout ByteBuffer,
    marks: inout CanonicalOrdering
  ) {
    var position = 0
    while position < text.count {
      position = normalizeASCII(text, from: position, into: &output)
      if position < text.count {
        position = normalizeScalars(text, from: position, into: &output, marks: &marks)
      }
    }
  }

  /// Copies ASCII up to the first other byte and returns that byte's position.
  private func normalizeASCII(
    _ text: UnsafeBufferPointer<UInt8>, from start: Int, into output: inout ByteBuffer
  ) -> Int {
    let room = output.reserve(text.count - start)
    var written = 0
    var position = start
    asciiMap.withUnsafeBufferPointer { map in
      while position < text.count {
        let byte = map[Int(text[position])]
        if byte == Self.multibyte { break }
        room[written] = byte
        written += byte == Self.dropped ? 0 : 1
        position += 1
      }
    }
    output.commit(written)
    return position
  }

  /// Normalizes scalar by scalar until ASCII follows and no mark waits.
  private func normalizeScalars(
    _ text: UnsafeBufferPointer<UInt8>, from start: Int, into output: inout ByteBuffer,
    marks: inout CanonicalOrdering
  ) -> Int {
    var position = start
    while position < text.count, text[position] >= 0x80 || !marks.isEmpty {
      let scalar = UTF8Scalar.decode(text, &position)
      let traits = ScalarTraits(of: scalar)
      if cleansText, let cleaned = cleaned(scalar, traits) {
        if let cleaned { put(cleaned, ScalarTraits(of: cleaned), &output, &marks) }
        continue
      }
      if spacesCJK, traits.contains(.cjk) {
        put(0x20, [], &output, &marks)
        put(scalar, traits, &output, &marks)
        put(0x20, [], &output, &marks)
      } else {
        put(scalar, traits, &output, &marks)
      }
    }
    marks.flush { appendLowered($0, to: &output) }
    return position
  }

  /// What clean-text makes of a scalar: nil when it stays, `.some(nil)` when it goes.
  private func cleaned(_ scalar: UInt32, _ traits: ScalarTraits) -> UInt32?? {
    // Tab, line feed and carriage return are controls that count as white space.
    if scalar == 0x09 || scalar == 0x0A || scalar == 0x0D { return 0x20 }
    if traits.contains(.removed) { return .some(nil) }
    return traits.contains(.whitespace) ? 0x20 : nil
  }

  /// Passes a cleaned scalar through decomposition, ordering, stripping and lower-casing.
  private func put(
    _ scalar: UInt32, _ traits: ScalarTraits, _ output: inout ByteBuffer,
    _ marks: inout CanonicalOrdering
  ) {
    if !stripsAccents {
      appendLowered(scalar, traits, to: &output)
    } else if traits.contains(.decomposes) {
      ScalarTables.forEachDecomposed(scalar) {
        putDecomposed($0, ScalarTraits(of: $0), &output, &marks)
      }
    } else {
      putDecomposed(scalar, traits, &output, &marks)
    }
  }

  private func putDecomposed(
    _ scalar: UInt32, _ traits: ScalarTraits, _ output: inout ByteBuffer,
    _ marks: inout CanonicalOrdering
  ) {
    if traits.combiningClass == 0 {
      // A starter bounds the ordering even when it is a mark that goes.
      marks.flush { appendLowered($0, to: &output) }
      if !traits.contains(.nonspacingMark) { appendLowered(scalar, traits, to: &output) }
    } else if !traits.contains(.nonspacingMark) {
      marks.append(mark: scalar, combiningClass: traits.combiningClass)
    }
  }

  private func appendLowered(_ scalar: UInt32, to output: inout ByteBuffer) {
    appendLowered(scalar, ScalarTraits(of: scalar), to: &output)
  }

  private func appendLowered(
    _ scalar: UInt32, _ traits: ScalarTraits, to output: inout ByteBuffer
  ) {
    if lowercases, traits.contains(.lowers) {
      ScalarTables.forEachLowered(scalar) { output.append(scalar: $0) }
    } else {
      output.append(scalar: scalar)
    }
  }
}

extension BertNormalizer: Decodable {
  private enum CodingKeys: String, CodingKey {
    case cleansText = "clean_text"
    case spacesCJK = "handle_chinese_chars"
    case stripsAccents = "strip_accents"
    case lowercases = "lowercase"
  }

  init(from decoder: any Decoder) throws {
    let keys = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      cleansText: try keys.decode(Bool.self, forKey: .cleansText),
      spacesCJK: try keys.decode(Bool.self, forKey: .spacesCJK),
      stripsAccents: try keys.decodeIfPresent(Bool.self, forKey: .stripsAccents),
      lowercases: try keys.decode(Bool.self, forKey: .lowercases))
  }
}
