public import Checkpoints
import Foundation

/// Where the hub is, who asks, and where its files go: the HF_* variables as huggingface_hub reads
/// them.
public struct HubSettings: Sendable {
  /// The hub, unless HF_ENDPOINT names another. The host's name stands nowhere else.
  private static let publicHub = "https://huggingface.co"

  /// The cache that models go to.
  public let cache: HubCache
  /// Whether the network must not be touched (HF_HUB_OFFLINE).
  public let offline: Bool
  /// Where the hub is.
  let endpoint: WebAddress
  /// What comes before `/api/models/…`; without a slash at the end.
  var endpointText: String {
    endpoint.text.hasSuffix("/") ? String(endpoint.text.dropLast()) : endpoint.text
  }
  /// For private and gated models. Never part of a message.
  let token: String?
  /// A file of trusted roots where the environment names one.
  let certificates: String?
  /// After how many seconds without a byte a transfer is given up and taken up again.
  var stallSeconds = 60

  /// Reads the environment, and the token's file where there is no HF_TOKEN.
  ///
  /// - Throws: ``HubError`` when HF_ENDPOINT or the token cannot be right.
  public init(environment: [String: String]) throws(HubError) {
    func variable(_ names: String...) -> String? {
      names.lazy.compactMap { environment[$0] }.first { !$0.isEmpty }
    }
    func isOn(_ value: String?) -> Bool {
      ["1", "ON", "YES", "TRUE"].contains(value?.uppercased())
    }
    var address = variable("HF_ENDPOINT") ?? Self.publicHub
    while address.hasSuffix("/") { address.removeLast() }
    guard let endpoint = WebAddress(address) else {
      throw .badSetting(
        name: "HF_ENDPOINT", value: address,
        expected: "an address such as https://hub.example.org, without a user's name")
    }
    self.endpoint = endpoint
    cache = HubCache(environment: environment)
    offline = isOn(variable("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"))
    certificates = variable(
      "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE")

    var token = variable("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN")
    if token == nil, !isOn(variable("HF_HUB_DISABLE_IMPLICIT_TOKEN")) {
      let home =
        variable("HF_HOME")
        ?? (variable("XDG_CACHE_HOME") ?? (variable("HOME") ?? "~") + "/.cache") + "/huggingface"
      let file = variable("HF_TOKEN_PATH") ?? home + "/token"
      token = try? String(
        contentsOfFile: (file as NSString).expandingTildeInPath, encoding: .utf8)
    }
    let trimmed = token?.trimmingCharacters(in: .whitespacesAndNewlines) ?? ""
    // It becomes part of a header line, where a line feed would begin another.
    guard trimmed.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
      throw .badSetting(
        name: "HF_TOKEN", value: "(not shown)", expected: "a token of plain letters and digits")
    }
    self.token = trimmed.isEmpty ? nil : trimmed
  }
}
