/// NFC, NFD, NFKC and NFKD, with the tables of the oracle, which are older than others' and leave
/// newer scalars alone.
///
/// Source: The Unicode Standard, section 3.11.
struct UnicodeNormalizer: Sendable {
  enum Form {
    case nfc, nfd, nfkc, nfkd
  }

  private let isCompatible: Bool
  private let composes: Bool

  init(form: Form) {
    isCompatible = form == .nfkc || form == .nfkd
    composes = form == .nfc || form == .nfkc
  }

  /// Appends the normalized form of `text` to `output`.
  func normalize(
    _ text: UnsafeBufferPointer<UInt8>, into output: inout ByteBuffer,
    scratch: inout NormalizerScratch
  ) {
    var position = 0
    while position < text.count {
      var end = position
      while end < text.count, text[end] < 0x80 { end += 1 }
      // The last ASCII character may be composed with a mark behind it.
      if end < text.count, composes, end > position { end -= 1 }
      output.append(UnsafeBufferPointer(rebasing: text[position..<end]))
      position = end
      while position < text.count {
        let next = position + 1
        if text[position] < 0x80, next == text.count || text[next] < 0x80 { break }
        decompose(UTF8Scalar.decode(text, &position), &scratch)
      }
      flush(&scratch, into: &output)
    }
  }

  private func decompose(_ scalar: UInt32, _ scratch: inout NormalizerScratch) {
    let traits = ScalarTraits(of: scalar)
    if isCompatible, traits.contains(.decomposesCompatibly) {
      ScalarTables.forEachDecomposedCompatibly(scalar) { put($0, &scratch) }
    } else if traits.contains(.decomposes) {
      ScalarTables.forEachDecomposed(scalar) { put($0, &scratch) }
    } else {
      put(scalar, &scratch)
    }
  }

  /// Passes a decomposed scalar on, marks in canonical order.
  private func put(_ scalar: UInt32, _ scratch: inout NormalizerScratch) {
    let combiningClass = ScalarTraits(of: scalar).combiningClass
    if combiningClass > 0 {
      scratch.marks.append(mark: scalar, combiningClass: combiningClass)
      return
    }
    scratch.marks.flush { scratch.scalars.append($0) }
    scratch.scalars.append(scalar)
  }

  /// Writes the scalars gathered so far, composed if asked for.
  private func flush(_ scratch: inout NormalizerScratch, into output: inout ByteBuffer) {
    scratch.marks.flush { scratch.scalars.append($0) }
    if composes { compose(&scratch.scalars) }
    for scalar in scratch.scalars { output.append(scalar: scalar) }
    scratch.scalars.removeAll(keepingCapacity: true)
  }

  /// Canonical composition in place: The Unicode Standard, section 3.11, D117.
  private func compose(_ scalars: inout [UInt32]) {
    var written = 0
    var starter: Int?
    /// The class of the last mark kept since the starter.
    var lastClass: UInt8 = 0
    for position in scalars.indices {
      let scalar = scalars[position]
      let combiningClass = ScalarTraits(of: scalar).combiningClass
      let isBlocked = lastClass > 0 && lastClass >= combiningClass
      if let starter, !isBlocked,
        let composite = ScalarTables.composed(scalars[starter], scalar)
      {
        scalars[starter] = composite
        continue
      }
      if combiningClass == 0 {
        starter = written
        lastClass = 0
      } else if starter != nil {
        lastClass = combiningClass
      }
      scalars[written] = scalar
      written += 1
    }
    scalars.removeSubrange(written...)
  }
}
