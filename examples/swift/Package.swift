// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "train-rings",
    dependencies: [.package(name: "ebm-dist", path: "../..")],
    targets: [
        .executableTarget(name: "train-rings", dependencies: [.product(name: "EnergyModels", package: "ebm-dist")])
    ])
