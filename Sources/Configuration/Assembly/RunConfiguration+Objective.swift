import Datasets
import Failures
import Formats
import Learning
import Model
import Numerics
import Sampling

extension RunConfiguration {
    /// What chains start from.
    /// - Parameter space: what the coordinates of their states are; nil: real numbers.
    package func startNoise(in space: RowSpace?) -> NoiseDistribution {
        if let noise = objective.kind.startNoise { return noise }
        let ofNumbers: NoiseDistribution =
            switch chains.noise {
            case .uniform: .uniform(Float(chains.noiseLow)...Float(chains.noiseHigh))
            case .gaussian: .gaussian(deviation: Float(chains.noiseDeviation))
            }
        guard sampler.kind.movesSites, let space else { return ofNumbers }
        return .onSites(space.sites.map(\.site), besides: ofNumbers)
    }

    /// Whether chains, or samples to show of objectives without chains, begin at `startNoise`: not at data, noised rows, or what a generator makes.
    package func startsFromNoise(_ profile: ObjectiveProfile) -> Bool {
        guard profile.hasChains else { return objective.kind.model.networks.isEmpty }
        guard objective.kind.trainsByChainsAlone else { return false }
        return chainStart == .noise || (chainStart == .persistent && chains.restartFrom == .noise)
    }

    /// One shard's slice of the replay buffer; nil where chains do not persist.
    package var replayCapacity: Int? {
        hasPersistentChains ? bufferSize / run.shards : nil
    }

    /// Whether chains stay in a replay buffer between steps.
    package var hasPersistentChains: Bool { objective.kind.keepsChains.map(meets) ?? false }

    /// Whether the replay buffer holds chains with the noised rows that they are tethered to.
    package var keepsPairs: Bool { hasPersistentChains && objective.kind.keepsPairs }

    /// How a shard stores its chains; nil where they do not persist.
    package var chainStorage: ChainStorage? {
        replayCapacity.map { ChainStorage(capacity: $0, options: replayOptions, ladder: ladder, hasCentres: keepsPairs) }
    }

    package var replayOptions: ReplayOptions {
        ReplayOptions(
            storage: ReplayOptions.Storage(chains.storage, range: byteRange), replacement: chains.replacement,
            restartProbability: Float(chains.restartProbability))
    }

    /// The range of a byte buffer: the sampler's box, else the range of the data.
    private var byteRange: ClosedRange<Float> {
        Float(sampler.low ?? data.low)...Float(sampler.high ?? data.high)
    }

    /// Tells the data rows that chains start from apart from those that are learned from.
    private static let startSeed: UInt64 = 0x5374_6172_7473_0001

    /// The objective of the `objective` group over a data source.
    /// - Throws: `.configuration` when the data cannot be prepared as asked, or a step needs more random numbers than a stream has.
    package func makeObjective(_ source: DataSource) throws(Failure) -> any Learning.Objective {
        let shape = energyShape(for: source.shape)
        let data = try learnedRows(source)
        let kernel = kernel(for: shape, in: data.data.space)
        let limit = kernel.stepLimit(values: run.chainsPerShard * shape.count)
        guard sampler.steps <= limit else {
            throw Failure(
                .configuration,
                "sampler.steps: expected at most \(limit) with run.chainsPerShard = \(run.chainsPerShard) chains of \(shape) (2^33 random "
                    + "numbers for a shard and step), found \(sampler.steps). Use fewer steps, or more and smaller shards.")
        }
        let posteriorLimit = Langevin(stepSize: 1, noise: 1).stepLimit(values: run.chainsPerShard * generator.latent)
        guard objective.kind.model.energy != .ofLatents || posterior.steps <= posteriorLimit else {
            throw Failure(
                .configuration,
                "posterior.steps: expected at most \(posteriorLimit) with run.chainsPerShard = \(run.chainsPerShard) chains of \(generator.latent) values "
                    + "(2^33 random numbers for a shard and step), found \(posterior.steps). Use fewer steps, or more and smaller shards.")
        }
        try checkDraws(shape)
        try checkSites(source, data.data, kernel)
        let starts = try learnedRows(source, seed: run.seed ^ Self.startSeed)
        try checkKeptChains(source)
        let parts = ObjectiveParts(configuration: self, kernel: kernel, data: data, starts: starts)
        guard let ladder = noiseLadder, let onLadder = objective.kind.onLadder else { return objective.kind.make(parts) }
        return onLadder(parts, ladder)
    }

