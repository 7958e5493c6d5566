import Numerics
import Sampling

extension RunConfiguration {
    /// The transition kernel of the `sampler` group for samples of a shape.
    /// - Parameters:
    ///   - steps: the length of the run, over which an annealed kernel cools; nil: that of training.
    ///   - firstStep: where in it the kernel begins.
    package func kernel(for shape: ImageShape, steps: Int? = nil, firstStep: Int = 0) -> any TransitionKernel {
        let (stepSize, temperature, box) = (Float(sampler.stepSize), Float(sampler.temperature), samplerBox)
        switch sampler.kind {
        case .langevin: return langevin
        case .stanley: return stanley(channels: shape.channels)
        case .mala: return MALA(stepSize: stepSize, temperature: temperature, box: box)
        case .hmc:
            return HMC(
                stepSize: stepSize, leapfrogSteps: sampler.leapfrogSteps, hasRandomLength: sampler.leapfrogJitter,
                temperature: temperature, box: box)
        case .heun: return Heun(stepSize: stepSize, noise: samplerNoise, box: box)
        case .proximal: return ProximalLangevin(stepSize: stepSize, noise: samplerNoise, iterations: sampler.iterations, box: box)
        case .underdamped: return Underdamped(stepSize: stepSize, friction: Float(sampler.friction), temperature: temperature, box: box)
        case .annealed:
            let levels = AnnealedLangevin.geometric(
                stepSize: stepSize, noise: samplerNoise, hot: Float(sampler.hotTemperature), steps: steps ?? sampler.steps)
            return AnnealedLangevin(levels: Array(levels.dropFirst(min(firstStep, levels.count - 1))), box: box)
        }
    }

    package var langevin: Langevin {
        Langevin(
            stepSize: Float(sampler.stepSize), noise: samplerNoise, gradientClip: sampler.gradientClip.map { Float($0) },
            noiseFirst: sampler.noiseFirst, box: samplerBox)
    }

    /// Plain or adjusted.
    /// - Parameter channels: of a pixel; a vector is one pixel.
    private func stanley(channels: Int) -> any TransitionKernel {
        let (stepSize, temperature) = (Float(sampler.stepSize), Float(sampler.temperature))
        let options = stanleyOptions(channels: channels)
        guard !sampler.adjusted else {
            return MALA(stepSize: stepSize, temperature: temperature, anisotropy: options, box: samplerBox)
        }
        let noise = sampler.noise.map { Float($0) } ?? options.properNoise(stepSize: stepSize, temperature: temperature)
        return Stanley(stepSize: stepSize, noise: noise, options: options, box: samplerBox)
    }

    /// h, the factor of the step size in the sampler's drift.
    package var driftFactor: Double { sampler.kind == .stanley ? Double(stanleyOptions(channels: 1).drift) : 1 }

    private func stanleyOptions(channels: Int) -> Stanley.Options {
        let threshold = Float(sampler.threshold)
        switch sampler.preset {
        case .paper: return .paper(threshold: threshold)
        case .code: return .code(threshold: threshold, channels: channels)
        case nil: break
        }
        let granularity: DriftScale.Granularity =
            switch sampler.granularity {
            case .element: .element
            case .channels: .channels(channels)
            case .sample: .sample
            }
        let scaling: Stanley.Options.NoiseScaling =
            switch sampler.noiseScaling {
            case .sqrt: .sqrt
            case .linear: .linear
            case .none: .none
            }
        return Stanley.Options(
            DriftScale(threshold: threshold, granularity: granularity),
            recomputation: sampler.recompute == .everyStep ? .everyStep : .oncePerIteration, noiseScaling: scaling,
            halfDrift: sampler.halfDrift)
    }

    /// σ of the kernels whose drift is a ∇E.
    private var samplerNoise: Float {
        sampler.noise.map { Float($0) }
            ?? Langevin.properNoise(stepSize: Float(sampler.stepSize), temperature: Float(sampler.temperature))
    }

    package var samplerBox: ClosedRange<Float>? {
        guard sampler.low != nil || sampler.high != nil else { return nil }
        return Float(sampler.low ?? -.infinity)...Float(sampler.high ?? .infinity)
    }

    /// The acceptance that the step size is adapted to; nil where it is not adapted.
    package var targetAcceptance: Double? {
        guard sampler.adaptSteps > 0 else { return nil }
        return sampler.targetAcceptance ?? (sampler.kind == .hmc ? HMC.bestAcceptance : MALA.bestAcceptance)
    }
}
