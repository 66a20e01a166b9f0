/// What can go wrong between the hub and the cache.
public enum HubError: Error, Equatable {
  /// A variable of the environment that cannot be right.
  case badSetting(name: String, value: String, expected: String)
  /// Not the name of a model on a hub.
  case badModelName(String)
  /// Not the name of a branch, tag or commit.
  case badRevision(String)
  /// HF_HUB_OFFLINE is set and the model is not in the cache.
  case notInCache(model: String, revision: String, cache: String)
  /// The hub cannot be reached, or the connection breaks every time.
  case noConnection(address: String, reason: String, attempts: Int)
  /// 401 or 403.
  case noAccess(model: String, status: Int, withToken: Bool, message: String?)
  /// There is no such model.
  case noSuchModel(model: String, endpoint: String)
  /// The model has no such branch, tag or commit.
  case noSuchRevision(model: String, revision: String)
  /// Any other status, after the last attempt.
  case badStatus(address: String, status: Int, attempts: Int, retryAfter: Double?)
  /// The hub's answer is not what its protocol says.
  case badReply(address: String, reason: String)
  /// A redirect that must not be followed.
  case badRedirect(from: String, to: String)
  /// The hub names a file that would lie outside of the model's folder.
  case unsafeName(model: String, name: String)
  /// The model has no config.json.
  case noConfig(model: String)
  /// The model's weights are there, but only in formats that Firn does not open.
  case noSafetensors(model: String, others: [String])
  /// The index of the weights names a file that the model does not have.
  case missingShard(model: String, name: String)
  /// The file's length is another than the hub announced.
  case wrongSize(file: String, expected: Int, found: Int)
  /// The file's SHA-256 is another than the hub announced.
  case wrongDigest(file: String, expected: String, found: String)
  /// Something in the cache is in the way: a link or a file where a folder belongs.
  case inTheWay(path: String)
  /// The cache cannot be read or written.
  case cacheFailed(path: String, errorNumber: Int32)
}
