import CCurl
import Foundation

/// What the hub says of one file before it is fetched.
struct FileDescription: Equatable {
  /// The name of its blob: the ETag, which for large files is the SHA-256.
  let etag: String
  /// In bytes; nil where the hub does not say.
  let size: Int?
}

/// The hub's protocol: requests, redirects, statuses. Whoever asks decides what to repeat.
///
/// Redirects are followed by hand: the token goes to the endpoint's own scheme, host and port only,
/// and no longer once a redirect has led elsewhere.
final class HubClient {
  private static let mostRedirects = 10
  private static let longestReply = 64 << 20

  private let settings: HubSettings
  private let transport: Transport

  /// - Throws: ``HubError`` when libcurl cannot start.
  init(settings: HubSettings, agent: String) throws(HubError) {
    self.settings = settings
    do {
      transport = try Transport(
        agent: agent, certificates: settings.certificates, stallSeconds: settings.stallSeconds)
    } catch {
      throw .noConnection(address: settings.endpoint.text, reason: error.reason, attempts: 1)
    }
  }

  /// The commit and the files of a model at a revision.
  ///
  /// - Throws: ``HubError``, or ``Patience/Passing`` for what may pass.
  func listing(model: String, revision: String) throws -> Listing {
    let address = try address("/api/models/\(model)/revision/\(WebAddress.escaped(revision))")
    var json = Data()
    let reply = try send(.get, address) { _, bytes in
      json.append(contentsOf: bytes)
      guard json.count <= Self.longestReply else {
        throw HubError.badReply(address: address.text, reason: "a listing without end")
      }
    }
    try check(reply.last, of: address, model: model, revision: revision)
    return try Listing(json: json, model: model, address: address.text)
  }

  /// The ETag and the size of a file.
  ///
  /// - Throws: ``HubError``, or ``Patience/Passing`` for what may pass.
  func describe(
    _ file: RepositoryPath, model: String, commit: String
  ) throws -> FileDescription {
    let address = try address("/\(model)/resolve/\(commit)/\(file.escaped)")
    // Where the bytes lie is of no interest here, only what the hub itself says of them.
    let replies = try send(.head, address, staying: true) { _, _ in }
    let last = replies.last
    if !last.isRedirect { try check(last, of: address, model: model, revision: commit) }
    if let found = replies.field("x-repo-commit"), found != commit {
      throw HubError.badReply(
        address: address.text, reason: "it is of commit '\(found)', not \(commit)")
    }
    var etag = replies.field("x-linked-etag") ?? last["etag"] ?? ""
    if etag.hasPrefix("W/") { etag.removeFirst(2) }
    etag = etag.trimmingCharacters(in: ["\""])
    guard HubName.isBlob(etag) else {
      throw HubError.badReply(
        address: address.text,
        reason: etag.isEmpty ? "there is no ETag" : "the ETag '\(etag)' is no name of a file")
    }
    let size = replies.field("x-linked-size") ?? (last.isRedirect ? nil : last["content-length"])
    return FileDescription(etag: etag, size: size.flatMap { Int($0) }.flatMap { $0 < 0 ? nil : $0 })
  }

  /// Fetches the bytes of a file from `start` on.
  ///
  /// `receive`: is given the head of a successful answer (200 from the beginning, or 206) and the
  /// bytes in pieces.
  ///
  /// Returns the head. Status 416 is returned too: what was asked for lies beyond the end.
  ///
  /// - Throws: ``HubError``, ``Patience/Passing`` for what may pass, or what `receive` throws.
  func fetch(
    _ file: RepositoryPath, model: String, commit: String, from start: Int,
    receive: @escaping (HTTPResponse, UnsafeRawBufferPointer) throws -> Void
  ) throws -> HTTPResponse {
    let address = try address("/\(model)/resolve/\(commit)/\(file.escaped)")
    let range = start > 0 ? ["Range: bytes=\(start)-"] : []
    let reply = try send(.get, address, headers: range, receive: receive).last
    if reply.status != 416 {
      try check(reply, of: address, model: model, revision: commit)
    }
    return reply
  }

  // MARK: - Requests

