import Checkpoints

/// The path of a file inside a model, as the server names it, once it is known to stay inside.
struct RepositoryPath: Sendable, Hashable {
  let text: String
  /// The parts between the slashes; none is empty, `.` or `..`.
  let components: [String]

  /// nil for a name that could lead elsewhere or that no file system takes: absolute, with `..`,
  /// `.`, empty parts, backslashes, control characters, or too long.
  init?(_ text: String) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard text.utf8.count <= 1024, parts.count <= 16,
      parts.allSatisfy({ part in
        !part.isEmpty && part != "." && part != ".." && part.utf8.count <= 200
      }),
      text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F && $0 != UInt8(ascii: "\\") })
    else { return nil }
    self.text = text
    components = parts.map(String.init)
  }

  /// The last part.
  var name: String { components.last ?? text }

  /// What comes before it; empty at the top.
  var folder: String { components.dropLast().joined(separator: "/") }

  /// For an address: escaped part by part.
  var escaped: String { components.map(WebAddress.escaped).joined(separator: "/") }
}

/// The names that go between the hub and the cache beside paths.
enum HubName {
  /// Whether this names a model: as ``HubCache/isHubID(_:)``, and such that its folder in the cache
  /// is its own: `a--b/c` and `a/b--c` would share one.
  static func isModel(_ text: String) -> Bool {
    HubCache.isHubID(text) && text.utf8.count <= 192 && !text.contains("--")
      && !text.contains("..")
  }

  /// Whether this can be a path below `refs`: `main`, `v1.0`, `refs/pr/3`, a commit.
  static func isRevision(_ text: String) -> Bool {
    RepositoryPath(text) != nil && text.utf8.count <= 200
  }

  /// Whether this can be a commit, and so the name of a snapshot's folder.
  static func isCommit(_ text: String) -> Bool {
    (7...64).contains(text.utf8.count) && text.utf8.allSatisfy(isLetterOrDigit)
  }

  /// Whether this can be the name of a blob: an ETag without its quotes.
  static func isBlob(_ text: String) -> Bool {
    (1...128).contains(text.utf8.count) && text.utf8.first != UInt8(ascii: ".")
      && text.utf8.allSatisfy { byte in
        isLetterOrDigit(byte)
          || [UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: ".")].contains(byte)
      }
  }

  /// Whether this is a SHA-256, as the ETag of a file in large storage is.
  static func isSHA256(_ text: String) -> Bool {
    text.utf8.count == 64
      && text.utf8.allSatisfy { byte in
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
          || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
      }
  }

  private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"):
      true
    default: false
    }
  }
}
