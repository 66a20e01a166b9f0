import Foundation

/// The Hugging Face hub's cache on this machine, read only.
///
/// Layout and variables as huggingface_hub documents them: `models--ORG--NAME/refs/REVISION` holds
/// a commit, `snapshots/COMMIT/` the files. `HF_HUB_CACHE`, else `HF_HOME/hub`, else
/// `XDG_CACHE_HOME/huggingface/hub`, else `~/.cache/huggingface/hub`.
public struct HubCache: Sendable {
  /// The folder that holds `models--ORG--NAME`.
  public let folder: String

  public init(folder: String) {
    self.folder = folder
  }

  /// The cache that the environment names.
  public init(environment: [String: String]) {
    func variable(_ name: String) -> String? {
      environment[name].flatMap { $0.isEmpty ? nil : ($0 as NSString).expandingTildeInPath }
    }
    let home = environment["HOME"] ?? NSHomeDirectory()
    let hub =
      variable("HF_HUB_CACHE") ?? variable("HUGGINGFACE_HUB_CACHE")
      ?? ((variable("HF_HOME")
        ?? ((variable("XDG_CACHE_HOME") ?? home + "/.cache")
          + "/huggingface"))
        + "/hub")
    self.init(folder: hub)
  }

  /// Whether `id` has the form of a hub id: NAME or ORG/NAME of letters, digits, `-`, `_`, `.`.
  public static func isHubID(_ id: String) -> Bool {
    let parts = id.split(separator: "/", omittingEmptySubsequences: false)
    return (1...2).contains(parts.count)
      && parts.allSatisfy { part in
        !part.isEmpty && part != "." && part != ".."
          && part.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
              UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"),
              UInt8(ascii: "."):
              true
            default: false
            }
          }
      }
  }

  /// The snapshot of `id` at `revision`; nil when it is not in the cache.
  public func snapshot(of id: String, revision: String = "main") -> String? {
    guard Self.isHubID(id) else { return nil }
    let model = folder + "/models--" + id.replacingOccurrences(of: "/", with: "--")
    let reference = try? String(contentsOfFile: model + "/refs/" + revision, encoding: .utf8)
    let commit = (reference ?? revision).trimmingCharacters(in: .whitespacesAndNewlines)
    let snapshot = model + "/snapshots/" + commit
    let isWhole = ["config.json", "modules.json"].contains {
      FileManager.default.fileExists(atPath: snapshot + "/" + $0)
    }
    return isWhole ? snapshot : nil
  }
}
