import CCurl
import Foundation

/// What a server answered, without the body.
struct HTTPResponse: Sendable {
  var status = 0
  /// By names in small letters; of a field that comes twice the last.
  var fields: [String: String] = [:]

  subscript(name: String) -> String? { fields[name] }

  var isRedirect: Bool { [301, 302, 303, 307, 308].contains(status) }
  var isSuccess: Bool { (200..<300).contains(status) }
}

/// A transfer that libcurl gave up.
struct TransportError: Error {
  let reason: String
  /// Whether the same request may succeed a little later.
  let isPassing: Bool
}

/// One libcurl handle: requests follow one another over connections that are kept.
///
/// It follows no redirect by itself and reads no .netrc, so that a token goes only where a caller
/// sends it. Proxies are those of `http_proxy`, `https_proxy` and `no_proxy`.
final class Transport {
  enum Method { case get, head }

  private let handle: UnsafeMutableRawPointer
  private let agent: String
  private let certificates: String?
  private let stallSeconds: Int

  /// `agent`: what this program calls itself.
  /// `certificates`: a file of trusted roots; nil for the system's.
  /// `stallSeconds`: after how long without a byte a transfer is given up.
  ///
  /// - Throws: ``TransportError`` when libcurl cannot start.
  init(agent: String, certificates: String?, stallSeconds: Int) throws(TransportError) {
    guard Self.started, let handle = curl_easy_init() else {
      throw TransportError(reason: "libcurl does not start", isPassing: false)
    }
    self.handle = handle
    self.agent = agent
    self.certificates = certificates
    self.stallSeconds = stallSeconds
  }

  deinit { curl_easy_cleanup(handle) }

  // Once a process, and behind Swift's lock: curl_global_init is not safe on every libcurl.
  private static let started = firn_curl_global_init() == CURLE_OK

  /// One request, one answer.
  ///
  /// `receive`: is given the body in pieces, with the status and the headers; what it throws ends
  /// the transfer and is thrown on.
  ///
  /// - Throws: ``TransportError``, or what `receive` throws.
  func perform(
    _ method: Method, _ address: WebAddress, headers: [String],
    receive: @escaping (HTTPResponse, UnsafeRawBufferPointer) throws -> Void
  ) throws -> HTTPResponse {
    // Connections, names and sessions outlive this.
    curl_easy_reset(handle)
    let exchange = Exchange(receive)
    let context = Unmanaged.passUnretained(exchange).toOpaque()
    var list: UnsafeMutablePointer<curl_slist>?
    for header in headers { list = curl_slist_append(list, header) }
    defer { curl_slist_free_all(list) }

    firn_curl_set_text(handle, CURLOPT_URL, address.text)
    firn_curl_web_only(handle)
    firn_curl_set_number(handle, CURLOPT_NOBODY, method == .head ? 1 : 0)
    firn_curl_set_list(handle, CURLOPT_HTTPHEADER, list)
    firn_curl_set_text(handle, CURLOPT_USERAGENT, agent)
    if let certificates { firn_curl_set_text(handle, CURLOPT_CAINFO, certificates) }
    firn_curl_set_number(handle, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1)
    firn_curl_set_number(handle, CURLOPT_NOSIGNAL, 1)
    firn_curl_set_number(handle, CURLOPT_BUFFERSIZE, 256 << 10)
    firn_curl_set_number(handle, CURLOPT_CONNECTTIMEOUT, 30)
    firn_curl_set_number(handle, CURLOPT_LOW_SPEED_LIMIT, 1)
    firn_curl_set_number(handle, CURLOPT_LOW_SPEED_TIME, stallSeconds)
    firn_curl_set_receiver(
      handle, CURLOPT_HEADERFUNCTION,
      { data, size, count, context in Exchange.at(context)?.header(data, size * count) ?? 0 },
      CURLOPT_HEADERDATA, context)
    firn_curl_set_receiver(
      handle, CURLOPT_WRITEFUNCTION,
      { data, size, count, context in Exchange.at(context)?.body(data, size * count) ?? 0 },
      CURLOPT_WRITEDATA, context)

    let code = withExtendedLifetime(exchange) { curl_easy_perform(handle) }
    if let failure = exchange.failure { throw failure }
    guard code == CURLE_OK else {
      throw TransportError(
        reason: String(cString: curl_easy_strerror(code)),
        isPassing: !Self.lasting.contains(code.rawValue))
    }
    return exchange.response
  }

  /// What does not pass by itself: a wrong address, certificates, memory.
  private static let lasting = Set(
    [
      CURLE_UNSUPPORTED_PROTOCOL, CURLE_URL_MALFORMAT, CURLE_OUT_OF_MEMORY,
      CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CACERT_BADFILE, CURLE_SSL_CERTPROBLEM,
      CURLE_SSL_CIPHER, CURLE_COULDNT_RESOLVE_PROXY,
    ].map(\.rawValue))

  /// What libcurl's calls back add to.
  private final class Exchange {
    private(set) var response = HTTPResponse()
    private(set) var failure: (any Error)?
    private let receive: (HTTPResponse, UnsafeRawBufferPointer) throws -> Void

    init(_ receive: @escaping (HTTPResponse, UnsafeRawBufferPointer) throws -> Void) {
      self.receive = receive
    }

    static func at(_ context: UnsafeMutableRawPointer?) -> Exchange? {
      context.map { Unmanaged<Exchange>.fromOpaque($0).takeUnretainedValue() }
    }

    /// One header line; the count tells libcurl that it was taken.
    func header(_ data: UnsafeMutablePointer<CChar>?, _ count: Int) -> Int {
      let line = String(decoding: UnsafeRawBufferPointer(start: data, count: count), as: UTF8.self)
        .trimmingCharacters(in: .whitespacesAndNewlines)
      if line.hasPrefix("HTTP/") {
        // A new block: after 100 Continue, or a proxy's own answer.
        response = HTTPResponse()
        response.status = Int(line.split(separator: " ").dropFirst().first ?? "") ?? 0
      } else if let colon = line.firstIndex(of: ":"), response.fields.count < 256 {
        let value = line[line.index(after: colon)...]
        response.fields[line[..<colon].lowercased()] = value.trimmingCharacters(in: .whitespaces)
      }
      return count
    }

    /// Some bytes of the body; another count than theirs ends the transfer.
    func body(_ data: UnsafeMutablePointer<CChar>?, _ count: Int) -> Int {
      do {
        try receive(response, UnsafeRawBufferPointer(start: data, count: count))
        return count
      } catch {
        failure = error
        return count == 0 ? 1 : 0
      }
    }
  }
}