  /// The answers along the redirects of one request.
  private struct Replies {
    var last: HTTPResponse
    /// Those of the endpoint itself, the last one first; another host's word counts for nothing.
    var own: [HTTPResponse] = []

    func field(_ name: String) -> String? { own.lazy.compactMap { $0[name] }.first }
  }

  private func address(_ path: String) throws(HubError) -> WebAddress {
    guard let address = WebAddress(settings.endpointText + path) else {
      throw .badReply(address: settings.endpointText + path, reason: "this is no address")
    }
    return address
  }

  /// `staying`: do not follow a redirect to another host.
  private func send(
    _ method: Transport.Method, _ first: WebAddress, headers: [String] = [], staying: Bool = false,
    receive: @escaping (HTTPResponse, UnsafeRawBufferPointer) throws -> Void
  ) throws -> Replies {
    var address = first
    var isOwn = true
    var own: [HTTPResponse] = []
    for _ in 0...Self.mostRedirects {
      // Compressed on the way, ranges and lengths would mean something else.
      var fields = headers + ["Accept-Encoding: identity"]
      if isOwn, let token = settings.token { fields.append("Authorization: Bearer \(token)") }
      let reply = try perform(method, address, fields) { response, bytes in
        // Of a redirect or an error the body does not matter.
        if response.isSuccess { try receive(response, bytes) }
      }
      if isOwn { own.insert(reply, at: 0) }
      guard reply.isRedirect else { return Replies(last: reply, own: own) }
      let location = reply["location"] ?? ""
      guard !location.isEmpty, let next = address.resolving(location),
        !(address.origin.scheme == "https" && next.origin.scheme == "http")
      else { throw HubError.badRedirect(from: address.text, to: location) }
      isOwn = isOwn && next.origin == settings.endpoint.origin
      if staying && !isOwn { return Replies(last: reply, own: own) }
      address = next
    }
    throw HubError.badRedirect(from: first.text, to: address.text)
  }

  private func perform(
    _ method: Transport.Method, _ address: WebAddress, _ headers: [String],
    receive: @escaping (HTTPResponse, UnsafeRawBufferPointer) throws -> Void
  ) throws -> HTTPResponse {
    do {
      return try transport.perform(method, address, headers: headers, receive: receive)
    } catch let error as TransportError {
      let shown = address.withoutQuery
      guard error.isPassing else {
        throw HubError.noConnection(address: shown, reason: error.reason, attempts: 1)
      }
      throw Patience.Passing(failure: {
        .noConnection(address: shown, reason: error.reason, attempts: $0)
      })
    }
  }

  private func check(
    _ reply: HTTPResponse, of address: WebAddress, model: String, revision: String
  ) throws {
    let code = reply["x-error-code"]
    switch reply.status {
    case 200..<300: return
    case 401, 403:
      throw HubError.noAccess(
        model: model, status: reply.status, withToken: settings.token != nil,
        message: reply["x-error-message"])
    case 404 where code == "RevisionNotFound":
      throw HubError.noSuchRevision(model: model, revision: revision)
    case 404 where code == "RepoNotFound" || address.text.contains("/api/models/"):
      throw HubError.noSuchModel(model: model, endpoint: settings.endpoint.text)
    case 408, 425, 429, 500, 502, 503, 504:
      let retryAfter = Self.retryAfter(reply)
      throw Patience.Passing(
        failure: {
          .badStatus(
            address: address.text, status: reply.status, attempts: $0, retryAfter: retryAfter)
        }, retryAfter: retryAfter)
    default:
      throw HubError.badStatus(
        address: address.text, status: reply.status, attempts: 1, retryAfter: nil)
    }
  }

  /// Seconds, from Retry-After (a number or a date) or the hub's RateLimit (`"api";r=0;t=55`).
  private static func retryAfter(_ reply: HTTPResponse) -> Double? {
    if let text = reply["retry-after"] {
      if let seconds = Double(text), seconds.isFinite { return max(0, seconds) }
      let date = curl_getdate(text, nil)
      return date < 0 ? nil : max(0, Double(date) - Date().timeIntervalSince1970)
    }
    guard reply.status == 429, let limit = reply["ratelimit"],
      let seconds = limit.firstMatch(of: /\bt=(\d{1,9})/)
    else { return nil }
    return Double(seconds.1)
  }
}
