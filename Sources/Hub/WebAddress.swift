import CCurl

/// An http or https address, taken apart by the library that will also connect to it: two parsers
/// that disagree about a host are how tokens leak.
struct WebAddress: Sendable, Equatable {
  /// What decides who may see a token.
  struct Origin: Sendable, Equatable {
    let scheme: String
    let host: String
    let port: String
  }

  /// The whole address.
  let text: String
  let origin: Origin

  /// nil when this is no http or https address, or has a user's name in it.
  init?(_ text: String) {
    self.init(following: [text])
  }

  /// Where a redirect from here leads; nil as in ``init(_:)``.
  func resolving(_ location: String) -> WebAddress? {
    WebAddress(following: [text, location])
  }

  private init?(following steps: [String]) {
    guard let handle = curl_url() else { return nil }
    defer { curl_url_cleanup(handle) }
    for step in steps {
      guard !step.utf8.contains(0),
        curl_url_set(handle, CURLUPART_URL, step, UInt32(CURLU_DISALLOW_USER)) == CURLUE_OK
      else { return nil }
    }
    func part(_ part: CURLUPart, flags: Int32 = 0) -> String? {
      var value: UnsafeMutablePointer<CChar>?
      guard curl_url_get(handle, part, &value, UInt32(flags)) == CURLUE_OK, let value else {
        return nil
      }
      defer { curl_free(value) }
      return String(cString: value)
    }
    guard let text = part(CURLUPART_URL), let scheme = part(CURLUPART_SCHEME),
      let host = part(CURLUPART_HOST), let port = part(CURLUPART_PORT, flags: CURLU_DEFAULT_PORT),
      scheme == "http" || scheme == "https"
    else { return nil }
    self.text = text
    origin = Origin(scheme: scheme, host: host.lowercased(), port: port)
  }

  /// For messages: what follows a question mark may be a signature that lets in whoever has it.
  var withoutQuery: String { String(text.prefix { $0 != "?" }) }

  /// A text as one part of a path: everything but letters, digits, `-`, `.`, `_` and `~` as %XX.
  static func escaped(_ part: String) -> String {
    let digits = Array("0123456789ABCDEF".utf8)
    var bytes: [UInt8] = []
    for byte in part.utf8 {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."),
        UInt8(ascii: "_"), UInt8(ascii: "~"):
        bytes.append(byte)
      default:
        bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
