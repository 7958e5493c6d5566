import Datasets
import Failures
import Learning
import Model
import Numerics
import Sampling

extension RunConfiguration {
    package var startNoise: NoiseDistribution {
        // Latent vectors start at the reference measure of their prior.
        if objective.kind == .latentPrior { return .gaussian(deviation: 1) }
        return switch chains.noise {
        case .uniform: .uniform(Float(chains.noiseLow)...Float(chains.noiseHigh))
        case .gaussian: .gaussian(deviation: Float(chains.noiseDeviation))
        }
    }

    /// Whether chains, or samples to show of objectives without chains, begin at `startNoise`: not at data, noised rows, or what a generator makes.
    func startsFromNoise(_ profile: ObjectiveProfile) -> Bool {
        guard profile.hasChains else { return objective.kind.parts.isEmpty }
        guard objective.kind.start != nil || objective.kind.hasChainsAnywhere else { return false }
        return chains.start == .noise || (chains.start == .persistent && chains.restartFrom == .noise)
    }

    /// One shard's slice of the replay buffer; nil where chains do not persist.
    package var replayCapacity: Int? {
        hasPersistentChains ? bufferSize / run.shards : nil
    }

    package var hasPersistentChains: Bool {
        objective.kind.start == .persistent || (objective.kind.hasChainsAnywhere && chains.start == .persistent) || keepsPairs
    }

    /// Whether the replay buffer holds chains with the noised rows that they are tethered to.
    package var keepsPairs: Bool { objective.kind == .diffusionCD && objective.estimator == .recovery && objective.keepChains }

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
    package func makeObjective(_ source: DataSource) throws(Failure) -> any Learning.Objective {
        let shape = energyShape(for: source.shape)
        let kernel = kernel(for: shape)
        let limit = kernel.stepLimit(values: run.chainsPerShard * shape.count)
        guard sampler.steps <= limit else {
            throw Failure(
                .configuration,
                "sampler.steps: expected at most \(limit) with run.chainsPerShard = \(run.chainsPerShard) chains of \(shape) (2^33 random "
                    + "numbers for a shard and step), found \(sampler.steps). Use fewer steps, or more and smaller shards.")
        }
        let posteriorLimit = Langevin(stepSize: 1, noise: 1).stepLimit(values: run.chainsPerShard * generator.latent)
        guard objective.kind != .latentPrior || posterior.steps <= posteriorLimit else {
            throw Failure(
                .configuration,
                "posterior.steps: expected at most \(posteriorLimit) with run.chainsPerShard = \(run.chainsPerShard) chains of \(generator.latent) values "
                    + "(2^33 random numbers for a shard and step), found \(posterior.steps). Use fewer steps, or more and smaller shards.")
        }
        try checkDraws(shape)
        let data = try dataStream(source, seed: run.seed)
        let starts = try dataStream(source, seed: run.seed ^ Self.startSeed)
        let condition = try rowCondition(for: source)
        try checkKeptChains(source)
        guard let ladder = noiseLadder else { return makeObjective(kernel, data, starts, condition) }
        let objectives = (0..<ladder.levels).map { objective(at: $0, of: ladder, kernel, data, starts) }
        return NoiseConditional(seed: run.seed, ladder: ladder, objectives: objectives)
    }

