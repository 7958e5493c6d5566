import Failures

extension RunConfiguration {
    /// Checks the `sampler` group: what fits together, and that every key that was changed has an effect with this kind.
    func checkSampler() throws(Failure) {
        if let low = sampler.low, let high = sampler.high { try requireRise("sampler.low", low, "sampler.high", high) }
        try refuseKeysWithoutEffect()
        try checkTemperature()
        try checkStanley()
        try checkAdaptation()
    }

    /// A key that belongs to other kinds must have its default.
    private func refuseKeysWithoutEffect() throws(Failure) {
        let (given, standard) = (try ConfigurationValues(self), try ConfigurationValues(RunConfiguration()))
        for (key, kinds) in Sampler.keysOfKinds where !kinds.contains(sampler.kind) {
            let words = kinds.map { "\"\($0.rawValue)\"" }.joined(separator: ", ")
            try require(
                given[key] == standard[key],
                "\(key) has no effect with sampler.kind = \"\(sampler.kind.rawValue)\" (it belongs to \(words)); "
                    + "expected its default \(standard[key].text), found \(given[key].text)")
        }
    }

    private func checkTemperature() throws(Failure) {
        guard sampler.hasNoise else {
            let kind = sampler.kind == .stanley ? "sampler.adjusted = true" : "sampler.kind = \"\(sampler.kind.rawValue)\""
            return try require(
                sampler.noise == nil || sampler.noise == Sampler().noise,
                "sampler.noise = \(sampler.noise ?? 0) has no effect with \(kind), whose noise follows from sampler.temperature; expected null"
            )
        }
        try require(
            sampler.noise == nil || sampler.temperature == 1,
            """
            sampler.temperature = \(sampler.temperature) has no effect with sampler.noise = \(sampler.noise ?? 0); set sampler.noise to null for \
            the proper noise of that temperature, or leave sampler.temperature at 1
            """)
    }

    private func checkStanley() throws(Failure) {
        let standard = Sampler()
        if let preset = sampler.preset {
            let isFree =
                sampler.granularity == standard.granularity && sampler.recompute == standard.recompute
                && sampler.noiseScaling == standard.noiseScaling && sampler.halfDrift == standard.halfDrift
            try require(
                isFree,
                """
                sampler.preset = "\(preset.rawValue)" decides sampler.granularity, sampler.recompute, sampler.noiseScaling and sampler.halfDrift; \
                leave those at their defaults, or set sampler.preset to null
                """)
        }
        try require(
            !sampler.adjusted || sampler.recompute == .everyStep,
            "sampler.adjusted = true needs gamma at both ends of every move; expected sampler.recompute = \"everyStep\", found \"oncePerIteration\""
        )
    }

    private func checkAdaptation() throws(Failure) {
        let kind = sampler.kind == .stanley ? "sampler.adjusted = false" : "sampler.kind = \"\(sampler.kind.rawValue)\""
        try require(
            sampler.adaptSteps == 0 || sampler.hasAcceptStep,
            "sampler.adaptSteps = \(sampler.adaptSteps) needs an acceptance to adapt to; expected 0 with \(kind), which accepts every move")
        try require(
            sampler.adaptSteps == 0 || objective.kind.start != nil || objective.kind.hasChainsAnywhere,
            "sampler.adaptSteps = \(sampler.adaptSteps): step sizes are adapted with objectives that train by chains of the energy alone (\"pcd\", \"cd\", "
                + "\"short-run\", \"wasserstein-flow\"); expected 0 with objective.kind = \"\(objective.kind.rawValue)\"")
        try require(
            sampler.targetAcceptance == nil || sampler.adaptSteps > 0,
            "sampler.targetAcceptance = \(sampler.targetAcceptance ?? 0) has no effect with sampler.adaptSteps = 0; expected null")
    }
}

extension RunConfiguration.Sampler {
    /// The keys that only some kinds have.
    static let keysOfKinds: [(key: String, kinds: [Kind])] = [
        ("sampler.gradientClip", [.langevin]), ("sampler.noiseFirst", [.langevin]), ("sampler.threshold", [.stanley]),
        ("sampler.preset", [.stanley]), ("sampler.granularity", [.stanley]), ("sampler.recompute", [.stanley]),
        ("sampler.noiseScaling", [.stanley]), ("sampler.halfDrift", [.stanley]), ("sampler.adjusted", [.stanley]),
        ("sampler.leapfrogSteps", [.hmc]), ("sampler.leapfrogJitter", [.hmc]), ("sampler.friction", [.underdamped]),
        ("sampler.iterations", [.proximal]), ("sampler.hotTemperature", [.annealed]),
    ]

    /// Whether proposals may be rejected.
    var hasAcceptStep: Bool {
        switch kind {
        case .mala, .hmc: true
        case .stanley: adjusted
        case .langevin, .heun, .proximal, .underdamped, .annealed: false
        }
    }

    /// Whether σ is a parameter of its own and does not follow from the temperature.
    package var hasNoise: Bool { !hasAcceptStep && kind != .underdamped }
}
