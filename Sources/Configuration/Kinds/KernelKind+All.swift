import Sampling

/// The kernels. A new one is its own file in `Sampling` and a declaration here.
extension KernelKind {
    package static let all = [langevin, stanley, mala, hmc, nuts, heun, proximal, underdamped, annealed] + ofSites

    public static let langevin = KernelKind("langevin", standard + ownNoise + ["sampler.gradientClip", "sampler.noiseFirst"]) { parts in
        Langevin(
            stepSize: parts.stepSize, noise: parts.noise, temperature: parts.temperature,
            gradientClip: parts.sampler.gradientClip.map { Float($0) },
            noiseFirst: parts.sampler.noiseFirst, box: parts.box)
    }

    public static let stanley = KernelKind(
        "stanley",
        standard + adapted(when: .isOn("sampler.adjusted")) + [
            .init("sampler.noise", when: .isOff("sampler.adjusted")),
            .init("sampler.temperature", when: .either([.isNull("sampler.noise"), .isOn("sampler.adjusted")])),
            "sampler.threshold", "sampler.preset", "sampler.adjusted",
        ]
            + ["granularity", "recompute", "driftScaling", "noiseScaling", "halfDrift"].map {
                KeyUse("sampler.\($0)", when: .isNull("sampler.preset"))
            }
    ) { parts in
        let options = parts.sampler.stanleyOptions(channels: parts.channels)
        guard !parts.sampler.adjusted else {
            return MALA(stepSize: parts.stepSize, temperature: parts.temperature, anisotropy: options, box: parts.box)
        }
        return Stanley(
            stepSize: parts.stepSize, noise: parts.noise, temperature: parts.temperature, options: options, box: parts.box)
    }

    public static let mala = KernelKind("mala", standard + ["sampler.temperature"] + adapted()) { parts in
        MALA(stepSize: parts.stepSize, temperature: parts.temperature, box: parts.box)
    }

    public static let hmc = KernelKind(
        "hmc", stepIsLength: true,
        standard + ["sampler.temperature", "sampler.leapfrogSteps", "sampler.leapfrogJitter", "sampler.metric"] + adapted()
    ) { parts in
        HMC(
            stepSize: parts.stepSize, leapfrogSteps: parts.sampler.leapfrogSteps, hasRandomLength: parts.sampler.leapfrogJitter,
            temperature: parts.temperature, metric: parts.metric, box: parts.box)
    }

    public static let nuts = KernelKind(
        "nuts", stepIsLength: true, standard + ["sampler.temperature", "sampler.treeDepth", "sampler.metric"] + adapted()
    ) { parts in
        NUTS(
            stepSize: parts.stepSize, maximumDepth: parts.sampler.treeDepth, temperature: parts.temperature, metric: parts.metric,
            box: parts.box)
    }

    public static let heun = KernelKind("heun", standard + ownNoise) { parts in
        Heun(stepSize: parts.stepSize, noise: parts.noise, temperature: parts.temperature, box: parts.box)
    }

    public static let proximal = KernelKind("proximal", standard + ownNoise + ["sampler.iterations"]) { parts in
        ProximalLangevin(
            stepSize: parts.stepSize, noise: parts.noise, temperature: parts.temperature, iterations: parts.sampler.iterations,
            box: parts.box)
    }

    public static let underdamped = KernelKind(
        "underdamped", stepIsLength: true, standard + ["sampler.temperature", "sampler.friction"]
    ) { parts in
        Underdamped(
            stepSize: parts.stepSize, friction: Float(parts.sampler.friction), temperature: parts.temperature, box: parts.box)
    }

    public static let annealed = KernelKind("annealed", standard + ownNoise + ["sampler.hotTemperature"]) { parts in
        AnnealedLangevin(
            to: Langevin(stepSize: parts.stepSize, noise: parts.noise, temperature: parts.temperature, box: parts.box),
            hot: Float(parts.sampler.hotTemperature), steps: parts.steps)
    }

    // MARK: keys that several have

    private static let standard: [KeyUse] = ["sampler.precision", "sampler.stepSize", "sampler.low", "sampler.high"]

    /// σ may be a parameter of its own, or that of a temperature.
    private static let ownNoise: [KeyUse] = ["sampler.noise", .init("sampler.temperature", when: .isNull("sampler.noise"))]

    /// Kernels with an accept step.
    private static func adapted(when need: Need = .always) -> [KeyUse] {
        ["adaptSteps", "targetAcceptance"].map { KeyUse("sampler.\($0)", when: need) }
    }
}

extension RunConfiguration.Sampler {
    /// The form of STANLEY that is chosen, by its name or key by key.
    /// - Parameter channels: of a pixel.
    func stanleyOptions(channels: Int) -> Stanley.Options {
        let threshold = Float(threshold)
        if let preset { return preset.options(threshold: threshold, channels: channels) }
        return Stanley.Options(
            DriftScale(threshold: threshold, granularity: granularity, channels: channels), recomputation: recompute,
            driftScaling: driftScaling, noiseScaling: noiseScaling, halfDrift: halfDrift)
    }
}