    /// Every shard needs rows of its own, and starts for all their chains.
    private func checkKeptChains(_ source: DataSource) throws(Failure) {
        guard posterior.keepChains else { return }
        let rows = source.dataset?.count ?? 0
        guard rows >= run.shards else {
            throw Failure(
                .configuration,
                "posterior.keepChains: expected rows of data to keep chains of, at least one for each of \(run.shards) shards, found "
                    + (source.dataset == nil ? "the density \(source.name)" : "\(rows)"))
        }
        let most = RandomStream.drawLimit / generator.latent - 64
        guard DataStream.mostOwnRows(rows, shards: run.shards) <= most else {
            throw Failure(
                .configuration,
                "posterior.keepChains: expected at most \(most) rows a shard with generator.latent = \(generator.latent) (2^33 random numbers), found "
                    + "\(DataStream.mostOwnRows(rows, shards: run.shards)). Use more shards.")
        }
    }

    /// A stream of random numbers has 2^33.
    private func checkDraws(_ shape: ImageShape) throws(Failure) {
        guard let key = objective.kind.vectorsPerRow, case .integer(let count) = self[key] else { return }
        let limit = RandomStream.drawLimit / RandomStream.draws(for: run.chainsPerShard * shape.count)
        guard count <= limit else {
            throw Failure(
                .configuration,
                "\(key): expected at most \(limit) with run.chainsPerShard = \(run.chainsPerShard) rows of \(shape) (2^33 random "
                    + "numbers for a shard and step), found \(count). Use fewer, or more and smaller shards.")
        }
    }

    /// The noise levels of an energy that has them as its condition; nil for one energy.
    package var noiseLadder: NoiseLadder? {
        guard objective.levels > 1 else { return nil }
        return NoiseLadder(levels: objective.levels, low: Float(objective.lowNoise), high: Float(objective.noise))
    }

    /// How the energy is scaled by the noise of its level; nil for one energy, and where floats do not reach.
    package var preconditioning: NoisePreconditioning? {
        noiseLadder?.preconditioning(data: Float(objective.dataDeviation), isNormalized: objective.tiesLevels)
    }

    /// How what proposes starts is scaled on each level; nil where nothing proposes any.
    package var proposalScalings: [ProposalScaling]? {
        guard uses("objective.proposal"), objective.proposal else { return nil }
        return noiseLadder?.proposals(data: Float(objective.dataDeviation), noise: Float(proposal.noise))
    }

    /// How samples are drawn for pictures where the objective has no chains: the run's sampler, from noise.
    package func freshChains(for rows: RowPreparation) -> ChainRun {
        let space = space(of: rows)
        return ChainRun(
            kernel: kernel(for: energyShape(for: rows.shape), in: space), steps: sampler.steps,
            start: .noise(startNoise(in: space), .samplingStart),
            numbers: ChainRun.Numbers(seed: run.seed, motion: .sampling, decisions: .samplingDecision), ladder: noiseLadder,
            proposals: proposalScalings, guidance: Float(condition.guidance), space: space)
    }

    package var latentPosterior: LatentPosterior {
        LatentPosterior(
            steps: posterior.steps, stepSize: Float(posterior.stepSize), deviation: Float(objective.decoderDeviation))
    }

    /// Where chains start, for objectives with free chains of the energy.
    var chainStart: ChainStart.Place { objective.kind.ownStart ?? chains.start ?? .persistent }

    var lastStepTerms: LastStepTerms? {
        guard objective.lastStep > 0 || objective.entropy > 0 else { return nil }
        return LastStepTerms(
            stepSize: Float(sampler.stepSize), energyWeight: Float(objective.lastStep), entropyWeight: Float(objective.entropy),
            box: samplerBox, negativesPerStep: negativesPerStep)
    }
}
