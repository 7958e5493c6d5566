import Configuration
import Distributed
import Formats
import Foundation
import Learning
import Measures
import Model
import Numerics
import Sampling
import TestSupport
import Testing
import Training

/// Every configuration of `configs/` trains, at small size, and its chains can move.
struct ReadyConfigurationTests {
    /// Data of the shapes that configurations name: CIFAR-10, MNIST and Fashion-MNIST with classes, and images to learn from.
    private final class MadeUpData: Sendable {
        static let shared = MadeUpData()
        private let folder = ScratchFolder()
        private static let rows = 16

        private init() {
            var numbers = SplitMix64(state: 1)
            func write(_ name: String, _ bytes: [UInt8]) {
                let file = URL(filePath: "\(folder.path)/\(name)")
                try? FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
                try? Data(bytes).write(to: file)
            }
            func pixels(_ count: Int) -> [UInt8] { (0..<count).map { _ in UInt8(numbers.next(below: 256)) } }
            let images = pixels(Self.rows * 28 * 28)
            for name in ["mnist", "fashion-mnist"] {
                write("\(name)/train-images-idx3-ubyte", [0, 0, 8, 3, 0, 0, 0, UInt8(Self.rows), 0, 0, 0, 28, 0, 0, 0, 28] + images)
                write("\(name)/train-labels-idx1-ubyte", [0, 0, 8, 1, 0, 0, 0, UInt8(Self.rows)] + (0..<UInt8(Self.rows)).map { $0 % 10 })
            }
            write("cifar10/data_batch_1.bin", (0..<UInt8(Self.rows)).flatMap { [$0 % 10] + pixels(3072) })
            write("fashion-edges.npy", NPY.encode(NumericArray(shape: [Self.rows, 28, 28], .uint8(images))))
        }

        /// A source under the name that configurations have for it: `data/NAME`.
        func path(_ source: String) -> String { source.hasPrefix("data/") ? "\(folder.path)/\(source.dropFirst(5))" : source }
    }

    /// A configuration with few and short chains, small convolutions and made-up data.
    private static func small(_ file: ReadyConfiguration, _ arguments: [String] = []) throws -> (RunConfiguration, steps: Int) {
        _ = OneThreadPerProduct.once
        var configuration = try RunConfiguration.resolve(file: file.bytes, name: file.name, arguments: arguments)
        let steps = configuration.sampler.steps
        configuration.run.shards = 2
        configuration.run.chainsPerShard = 2
        configuration.run.steps = 3
        configuration.run.threads = 1
        configuration.sampler.steps = min(steps, 4)
        configuration.posterior.steps = 2
        if configuration.objective.sharpenAfter > 0 {
            (configuration.objective.sharpenAfter, configuration.objective.sharpenSteps) = (1, 3)
        }
        if configuration.hasPersistentChains { configuration.chains.buffer = 8 }
        configuration.model.channels = configuration.model.channels.map { min($0, 4) }
        configuration.model.groups = min(configuration.model.groups, 2)
        configuration.data.source = MadeUpData.shared.path(configuration.data.source)
        configuration.condition.source = configuration.condition.source.map { MadeUpData.shared.path($0) }
        configuration.report.every = 1
        configuration.samples.every = 0
        configuration.evaluate.every = 0
        try configuration.validate()
        return (configuration, steps)
    }

    /// The deviation of the values that the energy learns: latent vectors have 1.
    private static func deviation(_ plan: RunPlan) -> Double { plan.networks.isLatent ? 1 : plan.scale?.data.deviation ?? 1 }

    /// E(x) = slope · Σ x.
    private struct Slope: Potential {
        let slope: Float
        let dimension: Int

        func evaluate(_ x: Matrix, energies: Matrix, gradient: Matrix) {
            for row in 0..<x.rows { energies[row, 0] = slope * x.rows(row..<row + 1).values.reduce(0, +) }
            gradient.fill(slope)
        }
    }

    /// How far an energy that is as steep as it likes moves chains in their life.
    private static func reach(_ configuration: RunConfiguration, steps: Int, _ shape: ImageShape) -> Double {
        let kernel = configuration.kernel(for: shape, in: nil, steps: steps)
        let restart = configuration.chains.restartProbability
        let life = configuration.hasPersistentChains ? 1 / max(restart, 1e-3) : 1
        let distances = (-8...8).map { exponent -> Double in
            let potential = Slope(slope: Float(pow(10, Double(exponent))), dimension: 4 * shape.channels)
            let buffers = ChainBuffers(chains: 4, dimension: potential.dimension, scratch: kernel.scratchTiles)
            buffers.positions.fill(Float(configuration.sampler.high ?? 0))
            let noise = ChainNoise(seed: 1, motion: .sampling, decisions: .samplingDecision, step: 0, index: 0)
            func run(_ kernel: some TransitionKernel) { kernel.run(buffers, steps: steps, noise: noise, in: potential) }
            run(kernel)
            let ends = buffers.positions.values.map(Double.init)
            return Double(configuration.sampler.high ?? 0) - ends.reduce(0, +) / Double(ends.count)
        }
        return life * (distances.filter(\.isFinite).max() ?? 0)
    }

    @Test(arguments: ReadyConfiguration.all) func `a ready configuration trains, and its chains move`(file: ReadyConfiguration) throws {
        let (configuration, steps) = try Self.small(file)
        let folder = ScratchFolder()
        let plan = try RunPlan(configuration, SoloCommunicator())
        let first = plan.initialState(ofRank: 0).parameters
        try TrainingRun(configuration: configuration, folder: folder.run(), isQuiet: true).run(SoloCommunicator())
        let reports = try folder.run().reports()
        #expect(reports.count == 3 && reports.allSatisfy { $0.skipped == 0 && $0.gradientNorm > 0 && $0.gradientNorm.isFinite })
        let scale = Self.deviation(plan)
        // Noise alone goes with the root of the steps. Configurations whose chains begin near their ends have the least: 1 % of the data's deviation.
        if let displacement = reports.last?.measures["displacement"] {
            let values = Double(plan.networks.energy.inputShape.count)
            let way = displacement / values.squareRoot() * (Double(steps) / Double(configuration.sampler.steps)).squareRoot()
            #expect(way > 0.005 * scale, "\(way) of \(scale)")
        }
        #expect(first.isFinite && first.count == plan.networks.layout.count)
        // An energy is free to be steep: where chains may be as fast as it asks, or live long enough, they come from anywhere to the data.
        let reach = Self.reach(configuration, steps: steps, plan.networks.energy.inputShape)
        #expect(reach > scale, "\(reach) of \(scale)")
    }

    @Test func `chains that a threshold holds where they are do not pass for moving ones`() throws {
        let file = try #require(ReadyConfiguration.all.first { $0.name == "cifar-stanley" })
        // What the source's numbers are with the form of its text: 100 steps of 1e-4 at most.
        let (configuration, steps) = try Self.small(file, ["sampler.preset=text", "sampler.threshold=2e-4"])
        let plan = try RunPlan(configuration, SoloCommunicator())
        #expect(Self.reach(configuration, steps: steps, plan.networks.energy.inputShape) < 0.1 * Self.deviation(plan))
    }
}
