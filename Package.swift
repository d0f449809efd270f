// swift-tools-version: 6.1
import PackageDescription

/// Targets are layers: each depends only on those above it in this list.
let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
]

/// Only `scripts/fuzz` asks for it, and links libFuzzer's run-time library.
let fuzzer: [Target] = Context.environment["GRAD_FUZZ"] == nil ? [] : [
    .executableTarget(name: "Fuzz", dependencies: ["FuzzSupport", "Runtime"], path: "Tests/Fuzz/Driver", swiftSettings: settings)
]

/// Linked with Swift's libraries in it the command starts in two thirds of the time. A sanitizer's own memory functions would miss what those of the C library hand out
/// then, so `scripts/test --sanitize` asks for them apart.
let standalone: [LinkerSetting] = Context.environment["GRAD_SANITIZE"] != nil ? [] : [
    .unsafeFlags(["-static-stdlib", "-l_FoundationCollections", "-l_FoundationCShims"], .when(platforms: [.linux]))
]

let package = Package(
    name: "Grad",
    products: [
        .library(name: "Grad", targets: ["Grad"]),
        .executable(name: "grad", targets: ["GradCLI"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2")
    ],
    targets: [
        .systemLibrary(name: "CLibedit", pkgConfig: "libedit", providers: [.apt(["libedit-dev"])]),
        .target(name: "COpenBLAS", linkerSettings: [.linkedLibrary("dl", .when(platforms: [.linux]))]),
        .target(name: "Kernels", linkerSettings: [.linkedLibrary("m")]),
        .target(name: "Tensors", dependencies: ["Kernels"], swiftSettings: settings),
        .target(name: "Autodiff", dependencies: ["Kernels", "Tensors", "COpenBLAS"], swiftSettings: settings),
        .target(name: "Syntax", swiftSettings: settings),
        .target(name: "Wording", swiftSettings: settings),
        .target(name: "Files", swiftSettings: settings),
        .target(name: "Plots", swiftSettings: settings),
        .systemLibrary(name: "CLibcsv", providers: [.apt(["libcsv-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .target(name: "Datasets", dependencies: ["Tensors", "CLibcsv", "CZlib"], swiftSettings: settings),
        .target(name: "Training", dependencies: ["Tensors", "Wording"], swiftSettings: settings),
        .target(
            name: "Runtime", dependencies: ["Kernels", "Tensors", "Autodiff", "Syntax", "Training", "Datasets", "Plots", "Wording"],
            resources: [.embedInCode("prelude")], swiftSettings: settings),
        .target(name: "Grad", dependencies: ["Runtime", "Syntax", "Tensors", "Files", "Wording"], swiftSettings: settings),
        .target(name: "Weave", dependencies: ["Runtime", "Syntax", "Plots", "Wording"], swiftSettings: settings),
        .executableTarget(
            name: "GradCLI",
            dependencies: [
                "Runtime", "Syntax", "Tensors", "Files", "GradREPL", "Weave", "Wording",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ], swiftSettings: settings, linkerSettings: standalone),
        .testTarget(name: "GradTests", dependencies: ["Grad"], swiftSettings: settings),
        .testTarget(name: "CommandTests", dependencies: ["Autodiff", "Processors", "Runtime", "TerminalSupport"], swiftSettings: settings),
        .testTarget(name: "SyntaxTests", dependencies: ["Syntax"], swiftSettings: settings),
        .testTarget(name: "WordingTests", dependencies: ["Wording"], swiftSettings: settings),
        .testTarget(name: "WeaveTests", dependencies: ["Weave", "Runtime", "Syntax", "Wording", "TerminalSupport"], swiftSettings: settings),
        .testTarget(name: "PlotsTests", dependencies: ["Plots", "TerminalSupport"], exclude: ["Snapshots"], swiftSettings: settings),
        .testTarget(name: "TensorsTests", dependencies: ["Tensors", "Kernels", "KernelWidths"], swiftSettings: settings),
        .testTarget(name: "DatasetsTests", dependencies: ["Datasets", "Tensors"], exclude: ["Files"], swiftSettings: settings),
        .testTarget(name: "TrainingTests", dependencies: ["Training", "Tensors"], swiftSettings: settings),
        .testTarget(name: "AutodiffTests", dependencies: ["Autodiff", "Tensors"], exclude: ["Oracles"], swiftSettings: settings),
        .testTarget(
            name: "LanguageTests", dependencies: ["AllocationCounter", "Autodiff", "FuzzSupport", "Runtime", "Syntax", "Tensors", "TerminalSupport", "Training", "Wording"], exclude: ["Cases", "Formulas.txt", "Lessons", "Oracles", "README.md"], swiftSettings: settings),
        .target(name: "GradREPL", dependencies: ["CLibedit", "Files", "Runtime", "Syntax", "Tensors", "Wording"], swiftSettings: settings),
        .target(name: "KernelWidths", dependencies: ["Kernels"], path: "Tests/KernelWidths"),
        .target(name: "AllocationCounter", path: "Tests/AllocationCounter"),
        .target(name: "Processors", path: "Tests/Processors"),
        .target(name: "FuzzSupport", dependencies: ["Datasets", "Runtime", "Syntax", "Tensors"], path: "Tests/Fuzz/Support", swiftSettings: settings),
        .target(name: "TerminalSupport", path: "Tests/Support", swiftSettings: settings),
        .executableTarget(
            name: "EditorHarness", dependencies: ["GradREPL"], path: "Tests/EditorHarness", swiftSettings: settings),
        .testTarget(
            name: "GradREPLTests", dependencies: ["GradREPL", "TerminalSupport", "EditorHarness", "Runtime"],
            swiftSettings: settings),
    ] + fuzzer
)
