import Foundation
public import StageKit

// The words stand here and not with the others in StageKit: StageKit must not see the network.

extension HubError: Explained {
  public var complaint: Complaint {
    switch self {
    case .badSetting(let name, let value, let expected):
      Complaint(.usage, "\(name) is \(value)", advice: "set it to \(expected), or unset it")
    case .badModelName(let name):
      Complaint(
        .usage, "'\(name)' is not the name of a model",
        advice: "give it as on the hub: ORG/NAME, or NAME alone")
    case .badRevision(let name):
      Complaint(
        .usage, "'\(name)' is not a revision", advice: "give a branch, a tag or a commit")
    case .notInCache(let model, let revision, let cache):
      Complaint(
        .noInput, "\(model) (\(revision)) is not in the cache, and HF_HUB_OFFLINE is set",
        at: cache, advice: "unset HF_HUB_OFFLINE to fetch it, or see firn-fetch status")
    case .noConnection(let address, let reason, let attempts):
      Complaint(
        .ioError, attempts > 1 ? "\(reason), \(attempts) times" : reason, at: address,
        advice: "check the network (https_proxy, and package ca-certificates for https) and run "
          + "again: it goes on where it stopped; HF_HUB_OFFLINE=1 takes what is cached")
    case .noAccess(let model, let status, let withToken, let message):
      Complaint(
        .noInput,
        "the hub does not give \(model) to "
          + (withToken ? "the owner of this token" : "someone without a token")
          + " (status \(status)\(message.map { ": " + Self.plain($0) } ?? ""))",
        advice: withToken
          ? "check the name; ask for access on the model's page, or take another HF_TOKEN"
          : "check the name; for a private or gated model set HF_TOKEN")
    case .noSuchModel(let model, let endpoint):
      Complaint(
        .noInput, "there is no model '\(model)' on the hub", at: endpoint,
        advice: "check the name; it is ORG/NAME for most models")
    case .noSuchRevision(let model, let revision):
      Complaint(
        .noInput, "\(model) has no revision '\(revision)'",
        advice: "give a branch, a tag or a whole commit of that model")
    case .badStatus(let address, let status, let attempts, let retryAfter):
      Complaint(
        .ioError,
        "the hub answers with status \(status)"
          + (attempts > 1 ? ", \(attempts) times" : "")
          + (retryAfter.map { ", and asks to wait \(Int($0.rounded(.up))) s" } ?? ""),
        at: address,
        advice: status == 429
          ? "run again later; a token (HF_TOKEN) has a higher limit" : "run again later")
    case .badReply(let address, let reason):
      Complaint(
        .ioError, "this is not how a hub answers: \(Self.plain(reason))", at: address,
        advice: "check HF_ENDPOINT, and whether a proxy answers in the hub's place")
    case .badRedirect(let from, let to):
      Complaint(
        .ioError, "a redirect leads to '\(Self.plain(to))', which is not followed", at: from,
        advice: "check HF_ENDPOINT, and whether a proxy answers in the hub's place")
    case .unsafeName(let model, let name):
      Complaint(
        .badData, "\(model) names a file that would lie elsewhere: '\(Self.plain(name))'",
        advice: "do not use this model, and tell the hub; nothing of it was written")
    case .noConfig(let model):
      Complaint(
        .badData, "\(model) has no config.json: it is no model of transformers",
        advice: "take another model or revision")
    case .noSafetensors(let model, let others):
      Complaint(
        .badData,
        "\(model) has no model.safetensors"
          + (others.isEmpty ? "" : ", only \(others.prefix(4).joined(separator: ", "))"),
        advice: "look on its page for a pull request that adds it (--revision refs/pr/N), or "
          + "convert the weights once with Python: AutoModel.from_pretrained('\(model)')"
          + ".save_pretrained('FOLDER') and the same with AutoTokenizer; then give FOLDER as the "
          + "model")
    case .missingShard(let model, let name):
      Complaint(
        .badData, "\(model) lacks '\(Self.plain(name))', which the index of its weights names",
        advice: "take another revision")
    case .wrongSize(let file, let expected, let found):
      Complaint(
        .ioError, "\(file) has \(found) bytes where the hub announced \(expected)",
        advice: "run again; when it stays so, a proxy or mirror is at fault")
    case .wrongDigest(let file, let expected, let found):
      Complaint(
        .ioError,
        "\(file) has the SHA-256 \(found.prefix(12))… where the hub announced "
          + "\(expected.prefix(12))…",
        advice: "run again; when it stays so, a proxy or mirror is at fault")
    case .inTheWay(let path):
      Complaint(
        .cannotCreate,
        "a link or a file stands where the cache needs a folder or a file of its own",
        at: path, advice: "remove it, or give another HF_HUB_CACHE")
    case .cacheFailed(let path, let number):
      Complaint(
        number == ENOSPC || number == EIO ? .ioError : .cannotCreate,
        "the cache cannot be written: \(String(cString: strerror(number)))", at: path,
        advice: number == ENOSPC
          ? "free some space and run again: it goes on where it stopped"
          : "give a folder that you may write to with HF_HUB_CACHE or HF_HOME")
    }
  }

  /// A server's words without what would move a terminal's cursor, and not too long.
  private static func plain(_ text: String) -> String {
    let shown = String.UnicodeScalarView(
      text.unicodeScalars.prefix(200).map { scalar in
        scalar.properties.generalCategory == .control
          || scalar.properties.generalCategory == .format
          ? "\u{FFFD}" : scalar
      })
    return String(shown)
  }
}
