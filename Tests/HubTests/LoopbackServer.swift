import Foundation
import Synchronization

/// A small HTTP/1.1 server on 127.0.0.1 and a port of the system's choice; it goes with the object.
///
/// Bounded: one thread a connection, requests of at most 64 KiB, ten seconds for each.
final class LoopbackServer: Sendable {
  struct Request: Sendable {
    let method: String
    /// As it came, with escapes and query.
    let target: String
    /// By names in small letters.
    let fields: [String: String]
  }

  struct Reply: Sendable {
    var status = 200
    var fields: [String: String] = [:]
    var body: [UInt8] = []
    /// What Content-Length says, where it is not the truth.
    var claimedLength: Int?
    /// After how many bytes of the body the connection is cut.
    var cutAfter: Int?
  }

  let port: Int
  var address: String { "http://127.0.0.1:\(port)" }
  /// Every request so far, in the order of their coming.
  var requests: [Request] { core.log.withLock { $0 } }

  private let listener: Int32
  private let core: Core

  init(_ answer: @escaping @Sendable (Request) -> Reply) throws {
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard listener >= 0 else { throw POSIXError(.EMFILE) }
    var name = sockaddr_in()
    name.sin_family = sa_family_t(AF_INET)
    name.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let ready = withUnsafeMutablePointer(to: &name) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        bind(listener, address, length) == 0 && listen(listener, 16) == 0
          && getsockname(listener, address, &length) == 0
      }
    }
    guard ready else {
      close(listener)
      throw POSIXError(.EADDRINUSE)
    }
    let core = Core(answer)
    self.listener = listener
    self.core = core
    port = Int(UInt16(bigEndian: name.sin_port))
    Thread.detachNewThread {
      while true {
        let connection = accept(listener, nil, nil)
        guard connection >= 0 else {
          if errno == EINTR || errno == ECONNABORTED { continue }
          break
        }
        Thread.detachNewThread { core.serve(connection) }
      }
      close(listener)
    }
  }

  deinit {
    // Wakes the thread that accepts, which closes it.
    shutdown(listener, Int32(SHUT_RDWR))
  }

  /// What the threads share; they do not keep the server alive.
  private final class Core: Sendable {
    let log = Mutex<[Request]>([])
    private let answer: @Sendable (Request) -> Reply

    init(_ answer: @escaping @Sendable (Request) -> Reply) {
      self.answer = answer
    }

    /// Answers one request after the other until the client goes or is cut off.
    func serve(_ connection: Int32) {
      defer { close(connection) }
      var limit = timeval(tv_sec: 10, tv_usec: 0)
      setsockopt(
        connection, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
      while let request = readRequest(connection) {
        log.withLock { $0.append(request) }
        let reply = answer(request)
        guard send(reply, to: request, connection) else { break }
      }
    }

    private func readRequest(_ connection: Int32) -> Request? {
      var bytes: [UInt8] = []
      var byte: UInt8 = 0
      // Byte by byte: nothing of the next request is swallowed, and requests are short.
      while bytes.suffix(4) != [13, 10, 13, 10] {
        guard bytes.count < 64 << 10, recv(connection, &byte, 1, 0) == 1 else { return nil }
        bytes.append(byte)
      }
      let lines = String(decoding: bytes, as: UTF8.self).components(separatedBy: "\r\n")
      let first = lines[0].components(separatedBy: " ")
      guard first.count == 3 else { return nil }
      var fields: [String: String] = [:]
      for line in lines.dropFirst() {
        let parts = line.split(separator: ":", maxSplits: 1)
        guard parts.count == 2 else { continue }
        fields[parts[0].lowercased()] = parts[1].trimmingCharacters(in: .whitespaces)
      }
      return Request(method: first[0], target: first[1], fields: fields)
    }

    /// Whether the connection may go on.
    private func send(_ reply: Reply, to request: Request, _ connection: Int32) -> Bool {
      var head = "HTTP/1.1 \(reply.status) Status\r\n"
      for (name, value) in reply.fields.sorted(by: { $0.key < $1.key }) {
        head += "\(name): \(value)\r\n"
      }
      head += "Content-Length: \(reply.claimedLength ?? reply.body.count)\r\n\r\n"
      var bytes = Array(head.utf8)
      if request.method != "HEAD" { bytes += reply.body.prefix(reply.cutAfter ?? .max) }
      var sent = 0
      while sent < bytes.count {
        let count = bytes[sent...].withUnsafeBytes {
          Glibc.send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
        }
        guard count > 0 else { return false }
        sent += count
      }
      return reply.cutAfter == nil && (reply.claimedLength ?? reply.body.count) == reply.body.count
    }
  }
}
