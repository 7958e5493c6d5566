import Datasets
import Learning
import Model
import Numerics
import Sampling

/// Objectives of which several declarations are made, or whose parts take more than a line.
extension ObjectiveParts {
    /// The sampler of a training step.
    private func sampler<Kernel: TransitionKernel>(_ kernel: Kernel) -> StepSampler<Kernel> {
        StepSampler(seed: seed, kernel: kernel, steps: configuration.sampler.steps, box: configuration.samplerBox)
    }

    /// Chains that stay in a replay buffer, each with its condition; nil where they do not persist.
    private func persistentChains(from fresh: FreshStates) -> PersistentChains? {
        configuration.chainStorage.map { storage in
            var storage = storage
            storage.conditionCount = starts.condition?.count ?? 0
            return PersistentChains(seed: seed, storage: storage, fresh: fresh, given: starts.condition == nil ? nil : starts)
        }
    }

    private func start<Kernel: TransitionKernel>() -> ContrastiveDivergence<Kernel>.Start {
        let noise = StartNoise(configuration.startNoise(in: data.data.space), spread: Float(configuration.chains.noiseSpread))
        let fresh: FreshStates = configuration.chains.restartFrom == .noise ? .noise(noise) : .rows(starts.data, noise: 0)
        if let chains = persistentChains(from: fresh) { return .persistent(chains) }
        return configuration.chainStart == .data ? .data : .noise(noise)
    }

    func maximumLikelihood<Kernel: TransitionKernel>(_ kernel: Kernel) -> ContrastiveDivergence<Kernel> {
        ContrastiveDivergence(
            sampler(kernel), from: start(), energyRegularization: Float(keys.energyRegularization), rowsPerStep: rowsPerStep,
            negativesPerStep: configuration.negativesPerStep, lastStep: configuration.lastStepTerms, data: data)
    }

    func likelihood(_ kernel: some TransitionKernel) -> any Objective { maximumLikelihood(kernel) }

    func sampling(_ kernel: some TransitionKernel) -> any Objective { EnergySampling(base: maximumLikelihood(kernel)) }

    func wassersteinFlow(_ kernel: some TransitionKernel) -> any Objective {
        WassersteinFlow(
            base: maximumLikelihood(kernel), form: keys.flow == .proximal ? .proximal(updates: keys.innerSteps) : .explicit,
            penalty: Float(keys.penalty),
            time: kernel.diffusion.map { _ in Double(configuration.sampler.steps) * configuration.sampler.stepSize })
    }

    var energyDiscrepancy: EnergyDiscrepancy {
        EnergyDiscrepancy(
            seed: seed, deviation: Float(keys.noise), siteTime: keys.siteTime, samples: keys.samples,
            stabilization: Float(keys.stabilization), rowsPerStep: rowsPerStep, data: data)
    }

    func diffusion(_ kernel: some TransitionKernel) -> any Objective {
        switch keys.estimator {
        case .importance: energyDiscrepancy
        case .oneStep:
            OneStepDiffusion(
                seed: seed, form: keys.diffusion, trace: keys.trace, bracket: keys.bracket, deviation: Float(keys.noise),
                rowsPerStep: rowsPerStep, data: data)
        case .recovery:
            RecoveryDiffusion(
                sampler(kernel), deviation: Float(keys.noise), rowsPerStep: rowsPerStep, data: data, sharedDeviation: sharedDeviation,
                proposal: proposal, pairs: persistentChains(from: .rows(starts.data, noise: Float(keys.noise))))
        }
    }

    func denoising(deviation: Float) -> any Objective {
        DenoisingScoreMatching(seed: seed, deviation: deviation, rowsPerStep: rowsPerStep, data: data)
    }

    func scoreMatching(_ directions: SlicedScoreMatching.Directions) -> any Objective {
        SlicedScoreMatching(seed: seed, directions: directions, dimension: data.data.shape.count, rowsPerStep: rowsPerStep, data: data)
    }

    func teaching(_ kernel: some TransitionKernel) -> any Objective {
        VariationalTeaching(
            sampler(kernel), divergenceWeight: Float(keys.divergenceWeight), rowsPerStep: rowsPerStep, data: data)
    }

    var autoencoder: any Objective {
        VariationalAutoencoder(
            seed: seed, divergenceWeight: Float(keys.divergenceWeight), rowsPerStep: rowsPerStep, data: data)
    }

    func latentPrior<Kernel: TransitionKernel>(_ kernel: Kernel) -> any Objective {
        let estimator: LatentPrior<Kernel>.Estimator =
            switch keys.prior {
            case .discrepancy: .discrepancy(energyDiscrepancy)
            case .chains: .chains(sampler(kernel))
            }
        return LatentPrior(
            seed: seed, posterior: configuration.latentPosterior, estimator: estimator, rowsPerStep: rowsPerStep, data: data.data,
            keepsChains: configuration.posterior.keepChains)
    }
}

