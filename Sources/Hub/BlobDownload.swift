import Digests
import Foundation

/// One file on its way from the hub to a blob: resumed where it was cut, checked before it counts.
struct BlobDownload {
  let client: HubClient
  let patience: Patience
  let model: String
  let commit: String
  let file: RepositoryPath
  let description: FileDescription
  /// Is told of pauses.
  let notice: (String) -> Void
  /// Is told of bytes that are there: new ones, and at first those of an earlier transfer.
  let progress: (Int) -> Void

  /// Collects the bytes at `path`, flushed and checked; returns how many came over the network.
  ///
  /// `anew`: do not take up what is there.
  ///
  /// - Throws: ``HubError``. What is left at `path` is then the beginning of the file, or nothing.
  func run(into path: String, anew: Bool) throws -> Int {
    let partial = try PartialFile(path: path, anew: anew)
    if let size = description.size, partial.size > size { try partial.clear() }
    let resumed = partial.size > 0
    progress(partial.size)
    do {
      var fetched = try complete(partial)
      do {
        try verify(partial)
      } catch HubError.wrongDigest where resumed {
        // What an earlier process left was not what it seemed: once more, from the beginning.
        try partial.clear()
        fetched += try complete(partial)
        try verify(partial)
      }
      return fetched
    } catch let error as HubError {
      switch error {
      case .wrongSize, .wrongDigest: unlink(path)
      default: break
      }
      throw error
    }
  }

  /// Fetches what is missing; returns how many bytes that were.
  private func complete(_ partial: PartialFile) throws -> Int {
    var fetched = 0
    // An empty file needs no request, nor does one that was cut after its last byte.
    if let size = description.size, partial.size == size { return 0 }
    try patience.run(notice: notice) {
      let before = fetched
      do {
        try attempt(partial) { fetched += $0 }
      } catch var passing as Patience.Passing {
        passing.wentOn = fetched - before >= 1 << 20
        throw passing
      }
    }
    return fetched
  }

  /// One request. `count` is told of the bytes as they come.
  private func attempt(_ partial: PartialFile, count: @escaping (Int) -> Void) throws {
    let start = partial.size
    var begun = false
    func begin(_ head: HTTPResponse) throws {
      guard !begun else { return }
      begun = true
      try check(head, partial, from: start)
    }
    let reply = try client.fetch(file, model: model, commit: commit, from: start) { head, bytes in
      try begin(head)
      if let size = description.size, partial.size + bytes.count > size {
        throw HubError.wrongSize(
          file: file.text, expected: size, found: partial.size + bytes.count)
      }
      try partial.append(bytes)
      count(bytes.count)
      progress(bytes.count)
    }
    if reply.status == 416 {
      try partial.clear()
      throw passing("the hub does not know this range")
    }
    try begin(reply)
    if let size = description.size, partial.size < size {
      throw passing("the connection was cut at byte \(partial.size) of \(size)")
    }
  }

  /// Whether an answer goes on where the file stops; one that begins anew clears it.
  private func check(_ head: HTTPResponse, _ partial: PartialFile, from start: Int) throws {
    if head.status == 206 {
      let range = head["content-range"] ?? ""
      guard
        let match = range.wholeMatch(of: /bytes (?<start>\d{1,18})-\d+\/(?<total>\d{1,18}|\*)/),
        Int(match.start) == start
      else {
        throw HubError.badReply(
          address: file.text, reason: "bytes from \(start) were asked for, not '\(range)'")
      }
      try compare(Int(match.total))
    } else {
      if start > 0 { try partial.clear() }
      try compare(head["content-length"].flatMap { Int($0) })
    }
  }

  private func compare(_ found: Int?) throws {
    if let size = description.size, let found, found != size {
      throw HubError.wrongSize(file: file.text, expected: size, found: found)
    }
  }

  /// Size and, where the hub gives it, SHA-256. The ETag of small files is git's SHA-1 of a header
  /// and the content on one hub and something else on another: it only names them.
  private func verify(_ partial: PartialFile) throws {
    if let size = description.size, partial.size != size {
      throw HubError.wrongSize(file: file.text, expected: size, found: partial.size)
    }
    try partial.flush()
    guard HubName.isSHA256(description.etag) else { return }
    let found = try SHA256Digest(ofFile: partial.path).description
    guard found == description.etag else {
      throw HubError.wrongDigest(file: file.text, expected: description.etag, found: found)
    }
  }

  private func passing(_ reason: String) -> Patience.Passing {
    let address = "\(model)/\(file.text)"
    return Patience.Passing(failure: {
      .noConnection(address: address, reason: reason, attempts: $0)
    })
  }
}
