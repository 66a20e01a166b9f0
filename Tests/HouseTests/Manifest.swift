import Foundation

/// What Package.swift says of the house, read from its text: the text is the map that people read,
/// and reading it takes no second `swift package` inside a test.
struct Manifest {
  struct Target {
    let name: String
    let kind: String
    /// The `// MARK:` that the target stands under.
    let layer: String
    /// Own targets and products of packages, in one list: both are names of modules.
    let dependencies: [String]

    /// What tests share is none of the product's either.
    var isTest: Bool { kind == "testTarget" || layer == "Tests" }
    var isStage: Bool { kind == "executableTarget" && !isTest }
  }

  /// In the order in which they are declared.
  let targets: [Target]

  init(text: String) {
    let marks = text.matches(of: /\/\/ MARK: - (?<layer>.+)/)
    let heads = text.matches(
      of: /\.(?<kind>\w*[tT]arget|systemLibrary)\(\s*name:\s*"(?<name>[^"]+)"/)
    let ends = heads.dropFirst().map(\.range.lowerBound) + [text.endIndex]
    targets = zip(heads, ends).map { head, end in
      let layer = marks.last { $0.range.lowerBound < head.range.lowerBound }
      return Target(
        name: String(head.name), kind: String(head.kind), layer: String(layer?.layer ?? ""),
        dependencies: Self.dependencies(in: text[head.range.upperBound..<end]))
    }
  }

  private static func dependencies(in declaration: Substring) -> [String] {
    guard let list = declaration.firstMatch(of: /dependencies:\s*\[(?<names>[^\]]*)\]/) else {
      return []
    }
    let names = list.names.replacing(/, package: "[^"]+"/, with: "")
    return names.matches(of: /"(?<name>[^"]+)"/).map { String($0.name) }
  }

  /// The layers of the targets that are not tests, in the order of the manifest.
  var layers: [String] {
    targets.reduce(into: []) { layers, target in
      if !target.isTest && layers.last != target.layer { layers.append(target.layer) }
    }
  }

  subscript(name: String) -> Target? { targets.first { $0.name == name } }

  /// Every module that a target can come to by its edges.
  func reach(of name: String) -> Set<String> {
    var reached: Set<String> = []
    var open = [name]
    while let next = open.popLast() {
      for dependency in self[next]?.dependencies ?? [] where reached.insert(dependency).inserted {
        open.append(dependency)
      }
    }
    return reached
  }

  /// Edges that do not point to a target declared further up, each as "A → B".
  var edgesUpward: [String] {
    var declared: Set<String> = []
    let own = Set(targets.map(\.name))
    return targets.flatMap { target in
      defer { declared.insert(target.name) }
      return target.dependencies
        .filter { own.contains($0) && !declared.contains($0) }
        .map { "\(target.name) → \($0)" }
    }
  }
}