/// Energy matching.
extension ObjectiveParts {
    var energyMatching: any Objective {
        let flow = MatchingFlow(
            seed: seed, start: configuration.startNoise(in: data.data.space), pairing: keys.pairing, temperature: Float(keys.temperature),
            onset: Float(keys.flowEnd), deviation: Float(keys.flowNoise), rowsPerStep: rowsPerStep, data: data)
        return EnergyMatching(flow: flow, sharpening: keys.sharpenAfter > 0 ? sharpening : nil)
    }

    private var sharpening: Sharpening {
        let schedule = FlowSchedule(onset: keys.flowEnd, timeStep: keys.sharpenStepSize)
        let kernel = FlowLangevin(
            stepSize: Float(keys.sharpenStepSize * keys.temperature), schedule: schedule, runLength: keys.sharpenSteps,
            box: configuration.samplerBox)
        let fresh = FreshStates.halves(starts.data, StartNoise(configuration.startNoise(in: data.data.space)))
        let start: Sharpening.Start =
            if let chains = persistentChains(from: fresh) {
                .persistent(chains)
            } else {
                .fresh(fresh, dataAge: keys.sharpenWarm ? Int32(schedule.length) : 0)
            }
        return Sharpening(
            StepSampler(seed: seed, kernel: kernel, steps: keys.sharpenSteps, box: configuration.samplerBox), from: start,
            temperature: Float(keys.temperature), weight: Float(keys.sharpenWeight), bound: Float(keys.sharpenBound),
            trimmed: Float(keys.sharpenTrim), rowsPerStep: rowsPerStep, positives: starts, firstStep: keys.sharpenAfter)
    }
}

extension RunConfiguration {
    /// What draws samples along the schedule, by the method of `sampler.kind` in steps of the time `sampler.stepSize`.
    func flowKernel(steps: Int) -> FlowLangevin {
        FlowLangevin(
            stepSize: Float(sampler.stepSize * objective.temperature),
            schedule: FlowSchedule(onset: objective.flowEnd, timeStep: sampler.stepSize), form: sampler.kind == .heun ? .heun : .euler,
            runLength: steps, box: samplerBox)
    }
}

/// On a noise ladder.
extension ObjectiveParts {
    /// Denoising on all levels.
    func denoising(on ladder: NoiseLadder) -> any Objective {
        let width = Float(keys.dataDeviation)
        switch keys.tie {
        case .none:
            return onEach(ladder, weights: ladder.preconditionedWeights(data: width)) { denoising(deviation: ladder.deviations[$0]) }
        case .classification:
            return LevelClassification(
                seed: seed, ladder: ladder, tieWeight: Float(keys.tieWeight),
                window: keys.tieLevels ?? ladder.levels, rowsPerStep: rowsPerStep, data: data)
        case .dual:
            guard let noise = ladder.preconditioning(data: width) else {
                preconditionFailure("a ladder that was checked has no preconditioning")
            }
            return DualScoreMatching(seed: seed, noise: noise, rowsPerStep: rowsPerStep, data: data)
        }
    }

    /// Diffusions from each level to the next.
    func diffusing(on ladder: NoiseLadder) -> any Objective {
        let weights =
            switch keys.levelWeight {
            case .equal: ladder.equalWeights
            case .inverseVariance: ladder.inverseVarianceWeights
            }
        return onEach(ladder, weights: weights) { diffusing(from: $0, of: ladder) }
    }

    /// An objective of its own for each level.
    /// - Parameter weights: what the loss of each counts.
    private func onEach(_ ladder: NoiseLadder, weights: [Float], _ make: (_ level: Int) -> any Objective) -> any Objective {
        make(0).onLevels(of: ladder, seed: seed, (1..<ladder.levels).map(make), weights: weights)
    }

    /// The objective that diffuses from data with the level's noise to the next level.
    private func diffusing(from level: Int, of ladder: NoiseLadder) -> any Objective {
        var parts = self
        parts.proposal = configuration.proposalScalings?[level]
        parts.configuration.objective.levels = 1
        parts.configuration.objective.noise = Double(ladder.variance(from: level).squareRoot())
        parts.kernel = kernel.scaled(toVariance: ladder.variance(from: level) / ladder.variance(from: 0))
        if keys.sharedNoise {
            parts.sharedDeviation = ladder.deviations[level]
        } else {
            parts.data = data.adding(noise: ladder.deviations[level])
        }
        return keys.kind.make(parts)
    }
}
