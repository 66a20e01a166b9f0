import Digests
import Foundation
import Synchronization

/// A hub with one model: the listing, small files of its own, and large ones by a redirect to
/// another server, as on the real one.
final class FakeHub: Sendable {
  typealias Request = LoopbackServer.Request
  typealias Reply = LoopbackServer.Reply

  static let model = "snow/tiny-bert"
  /// What the model was called once.
  static let formerName = "tiny-old"
  static let commit = String(repeating: "0a1b2c3d", count: 5)

  /// The API and the small files.
  let hub: LoopbackServer
  /// The large files' bytes.
  let store: LoopbackServer
  private let core: Core

  /// `files`: by path. `token`: what a request must bring; nil for a public model.
  init(files: [String: [UInt8]], token: String? = nil) throws {
    let core = Core(files: files, token: token)
    self.core = core
    let store = try LoopbackServer { core.disturbed($0, core.storeReply($0)) }
    self.store = store
    let address = store.address
    hub = try LoopbackServer { core.disturbed($0, core.hubReply($0, store: address)) }
  }

  /// Changes the next `times` answers to requests with this method whose target holds `target`.
  func disturb(
    _ method: String, _ target: String, times: Int = 1,
    _ change: @escaping @Sendable (inout Reply) -> Void
  ) {
    core.disturbances.withLock {
      $0.append(Disturbance(method: method, target: target, left: times, change: change))
    }
  }

  /// Names that the listing has beside the files.
  func list(_ names: String...) { core.extraNames.withLock { $0 += names } }

  /// Targets of GET requests to the store, or of all to the hub, by method.
  func targets(_ method: String) -> [String] {
    (hub.requests + store.requests).filter { $0.method == method }.map(\.target)
  }

  static func sha256(_ bytes: [UInt8]) -> String { SHA256Digest(of: bytes).description }

  /// What the hub calls a file: by its SHA-256 in large storage, by 40 digits in git.
  static func etag(_ path: String, _ bytes: [UInt8]) -> String {
    isLarge(path) ? sha256(bytes) : String(sha256(bytes).prefix(40))
  }

  private static func isLarge(_ path: String) -> Bool { path.hasSuffix(".safetensors") }

  private struct Disturbance: Sendable {
    let method: String
    let target: String
    var left: Int
    let change: @Sendable (inout Reply) -> Void
  }

  private final class Core: Sendable {
    let files: [String: [UInt8]]
    let token: String?
    let extraNames = Mutex<[String]>([])
    let disturbances = Mutex<[Disturbance]>([])

    init(files: [String: [UInt8]], token: String?) {
      self.files = files
      self.token = token
    }

    func disturbed(_ request: Request, _ reply: Reply) -> Reply {
      disturbances.withLock { all in
        let found = all.firstIndex {
          $0.left > 0 && $0.method == request.method && request.target.contains($0.target)
        }
        guard let found else { return reply }
        all[found].left -= 1
        var changed = reply
        all[found].change(&changed)
        return changed
      }
    }

    func hubReply(_ request: Request, store: String) -> Reply {
      if let token, request.fields["authorization"] != "Bearer \(token)" {
        return failure(401, "RepoNotFound")
      }
      if request.target.contains("/\(FakeHub.formerName)/") {
        let now = request.target.replacingOccurrences(of: FakeHub.formerName, with: FakeHub.model)
        return Reply(status: 307, fields: ["Location": now])
      }
      let api = "/api/models/\(FakeHub.model)/revision/"
      if request.target.hasPrefix(api) {
        return listing(String(request.target.dropFirst(api.count)))
      }
      let resolve = "/\(FakeHub.model)/resolve/"
      guard request.target.hasPrefix(resolve) else { return failure(404, "RepoNotFound") }
      let rest = request.target.dropFirst(resolve.count)
      guard rest.hasPrefix(FakeHub.commit + "/") else { return failure(404, "RevisionNotFound") }
      let path = String(rest.dropFirst(FakeHub.commit.count + 1)).removingPercentEncoding ?? ""
      guard let bytes = files[path] else { return failure(404, "EntryNotFound") }
      let etag = FakeHub.etag(path, bytes)
      var reply = Reply(fields: ["X-Repo-Commit": FakeHub.commit])
      if FakeHub.isLarge(path) {
        reply.status = 302
        reply.fields["Location"] = "\(store)/large/\(etag)?Signature=secret"
        reply.fields["X-Linked-Etag"] = "\"\(etag)\""
        reply.fields["X-Linked-Size"] = "\(bytes.count)"
        reply.fields["ETag"] = "\"of-the-redirect\""
        reply.body = Array("Found. Redirecting".utf8)
        return reply
      }
      reply.fields["ETag"] = "\"\(etag)\""
      reply.body = bytes
      return part(of: reply, request)
    }

    func storeReply(_ request: Request) -> Reply {
      // As a real store does with a token that is not its own.
      guard request.fields["authorization"] == nil else { return Reply(status: 400) }
      let found = files.first { request.target.hasPrefix("/large/\(FakeHub.sha256($0.value))?") }
      guard let found else { return Reply(status: 404) }
      return part(
        of: Reply(fields: ["ETag": "\"of-the-store\""], body: found.value), request)
    }

    private func listing(_ revision: String) -> Reply {
      let known = ["main", "v1.0", "refs%2Fpr%2F1", FakeHub.commit]
      guard known.contains(revision) else { return failure(404, "RevisionNotFound") }
      let names = files.keys.sorted() + extraNames.withLock { $0 }
      let object: [String: Any] = [
        "id": FakeHub.model, "sha": FakeHub.commit, "private": false,
        "siblings": names.map { ["rfilename": $0] },
      ]
      let json = try? JSONSerialization.data(withJSONObject: object)
      return Reply(fields: ["Content-Type": "application/json"], body: Array(json ?? Data()))
    }

    private func part(of whole: Reply, _ request: Request) -> Reply {
      var reply = whole
      reply.fields["Accept-Ranges"] = "bytes"
      guard let range = request.fields["range"]?.wholeMatch(of: /bytes=(\d+)-/),
        let start = Int(range.1)
      else { return reply }
      let size = whole.body.count
      guard start < size else { return Reply(status: 416) }
      reply.status = 206
      reply.fields["Content-Range"] = "bytes \(start)-\(size - 1)/\(size)"
      reply.body = Array(whole.body[start...])
      return reply
    }

    private func failure(_ status: Int, _ code: String) -> Reply {
      Reply(status: status, fields: ["X-Error-Code": code, "X-Error-Message": "Not this way"])
    }
  }
}
