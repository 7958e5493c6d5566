import Datasets
import Learning
import Model
import Numerics
import Sampling

/// Objectives of which several declarations are made, or whose parts take more than a line.
extension ObjectiveParts {
    func maximumLikelihood<Kernel: TransitionKernel>(_ kernel: Kernel) -> ContrastiveDivergence<Kernel> {
        ContrastiveDivergence(
            seed: seed, kernel: kernel, steps: configuration.sampler.steps, start: configuration.chainStart,
            noise: configuration.startNoise, noiseSpread: Float(configuration.chains.noiseSpread), box: configuration.samplerBox,
            energyRegularization: Float(keys.energyRegularization), rowsPerStep: rowsPerStep,
            negativesPerStep: configuration.negativesPerStep, ladder: configuration.ladder, lastStep: configuration.lastStepTerms,
            data: data, starts: starts)
    }

    func likelihood(_ kernel: some TransitionKernel) -> any Objective { maximumLikelihood(kernel) }

    func wassersteinFlow(_ kernel: some TransitionKernel) -> any Objective {
        WassersteinFlow(
            base: maximumLikelihood(kernel), form: keys.flow == .proximal ? .proximal(updates: keys.innerSteps) : .explicit,
            penalty: Float(keys.penalty))
    }

    var energyDiscrepancy: EnergyDiscrepancy {
        EnergyDiscrepancy(
            seed: seed, deviation: Float(keys.noise), samples: keys.samples, stabilization: Float(keys.stabilization),
            rowsPerStep: rowsPerStep, data: data)
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
                seed: seed, kernel: kernel, steps: configuration.sampler.steps, deviation: Float(keys.noise),
                box: configuration.samplerBox, rowsPerStep: rowsPerStep, data: data, starts: configuration.keepsPairs ? starts : nil)
        }
    }

    func denoising(deviation: Float) -> any Objective {
        DenoisingScoreMatching(seed: seed, deviation: deviation, rowsPerStep: rowsPerStep, data: data)
    }

    func scoreMatching(_ directions: SlicedScoreMatching.Directions) -> any Objective {
        SlicedScoreMatching(seed: seed, directions: directions, dimension: data.shape.count, rowsPerStep: rowsPerStep, data: data)
    }

    func teaching(_ kernel: some TransitionKernel) -> any Objective {
        VariationalTeaching(
            seed: seed, kernel: kernel, steps: configuration.sampler.steps, box: configuration.samplerBox,
            divergenceWeight: Float(keys.divergenceWeight), rowsPerStep: rowsPerStep, data: data, condition: condition)
    }

    var autoencoder: any Objective {
        VariationalAutoencoder(
            seed: seed, divergenceWeight: Float(keys.divergenceWeight), rowsPerStep: rowsPerStep, data: data, condition: condition)
    }

    func latentPrior<Kernel: TransitionKernel>(_ kernel: Kernel) -> any Objective {
        let estimator: LatentPrior<Kernel>.Estimator =
            switch keys.prior {
            case .discrepancy: .discrepancy(energyDiscrepancy)
            case .chains: .chains(kernel, steps: configuration.sampler.steps)
            }
        return LatentPrior(
            seed: seed, posterior: configuration.latentPosterior, estimator: estimator, rowsPerStep: rowsPerStep,
            data: configuration.posterior.keepChains ? data.dealt() : data)
    }
}

/// At a level of a noise ladder.
extension ObjectiveParts {
    /// The objective that diffuses from data with the level's noise to the next level.
    func diffusing(from level: Int, of ladder: NoiseLadder) -> any Objective {
        var parts = self
        parts.configuration.objective.levels = 1
        parts.configuration.objective.noise = Double(ladder.variance(from: level).squareRoot())
        parts.kernel = kernel.scaled(toVariance: ladder.variance(from: level) / ladder.variance(from: 0))
        parts.data = data.adding(noise: ladder.deviations[level])
        return keys.kind.make(parts)
    }

    /// Denoising learns the data with the level's noise.
    func denoising(at level: Int, of ladder: NoiseLadder) -> any Objective {
        let (noise, width) = (ladder.deviations[level], Float(keys.dataDeviation))
        // In units of the preconditioned network the loss is ½ s²/(σ² + s²) |∇f - target|²: with this weight all levels count the same there.
        let weight = (noise * noise + width * width) / (width * width)
        return DenoisingScoreMatching(seed: seed, deviation: noise, weight: weight, rowsPerStep: rowsPerStep, data: data)
    }
}
