// swift-tools-version: 6.2
import Foundation
import PackageDescription

/// The CPU the program is compiled for: `native` (this machine), or the name of the oldest node of a cluster, for example
/// `EBM_DIST_CPU=x86-64-v3 swift build -c release`. The program refuses to start on a CPU that lacks what it was compiled for.
let cpu = Context.environment["EBM_DIST_CPU"] ?? "native"

/// The commit that is built, for `--version`: said by the Makefile. Not `Context.gitInformation`: SwiftPM keeps an evaluated manifest, and with it
/// the commit of the first build, until the text of this file changes.
let commit = (Context.environment["EBM_DIST_COMMIT"] ?? "").filter { $0.isLetter || $0.isNumber || "+-._".contains($0) }

/// Libraries without which the program is built, and reads fewer files: those that pkg-config knows on this machine. `scripts/libraries` says the same to
/// the Makefile, because SwiftPM keeps an evaluated manifest until its text or the environment changes; `EBM_DIST_LIBRARIES= swift build` builds without.
let libraries =
    Context.environment["EBM_DIST_LIBRARIES"].map { $0.split(separator: " ").map(String.init) }
    ?? ["hdf5-serial", "hdf5", "libturbojpeg"].filter(isInstalled)

func isInstalled(_ library: String) -> Bool {
    let search = Process()
    search.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    search.arguments = ["pkg-config", "--exists", library]
    guard (try? search.run()) != nil else { return false }
    search.waitUntilExit()
    return search.terminationStatus == 0
}

/// A library by the first of its names that is there. Sources see it by `#if canImport(...)`.
func optional(_ name: String, _ pkgConfigs: [String], _ packages: [String]) -> Target? {
    pkgConfigs.first(where: libraries.contains).map { system(name, $0, packages) }
}

let optionalLibraries = [
    optional("CHDF5", ["hdf5-serial", "hdf5"], ["libhdf5-dev"]), optional("CTurboJPEG", ["libturbojpeg"], ["libturbojpeg0-dev"]),
].compactMap { $0 }

let swiftSettings: [SwiftSetting] = [
    .strictMemorySafety(),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    // Without errno a square root is one instruction (vectors included) instead of a test and a call.
    // Vectors of CLanes are handed to inlined functions alone: no matter how a CPU without such registers would pass them.
    .unsafeFlags(["-Xcc", "-march=\(cpu)", "-Xcc", "-fno-math-errno", "-Xcc", "-Wno-psabi"]),
]

func library(_ name: String, _ dependencies: [Target.Dependency], exclude: [String] = [], resources: [Resource] = []) -> Target {
    .target(name: name, dependencies: dependencies, exclude: exclude, resources: resources, swiftSettings: swiftSettings)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .testTarget(name: name, dependencies: dependencies, swiftSettings: swiftSettings)
}

func system(_ name: String, _ pkgConfig: String, _ packages: [String]) -> Target {
    .systemLibrary(name: name, pkgConfig: pkgConfig, providers: [.apt(packages)])
}

