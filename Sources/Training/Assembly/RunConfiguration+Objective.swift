import Datasets
import Failures
import Numerics
import Sampling

extension RunConfiguration {
    /// The transition kernel of the `sampler` group.
    package var kernel: any TransitionKernel {
        switch sampler.kind {
        case .langevin: langevin
        }
    }

    package var langevin: Langevin {
        let stepSize = Float(sampler.stepSize)
        return Langevin(
            stepSize: stepSize,
            noise: sampler.noise.map { Float($0) } ?? Langevin.properNoise(stepSize: stepSize, temperature: Float(sampler.temperature)),
            gradientClip: sampler.gradientClip.map { Float($0) }, noiseFirst: sampler.noiseFirst, box: samplerBox)
    }

    package var samplerBox: ClosedRange<Float>? {
        guard sampler.low != nil || sampler.high != nil else { return nil }
        return Float(sampler.low ?? -.infinity)...Float(sampler.high ?? .infinity)
    }

    package var startNoise: NoiseDistribution {
        switch chains.noise {
        case .uniform: .uniform(Float(chains.noiseLow)...Float(chains.noiseHigh))
        case .gaussian: .gaussian(deviation: Float(chains.noiseDeviation))
        }
    }

    /// One shard's slice of the replay buffer; nil where chains do not persist.
    package var replayCapacity: Int? {
        objective.kind == .pcd ? bufferSize / run.shards : nil
    }

    package var replayOptions: ReplayOptions {
        ReplayOptions(
            storage: chains.storage == .float ? .float : .byte(byteRange),
            replacement: chains.replacement == .inPlace ? .inPlace : .reservoir, restartProbability: Float(chains.restartProbability))
    }

    /// The range of a byte buffer: the sampler's box, else the range of the data.
    private var byteRange: ClosedRange<Float> {
        Float(sampler.low ?? data.low)...Float(sampler.high ?? data.high)
    }

    /// Tells the data rows that chains start from apart from those that are learned from.
    private static let startSeed: UInt64 = 0x5374_6172_7473_0001

    /// The objective of the `objective` group over a data source.
    /// - Throws: `.configuration` when the data cannot be prepared as asked, or a step needs more random numbers than a stream has.
    package func makeObjective(_ source: DataSource) throws(Failure) -> any Training.Objective {
        let limit = kernel.stepLimit(values: run.chainsPerShard * source.shape.count)
        guard sampler.steps <= limit else {
            throw Failure(
                .configuration,
                "sampler.steps: expected at most \(limit) with run.chainsPerShard = \(run.chainsPerShard) chains of \(source.shape) (2^33 random "
                    + "numbers for a shard and step), found \(sampler.steps). Use fewer steps, or more and smaller shards.")
        }
        let origin: ChainStart.Origin = chains.restartFrom == .noise ? .noise : .data
        let start: ChainStart =
            switch objective.kind {
            case .cd: .data
            case .pcd: .persistent(restartFrom: origin)
            case .shortRun: .noise
            }
        return contrastiveDivergence(
            kernel, start: start, data: try dataStream(source, seed: run.seed),
            starts: try dataStream(source, seed: run.seed ^ Self.startSeed))
    }

    private func contrastiveDivergence(
        _ kernel: some TransitionKernel, start: ChainStart, data: DataStream, starts: DataStream
    ) -> any Training.Objective {
        ContrastiveDivergence(
            seed: run.seed, kernel: kernel, steps: sampler.steps, start: start, noise: startNoise,
            noiseSpread: Float(chains.noiseSpread), box: samplerBox,
            energyRegularization: Float(objective.energyRegularization), rowsPerStep: rowsPerStep,
            negativesPerStep: negativesPerStep, ladder: ladder, data: data, starts: starts)
    }
}
