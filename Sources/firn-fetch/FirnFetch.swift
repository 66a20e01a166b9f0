import ArgumentParser
import Checkpoints
import Foundation
import Hub
import Reporting
import StageKit

@main
struct FirnFetch: Stage {
  static let configuration = CommandConfiguration(
    commandName: "firn-fetch",
    abstract:
      "Fetch models from the Hugging Face hub into its standard cache, or list what is there.",
    discussion: """
      Only what the other stages read is fetched: config.json, safetensors, the tokenizer, \
      sentence-transformers' modules. Transfers that were cut go on where they stopped; sizes and \
      SHA-256 sums are checked. The snapshot's folder is printed; the other stages take the model's \
      name too. HF_HOME, HF_HUB_CACHE, HF_ENDPOINT, HF_TOKEN and HF_HUB_OFFLINE are honoured.

      Examples:
        firn-fetch model sentence-transformers/all-MiniLM-L6-v2
        firn-fetch model intfloat/e5-small-v2 --revision refs/pr/3
        firn-fetch status
      """,
    version: Firn.version)

  enum Action: String, CaseIterable, ExpressibleByArgument {
    case model, status
  }

  @Argument(help: "What to do: fetch a model, or list the cache.")
  var action: Action

  @Argument(help: ArgumentHelp("The model's name on the hub: ORG/NAME, or NAME.", valueName: "id"))
  var id: String?

  @Option(help: "A branch, a tag or a commit. (default: main)")
  var revision: String?

  @OptionGroup var common: CommonOptions

  func validate() throws {
    switch action {
    case .model where id == nil:
      throw ValidationError("firn-fetch model needs the model's name: ORG/NAME.")
    case .status where id != nil || revision != nil:
      throw ValidationError("firn-fetch status takes no model and no --revision.")
    default: break
    }
  }

  func execute(_ console: Console) throws {
    let settings = try HubSettings(environment: ProcessInfo.processInfo.environment)
    switch action {
    case .model: try fetch(id ?? "", settings, console)
    case .status: list(settings, console)
    }
  }

  private func fetch(_ id: String, _ settings: HubSettings, _ console: Console) throws {
    let clock = StageClock()
    let model = try HubFetch(settings: settings, console: console)
      .model(id, revision: revision ?? "main", anew: common.force)
    if !settings.offline {
      console.notice(
        model.fetchedFiles == 0
          ? "up to date: \(model.name) at \(model.commit), \(ByteCount.text(model.bytes))"
          : "fetched \(model.fetchedFiles) of \(model.files.count) files, "
            + "\(ByteCount.text(model.fetchedBytes)) of \(ByteCount.text(model.bytes))")
    }
    console.result(model.folder)
    console.summary(
      clock.json(output: model.folder).merging([
        "model": .string(model.name), "revision": .string(model.revision),
        "commit": .string(model.commit), "files": .strings(model.files),
        "bytes": .integer(model.bytes), "fetched_files": .integer(model.fetchedFiles),
        "fetched_bytes": .integer(model.fetchedBytes),
        "up_to_date": .bool(model.fetchedFiles == 0),
      ]) { $1 })
  }

  private func list(_ settings: HubSettings, _ console: Console) {
    let models = CachedModel.all(in: settings.cache)
    var table = TextTable([
      ("model", .left), ("revision", .left), ("commit", .left), ("files", .right), ("size", .right),
      ("unfinished", .right),
    ])
    for model in models {
      table.append([
        model.name, model.revisions.joined(separator: ","), String(model.commit.prefix(12)),
        String(model.files), ByteCount.text(model.bytes),
        model.unfinishedBytes > 0 ? ByteCount.text(model.unfinishedBytes) : "",
      ])
    }
    if models.isEmpty {
      console.notice("there is no model in \(settings.cache.folder)")
    } else {
      console.result(String(table.text.dropLast()))
    }
    console.summary([
      "cache": .string(settings.cache.folder), "firn_version": .string(Firn.version),
      "models": .array(
        models.map { model in
          .object([
            "model": .string(model.name), "revisions": .strings(model.revisions),
            "commit": .string(model.commit), "output": .string(model.folder),
            "files": .integer(model.files), "bytes": .integer(model.bytes),
            "unfinished_bytes": .integer(model.unfinishedBytes),
          ])
        }),
    ])
  }
}
