import Foundation

/// What the hub says of a model at a revision: the commit and the files' names, both checked.
struct Listing {
  let commit: String
  let files: [RepositoryPath]

  private struct Reply: Decodable {
    struct Sibling: Decodable { let rfilename: String }
    let sha: String
    let siblings: [Sibling]?
  }

  /// Reads the hub's JSON.
  ///
  /// - Throws: ``HubError`` when it is not the JSON of the protocol, or a name in it is not safe.
  init(json: Data, model: String, address: String) throws(HubError) {
    guard let reply = try? JSONDecoder().decode(Reply.self, from: json) else {
      throw .badReply(address: address, reason: "no JSON with sha and siblings")
    }
    guard HubName.isCommit(reply.sha) else {
      throw .badReply(address: address, reason: "'\(reply.sha)' is no commit")
    }
    commit = reply.sha
    var files: [RepositoryPath] = []
    for sibling in reply.siblings ?? [] {
      // One such name is no accident: nothing of this model is taken.
      guard let path = RepositoryPath(sibling.rfilename) else {
        throw .unsafeName(model: model, name: sibling.rfilename)
      }
      files.append(path)
    }
    self.files = files
  }
}