let package = Package(
    name: "ebm-dist",
    products: [
        .executable(name: "ebm-dist", targets: ["ebm-dist"]),
        // For programs of one's own: Documentation/Library.md.
        .library(name: "EnergyModels", targets: ["Numerics", "Model", "Sampling", "Distributed", "Learning", "Datasets", "Failures"]),
    ],
    targets: [
        system("CBLAS", "openblas", ["libopenblas-dev"]),
        system("CPNG", "libpng", ["libpng-dev"]),
        system("CZlib", "zlib", ["zlib1g-dev"]),
        system("CXXHash", "libxxhash", ["libxxhash-dev"]),
        .target(name: "CCPU", cSettings: [.unsafeFlags(["-march=\(cpu)"])]),
        .target(name: "CLanes", cSettings: [.unsafeFlags(["-march=\(cpu)", "-Wno-psabi"])]),
        // Opens the MPI library while the program runs: no header of MPI is needed, and none is linked.
        .target(name: "CMPI"),
        .target(name: "CSignals"),
        // Opens a person's energy while the program runs.
        .target(name: "CEnergy"),
        .target(name: "CDygraphs"),
        .target(name: "CBuild", cSettings: [.define("EBM_DIST_COMMIT", to: "\"\(commit)\"")]),

        library("Failures", []),
        library("Files", ["Failures"]),
        library("Numerics", ["CBLAS", "CLanes"]),
        library("Distributed", ["CMPI", "Files", "Failures"]),
        library("GivenEnergies", ["CEnergy", "Formats", "Numerics", "Failures"]),
        library("Model", ["CLanes", "GivenEnergies", "Numerics", "Failures"]),
        library("Sampling", ["Numerics", "Model"]),
        library("Formats", ["CZlib", "CPNG", "CXXHash", "Files", "Failures"] + optionalLibraries.map { .target(name: $0.name) }),
        library(
            "Datasets", ["Numerics", "Formats", "Failures"], exclude: ["Resources/LICENSE.digits"],
            resources: [.embedInCode("Resources/digits.csv.gz")]),
        library("Learning", ["Numerics", "Model", "Sampling", "Formats", "Datasets", "Failures"]),
        library("Measures", ["Numerics", "Model", "Sampling", "Learning", "Datasets", "Distributed", "Formats", "Failures"]),
        library("Configuration", ["GivenEnergies", "Numerics", "Model", "Sampling", "Learning", "Formats", "Datasets", "Failures"]),
        library(
            "Training",
            [
                "CBuild", "Configuration", "Numerics", "Distributed", "Model", "Sampling", "Learning", "Formats", "Datasets", "Measures",
                "Files",
                "Failures",
            ]),
        library(
            "Charts", ["CDygraphs", "Formats", "Failures"],
            resources: [.embedInCode("Resources/page.css"), .embedInCode("Resources/page.js")]),
        library(
            "RunReport",
            ["Charts", "Configuration", "Training", "Datasets", "Formats", "Learning", "Measures", "Numerics", "Sampling", "Failures"]),
        library(
            "Commands",
            [
                "Configuration", "Training", "RunReport", "Numerics", "Distributed", "Model", "Sampling", "Learning", "Formats", "Datasets",
                "Measures",
                "Files",
                "Failures",
            ]),
        .executableTarget(
            name: "ebm-dist",
            dependencies: [
                "CCPU", "CSignals", "Commands", "Configuration", "Training", "RunReport", "Datasets", "Formats", "Distributed", "Model",
                "Numerics",
                "Failures",
            ],
            swiftSettings: swiftSettings),

        .systemLibrary(name: "CMalloc", path: "Tests/CMalloc"),
        .target(name: "TestSupport", path: "Tests/TestSupport", swiftSettings: swiftSettings),
        tests("ArchitectureTests", []),
        tests("NumericsTests", ["Numerics", "CCPU", "CLanes"]),
        tests("FilesTests", ["Files", "Failures"]),
        tests("DistributedTests", ["Distributed", "Files", "Failures", "TestSupport"]),
        tests("GivenEnergiesTests", ["GivenEnergies", "Numerics", "Failures", "TestSupport"]),
        tests("ModelTests", ["CLanes", "Model", "Numerics", "Failures"]),
        tests("SamplingTests", ["Sampling", "Model", "Numerics"]),
        tests("FormatsTests", ["Formats", "Files", "Failures", "CZlib", "CPNG", "TestSupport"]),
        tests("DatasetsTests", ["Datasets", "Numerics", "Formats", "Failures", "TestSupport"]),
        tests(
            "TrainingTests",
            [
                "Commands", "Configuration", "Training", "Distributed", "Model", "Sampling", "Learning", "Formats", "Datasets", "Measures",
                "Numerics",
                "Files", "Failures", "CMalloc", "TestSupport",
            ]),
        tests("ChartsTests", ["Charts"]),
        tests("RunReportTests", ["Charts", "RunReport", "Training", "Formats", "Failures", "TestSupport"]),
        tests("RankTests", ["CMPI", "Distributed", "Failures"]),
        tests("CommandTests", ["Configuration", "Formats", "Failures", "TestSupport", "Training"]),
    ] + optionalLibraries
)