    /// Denoising learns the data with the level's noise, and scales its loss by itself. The others diffuse from data with the level's noise to the next level.
    private func objective(
        at level: Int, of ladder: NoiseLadder, _ kernel: any TransitionKernel, _ data: DataStream, _ starts: DataStream
    ) -> any Learning.Objective {
        guard objective.kind != .denoisingScore else {
            let (noise, width) = (ladder.deviations[level], Float(objective.dataDeviation))
            // In units of the preconditioned network the loss is ½ s²/(σ² + s²) |∇f - target|²: with this weight all levels count the same there.
            let weight = (noise * noise + width * width) / (width * width)
            return DenoisingScoreMatching(seed: run.seed, deviation: noise, weight: weight, rowsPerStep: rowsPerStep, data: data)
        }
        var single = self
        single.objective.levels = 1
        single.objective.noise = Double(ladder.variance(from: level).squareRoot())
        let scaled = kernel.scaled(toVariance: ladder.variance(from: level) / ladder.variance(from: 0))
        return single.makeObjective(scaled, data.adding(noise: ladder.deviations[level]), starts)
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
        let (key, count) = objective.kind == .slicedScore ? ("projections", objective.projections) : ("samples", objective.samples)
        let limit = RandomStream.drawLimit / RandomStream.draws(for: run.chainsPerShard * shape.count)
        guard count <= limit else {
            throw Failure(
                .configuration,
                "objective.\(key): expected at most \(limit) with run.chainsPerShard = \(run.chainsPerShard) rows of \(shape) (2^33 random "
                    + "numbers for a shard and step), found \(count). Use fewer, or more and smaller shards.")
        }
    }

    /// The noise levels of an energy that is told them; nil for one energy.
    package var noiseLadder: NoiseLadder? {
        guard objective.levels > 1 else { return nil }
        return NoiseLadder(levels: objective.levels, low: Float(objective.lowNoise), high: Float(objective.noise))
    }

    /// How the energy is scaled by the noise that it is told; nil for one energy, and where floats do not reach.
    package var preconditioning: NoisePreconditioning? { noiseLadder?.preconditioning(data: Float(objective.dataDeviation)) }

    /// How samples are drawn for pictures where the objective has no chains.
    package func freshChains(for shape: ImageShape) -> @Sendable (ShardState, ShardWorker, Int) -> Void {
        makeFreshChains(kernel(for: energyShape(for: shape)))
    }

    private func makeFreshChains(_ kernel: some TransitionKernel) -> @Sendable (ShardState, ShardWorker, Int) -> Void {
        let chains = FreshChains(
            seed: run.seed, kernel: kernel, steps: sampler.steps, noise: startNoise, ladder: noiseLadder,
            decodes: objective.kind == .latentPrior)
        return { chains.fill($0, worker: $1, step: $2) }
    }

    private func makeObjective(
        _ kernel: some TransitionKernel, _ data: DataStream, _ starts: DataStream, _ condition: RowCondition? = nil
    ) -> any Learning.Objective {
        let seed = run.seed
        switch objective.kind {
        case .cd, .pcd, .shortRun: return maximumLikelihood(kernel, data: data, starts: starts)
        case .energyDiscrepancy: return energyDiscrepancy(data)
        case .diffusionCD: return diffusion(kernel, data, starts)
        case .wassersteinFlow: return wassersteinFlow(kernel, data: data, starts: starts)
        case .denoisingScore:
            return DenoisingScoreMatching(seed: seed, deviation: Float(objective.noise), rowsPerStep: rowsPerStep, data: data)
        case .slicedScore, .exactScore:
            return SlicedScoreMatching(
                seed: seed, directions: objective.kind == .exactScore ? .axes : .random(objective.projections), dimension: data.shape.count,
                rowsPerStep: rowsPerStep, data: data)
        case .variationalTeaching:
            return VariationalTeaching(
                seed: seed, kernel: kernel, steps: sampler.steps, box: samplerBox, divergenceWeight: Float(objective.divergenceWeight),
                rowsPerStep: rowsPerStep, data: data, condition: condition)
        case .autoencoder:
            return VariationalAutoencoder(
                seed: seed, divergenceWeight: Float(objective.divergenceWeight), rowsPerStep: rowsPerStep, data: data, condition: condition)
        case .latentPrior: return latentPrior(kernel, data)
        case .nce:
            let noise = DiagonalGaussian(of: starts, rows: Self.rowsForMoments, floor: 1e-3)
            return NoiseContrastiveEstimation(seed: seed, noise: noise, rowsPerStep: rowsPerStep, data: data)
        }
    }

