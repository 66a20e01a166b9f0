// swift-tools-version: 6.2
// The manifest is the map: targets stand by layer, and a target imports only targets of layers
// below its own. `make` builds with --explicit-target-dependency-import-check error, so an import
// that is not an edge here does not compile; Tests/HouseTests holds the edges to the layers.
import PackageDescription

let package = Package(
  name: "firn",
  products: [],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
  ],
  targets: [
    // MARK: - C
    .systemLibrary(
      name: "COpenBLAS", providers: [.apt(["libopenblas-dev"])]),
    .systemLibrary(name: "CHDF5", pkgConfig: "hdf5", providers: [.apt(["libhdf5-dev"])]),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .systemLibrary(name: "CCurl", providers: [.apt(["libcurl4-openssl-dev"])]),
    .systemLibrary(
      name: "COniguruma", pkgConfig: "oniguruma", providers: [.apt(["libonig-dev"])]),
    .target(name: "CKernels"),

    // MARK: - Contract
    .target(name: "Contracts"),

    // MARK: - Numerics
    .target(name: "Kernels", dependencies: ["Contracts", "CKernels", "COpenBLAS"]),

    // MARK: - Formats
    .target(name: "HDF5", dependencies: ["CHDF5"]),
    .target(name: "Safetensors", dependencies: []),
    .target(name: "Tokenizers", dependencies: ["Contracts", "COniguruma"]),
    .target(name: "Vectorizers", dependencies: ["Contracts"]),
    .target(name: "Corpora", dependencies: ["Contracts", "CZlib"]),
    .target(name: "Checkpoints", dependencies: ["Contracts", "Safetensors"]),
    .target(name: "Digests", dependencies: [.product(name: "Crypto", package: "swift-crypto")]),
    .target(name: "AtomicFiles", dependencies: ["Digests"]),
    .target(name: "Evaluation", dependencies: ["Contracts"]),

    // MARK: - Models
    .target(
      name: "FeatureStore", dependencies: ["Contracts", "HDF5", "AtomicFiles", "Digests"]),
    .target(name: "Encoders", dependencies: ["Contracts", "Kernels", "Checkpoints"]),

    // MARK: - Learning
    .target(name: "Neighbours", dependencies: ["Contracts", "Kernels"]),
    .target(name: "Projections", dependencies: ["Contracts", "Kernels"]),
    .target(name: "Optimization", dependencies: ["Kernels"]),
    .target(
      name: "Heads",
      dependencies: ["Contracts", "Kernels", "Optimization", "Safetensors", "Vectorizers"]),
    .target(
      name: "Experiments",
      dependencies: ["Contracts", "Corpora", "Heads", "Kernels", "Vectorizers"]),
    .target(
      name: "FineTuning",
      dependencies: [
        "Contracts", "Kernels", "Checkpoints", "Encoders", "Optimization", "Safetensors",
        "AtomicFiles",
      ]),

    // MARK: - Support
    .target(
      name: "Reporting", dependencies: ["Contracts", "Evaluation"],
      resources: [
        .embedInCode("Page/Resources/page.css"), .embedInCode("Page/Resources/page.js"),
        .embedInCode("Page/Resources/map.js"),
      ]),
    .target(
      name: "StageKit",
      dependencies: [
        "Contracts", "Tokenizers", "Corpora", "Checkpoints", "Safetensors", "HDF5", "FeatureStore",
        "Encoders", "Neighbours", "Projections", "Heads", "FineTuning", "Optimization",
        "Experiments", "Vectorizers", "Evaluation", "Reporting", "Digests", "Kernels",
        "AtomicFiles",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Logging", package: "swift-log"),
      ]),

    // The only target that touches the network, and firn-fetch the only stage that has it.
    .target(
      name: "Hub", dependencies: ["CCurl", "Checkpoints", "AtomicFiles", "Digests", "StageKit"]),

    .target(
      name: "Exports",
      dependencies: [
        "Contracts", "FeatureStore", "HDF5", "Heads", "AtomicFiles", "Reporting", "StageKit",
      ]),

    .target(
      name: "Benchmarks",
      dependencies: [
        "Contracts", "Corpora", "FeatureStore", "Encoders", "Heads", "Kernels", "Reporting",
        "StageKit", "AtomicFiles",
      ]),

    // MARK: - Stages
    .executableTarget(
      name: "firn-fetch",
      dependencies: [
        "Hub", "StageKit", "Checkpoints", "Reporting",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),
    .executableTarget(
      name: "firn-tokenize",
      dependencies: [
        "StageKit", "Tokenizers", "Corpora", "Checkpoints", "Encoders", "FeatureStore", "Digests",
        "Contracts",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),
    .executableTarget(
      name: "firn-encode",
      dependencies: [
        "StageKit", "Checkpoints", "Encoders", "FeatureStore", "Kernels", "Digests", "Contracts",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),
    .executableTarget(
      name: "firn-merge",
      dependencies: [
        "StageKit", "FeatureStore", "Contracts",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),
    .executableTarget(
      name: "firn-inspect",
      dependencies: [
        "StageKit", "FeatureStore",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),
    .executableTarget(
      name: "firn-train",
      dependencies: [
        "StageKit", "FeatureStore", "Heads", "Experiments", "AtomicFiles", "Kernels", "Digests",
        "Contracts",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),
    .executableTarget(
      name: "firn-finetune",
      dependencies: [
        "StageKit", "FeatureStore", "FineTuning", "Tokenizers", "Checkpoints", "AtomicFiles",
        "Kernels", "Digests", "Contracts",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),
    .executableTarget(
      name: "firn-predict",
      dependencies: [
        "StageKit", "Contracts", .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),
    .executableTarget(
      name: "firn-search",
      dependencies: [
        "StageKit", "FeatureStore", "Contracts",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),
    .executableTarget(
      name: "firn-export",
      dependencies: [
        "Exports", "StageKit", "FeatureStore", "Contracts",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),
    .executableTarget(
      name: "firn-compare",
      dependencies: [
        "StageKit", "AtomicFiles", "Kernels", "Reporting",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),
    .executableTarget(
      name: "firn-bench",
      dependencies: [
        "Benchmarks", "StageKit", "Checkpoints", "Encoders", "FeatureStore", "Kernels",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),

    // MARK: - Tests
    .target(name: "TestSupport", path: "Tests/TestSupport"),
    .testTarget(name: "KernelsTests", dependencies: ["Kernels"]),
    .testTarget(
      name: "EncodersTests",
      dependencies: ["Encoders", "Kernels", "Checkpoints", "Safetensors", "Contracts"],
      resources: [.copy("Fixtures")]),
    .testTarget(
      name: "SafetensorsTests", dependencies: ["Safetensors", "StageKit"],
      resources: [.copy("Fixtures")]),
    .testTarget(name: "HouseTests"),
    .testTarget(
      name: "TokenizersTests", dependencies: ["Tokenizers", "Contracts"],
      resources: [.copy("Fixtures")]),
    .testTarget(
      name: "CorporaTests", dependencies: ["Corpora", "Contracts", "StageKit"],
      resources: [.copy("Fixtures")]),
    .testTarget(
      name: "HDF5Tests", dependencies: ["HDF5", "StageKit", "TestSupport"],
      resources: [.copy("Fixtures")]),
    .testTarget(
      name: "FeatureStoreTests",
      dependencies: [
        "FeatureStore", "HDF5", "AtomicFiles", "Contracts", "Digests", "StageKit", "TestSupport",
      ],
      resources: [.copy("Fixtures")]),
    .testTarget(name: "DigestsTests", dependencies: ["Digests"]),
    .testTarget(
      name: "AtomicFilesTests", dependencies: ["AtomicFiles", "Digests", "TestSupport"]),
    .testTarget(
      name: "EvaluationTests",
      dependencies: ["Evaluation", "Contracts", "Heads", "Optimization", "StageKit"],
      resources: [.copy("Fixtures")]),
    .testTarget(
      name: "OptimizationTests", dependencies: ["Optimization", "Kernels"],
      resources: [.copy("Fixtures")]),
    .testTarget(
      name: "VectorizersTests", dependencies: ["Vectorizers", "Contracts"],
      resources: [.copy("Fixtures")]),
    .testTarget(
      name: "NeighboursTests", dependencies: ["Neighbours", "Contracts", "Kernels"],
      resources: [.copy("Fixtures")]),
    .testTarget(
      name: "ProjectionsTests", dependencies: ["Projections", "Contracts", "Kernels"],
      resources: [.copy("Fixtures")]),
    .testTarget(
      name: "HeadsTests",
      dependencies: [
        "Heads", "Contracts", "Kernels", "Optimization", "Safetensors", "Vectorizers",
      ],
      resources: [.copy("Fixtures")]),
    .testTarget(
      name: "ExperimentsTests",
      dependencies: ["Experiments", "Corpora", "Heads", "Contracts", "Kernels"]),
    .testTarget(
      name: "FineTuningTests",
      dependencies: [
        "FineTuning", "Encoders", "Kernels", "Checkpoints", "Safetensors", "Contracts",
        "Optimization",
      ],
      resources: [.copy("Fixtures")]),
    .testTarget(
      name: "ReportingTests",
      dependencies: [
        "Reporting", "Evaluation", "Contracts", "Heads", "StageKit", "AtomicFiles",
      ],
      resources: [.copy("Fixtures")]),
    // Against a hub of its own on the loopback interface; nothing here needs a network.
    .testTarget(
      name: "HubTests",
      dependencies: [
        "Hub", "Checkpoints", "Digests", "StageKit",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),
    // What others wrote, read by all of Firn's readers, for the tests below and for the fuzzers.
    .target(
      name: "HostileInput",
      dependencies: [
        "AtomicFiles", "Checkpoints", "Contracts", "Corpora", "Digests", "Encoders", "FeatureStore",
        "Heads", "Kernels", "Safetensors", "StageKit", "TestSupport", "Tokenizers",
      ], path: "Tests/HostileInput"),
    .testTarget(
      name: "HostileInputTests", dependencies: ["HostileInput", "TestSupport"],
      exclude: ["Fixtures"]),
    // Runs the built executables; `swift build --build-tests` builds them as the package's products.
    .testTarget(
      name: "StagesTests", dependencies: ["FeatureStore", "HDF5", "Contracts"],
      resources: [.copy("Fixtures")]),
  ],
  swiftLanguageModes: [.v6]
)

// libFuzzer's own: scripts/fuzz.sh builds it, with what has to be linked.
if Context.environment["FIRN_FUZZ"] != nil {
  package.targets.append(
    .executableTarget(name: "Fuzz", dependencies: ["HostileInput"], path: "Tests/Fuzz"))
}

// Imports are internal unless written public, existentials are spelled `any`, and a member is
// visible only where its module is imported: SE-0409, SE-0335, SE-0444.
for target in package.targets where target.type != .system && target.name != "CKernels" {
  target.swiftSettings = [
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
  ]
}

// It runs other programs and looks at what they leave: optimizing its many expectations takes a minute of
// every build and gains nothing.
package.targets.first { $0.name == "StagesTests" }?.swiftSettings?.append(.unsafeFlags(["-Onone"]))
