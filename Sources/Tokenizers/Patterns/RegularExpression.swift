import COniguruma

/// A regular expression of Oniguruma in Ruby's syntax, over UTF-8, as Hugging Face tokenizers reads
/// it.
///
/// A search changes nothing in the compiled expression, so that any number of threads may share one.
final class RegularExpression: @unchecked Sendable {
  /// What is wrong with an expression, in Oniguruma's words.
  struct Malformed: Error {
    let message: String
  }

  private let handle: OnigRegex

  /// Once a process and before anything else, as the library asks.
  private static let isInitialized = firn_onig_initialize() == 0

  init(_ pattern: String) throws(Malformed) {
    _ = Self.isInitialized
    var compiled: OnigRegex?
    var info = OnigErrorInfo()
    var bytes = Array(pattern.utf8)
    bytes.append(0)  // an empty pattern needs an address too
    let code = bytes.withUnsafeBufferPointer { bytes in
      bytes.baseAddress.map { firn_onig_new(&compiled, $0, $0 + bytes.count - 1, &info) } ?? -1
    }
    guard code == 0, let compiled else {
      var text = [UInt8](repeating: 0, count: Int(ONIG_MAX_ERROR_MESSAGE_LEN))
      let length = firn_onig_message(&text, code, &info)
      throw Malformed(message: String(decoding: text.prefix(Int(max(0, length))), as: UTF8.self))
    }
    handle = compiled
  }

  deinit {
    onig_free(handle)
  }

  /// Hands over the matches in order. An empty match right after another one is none, and a search
  /// that Oniguruma gives up (its stack is full) ends them.
  func forEachMatch(
    in text: UnsafeBufferPointer<UInt8>, _ body: (_ match: Range<Int>) -> Void
  ) {
    guard !text.isEmpty, let start = text.baseAddress, let region = onig_region_new() else {
      return
    }
    defer { onig_region_free(region, 1) }
    let end = start + text.count
    var position = 0
    var lastEnd: Int?
    while position <= text.count {
      let found = onig_search(handle, start, end, start + position, end, region, 0)
      guard found >= 0 else { return }
      let match = Int(region.pointee.beg[0])..<Int(region.pointee.end[0])
      if match.isEmpty, lastEnd == match.upperBound {
        if position == text.count { return }
        _ = UTF8Scalar.decode(text, &position)
        continue
      }
      position = match.upperBound
      lastEnd = position
      body(match)
    }
  }
}