    /// Rows from which the noise of noise-contrastive estimation takes its moments.
    private static let rowsForMoments = 10_000

    private func energyDiscrepancy(_ data: DataStream) -> EnergyDiscrepancy {
        EnergyDiscrepancy(
            seed: run.seed, deviation: Float(objective.noise), samples: objective.samples, stabilisation: Float(objective.stabilisation),
            rowsPerStep: rowsPerStep, data: data)
    }

    package var latentPosterior: LatentPosterior {
        LatentPosterior(
            steps: posterior.steps, stepSize: Float(posterior.stepSize), deviation: Float(objective.decoderDeviation))
    }

    private func latentPrior<Kernel: TransitionKernel>(_ kernel: Kernel, _ data: DataStream) -> any Learning.Objective {
        let estimator: LatentPrior<Kernel>.Estimator =
            switch objective.prior {
            case .discrepancy: .discrepancy(energyDiscrepancy(data))
            case .chains: .chains(kernel, steps: sampler.steps)
            }
        return LatentPrior(
            seed: run.seed, posterior: latentPosterior, estimator: estimator, rowsPerStep: rowsPerStep,
            data: posterior.keepChains ? data.dealt() : data)
    }

    private func diffusion(_ kernel: some TransitionKernel, _ data: DataStream, _ starts: DataStream) -> any Learning.Objective {
        switch objective.estimator {
        case .importance: energyDiscrepancy(data)
        case .oneStep:
            OneStepDiffusion(
                seed: run.seed, form: objective.diffusion == .varianceExploding ? .varianceExploding : .variancePreserving,
                trace: objective.trace == .hutchinson ? .hutchinson : .stein, bracketAtData: objective.bracket == .data,
                deviation: Float(objective.noise), rowsPerStep: rowsPerStep, data: data)
        case .recovery: recovery(kernel, data, starts)
        }
    }

    private func recovery(_ kernel: some TransitionKernel, _ data: DataStream, _ starts: DataStream) -> any Learning.Objective {
        RecoveryDiffusion(
            seed: run.seed, kernel: kernel, steps: sampler.steps, deviation: Float(objective.noise), box: samplerBox,
            rowsPerStep: rowsPerStep, data: data, starts: keepsPairs ? starts : nil)
    }

    private var chainStart: ChainStart {
        switch chains.start {
        case .data: .data
        case .persistent: .persistent(restartFrom: chains.restartFrom == .noise ? .noise : .data)
        case .noise: .noise
        }
    }

    private func wassersteinFlow(_ kernel: some TransitionKernel, data: DataStream, starts: DataStream) -> any Learning.Objective {
        WassersteinFlow(
            base: maximumLikelihood(kernel, data: data, starts: starts),
            form: objective.flow == .proximal ? .proximal(updates: objective.innerSteps) : .explicit, penalty: Float(objective.penalty))
    }

    private func maximumLikelihood<Kernel: TransitionKernel>(
        _ kernel: Kernel, data: DataStream, starts: DataStream
    ) -> ContrastiveDivergence<Kernel> {
        ContrastiveDivergence(
            seed: run.seed, kernel: kernel, steps: sampler.steps, start: chainStart, noise: startNoise,
            noiseSpread: Float(chains.noiseSpread), box: samplerBox,
            energyRegularization: Float(objective.energyRegularization), rowsPerStep: rowsPerStep,
            negativesPerStep: negativesPerStep, ladder: ladder, lastStep: lastStepTerms, data: data, starts: starts)
    }

    private var lastStepTerms: LastStepTerms? {
        guard objective.lastStep > 0 || objective.entropy > 0 else { return nil }
        return LastStepTerms(
            stepSize: Float(sampler.stepSize), energyWeight: Float(objective.lastStep), entropyWeight: Float(objective.entropy),
            box: samplerBox, negativesPerStep: negativesPerStep)
    }
}
