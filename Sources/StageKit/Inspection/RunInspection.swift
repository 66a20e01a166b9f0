import Foundation
import Reporting

/// What firn-inspect says of a run folder: run.json and metrics.json.
public struct RunInspection {
  private let path: String
  private let manifest: [String: Any]
  private let metrics: [String: Double]
  private let files: [(name: String, bytes: Int)]

  /// - Throws: ``StageError/notARun(path:missing:)``.
  public init(path: String) throws(StageError) {
    guard let manifest = RunManifest.read(path) else {
      throw .notARun(path: path, missing: "run.json")
    }
    self.path = path
    self.manifest = manifest
    let data = FileManager.default.contents(atPath: path + "/metrics.json")
    let values = data.flatMap { try? JSONSerialization.jsonObject(with: $0) } as? [String: Any]
    metrics = values?.compactMapValues { $0 as? Double } ?? [:]
    let names = (try? FileManager.default.subpathsOfDirectory(atPath: path)) ?? []
    files = names.sorted().compactMap { name in
      guard
        let attributes = try? FileManager.default.attributesOfItem(atPath: path + "/" + name),
        attributes[.type] as? FileAttributeType == .typeRegular
      else { return nil }
      return (name, (attributes[.size] as? Int) ?? 0)
    }
  }

  /// The lines for people.
  public var text: String {
    let command = (manifest["command"] as? [String])?.joined(separator: " ") ?? "–"
    var lines = [
      "\(path): a run of \(manifest["stage"] ?? "–"), by Firn \(manifest["firn_version"] ?? "–")",
      "command: \(command)",
    ]
    for key in ["settings", "inputs", "seconds"] {
      guard let values = manifest[key] as? [String: Any] else { continue }
      let words = values.sorted { $0.key < $1.key }.map { "\($0.key) \(Self.word($0.value))" }
      lines.append("\(key): \(words.joined(separator: ", "))")
    }
    var content = TextTable([("file", .left), ("bytes", .right)])
    for file in files { content.append([file.name, String(file.bytes)]) }
    var table = TextTable([("metric", .left), ("", .right)])
    for (name, value) in metrics.sorted(by: { $0.key < $1.key }) {
      table.append([name, String(format: "%.6g", value)])
    }
    return lines.joined(separator: "\n") + "\n\n" + content.text
      + (metrics.isEmpty ? "" : "\n" + table.text)
  }

  public var json: [String: JSONValue] {
    [
      "path": .string(path), "format": "firn.run", "run": Self.json(manifest),
      "metrics": .object(metrics.mapValues { .real($0) }),
      "files": .array(
        files.map { .object(["name": .string($0.name), "bytes": .integer($0.bytes)]) }),
    ]
  }

  private static func word(_ value: Any) -> String {
    switch value {
    case let list as [Any]: list.map(word).joined(separator: "+")
    case is NSNull: "–"
    default: json(value).text
    }
  }

  /// What the system's parser made of JSON, as our own value.
  private static func json(_ value: Any) -> JSONValue {
    switch value {
    case let text as String: .string(text)
    case let values as [Any]: .array(values.map(json))
    case let values as [String: Any]: .object(values.mapValues(json))
    case let number as NSNumber:
      switch String(cString: number.objCType) {
      case "c", "B": .bool(number.boolValue)
      case "d", "f": .real(number.doubleValue)
      default: .integer(number.intValue)
      }
    default: .null
    }
  }
}
