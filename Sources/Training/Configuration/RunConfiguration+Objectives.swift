import Failures
import Learning

/// Which keys of the `objective` group belong to which objective.
extension RunConfiguration {
    /// Refuses keys that were set and have no effect, and values that do not go together.
    func checkObjective() throws(Failure) {
        let (values, defaults) = (try ConfigurationValues(self), try ConfigurationValues(RunConfiguration()))
        for key in ConfigurationKey.all where key.group == "objective" && values[key.path] != defaults[key.path] {
            guard let reason = objective.reasonAgainst(key.name) else { continue }
            throw Failure(
                .configuration,
                "configuration: \(key.path) = \(values[key.path].text) has no effect: \(reason). Leave it at \(defaults[key.path].text).")
        }
        guard objective.levels == 1 || noiseLadder != nil else {
            throw Failure(
                .configuration,
                "configuration: objective.levels = \(objective.levels): expected objective.lowNoise so far below objective.noise = "
                    + "\(objective.noise) that 32-bit floats tell the levels apart, found \(objective.lowNoise)")
        }
        try require(
            objective.levels == 1 || preconditioning != nil,
            "energies of a ladder are scaled by the noise: expected objective.lowNoise = \(objective.lowNoise), objective.noise = \(objective.noise) and "
                + "objective.dataDeviation = \(objective.dataDeviation) whose squares and quotients are floats")
        try checkSmoothness()
        try checkNetworks()
        try checkCondition()
        try require(
            sampler.steps == 0 || objective.kind != .autoencoder,
            "objective.kind = \"autoencoder\" trains no energy that chains could follow; expected sampler.steps = 0, found \(sampler.steps)"
        )
        try require(
            sampler.steps > 0 || objective.kind.parts.contains(.encoder),
            "expected sampler.steps of at least 1 with objective.kind = \"\(objective.kind.rawValue)\", found 0")
        guard objective.levels == 1 || objective.diffusion == .varianceExploding else {
            throw Failure(.configuration, "configuration: objective.levels above 1 need objective.diffusion = \"varianceExploding\"")
        }
        try checkPairs()
        try checkLastStep()
        guard !(objective.estimator == .oneStep && objective.diffusion == .variancePreserving && objective.noise >= 1) else {
            throw Failure(
                .configuration,
                "configuration: objective.noise is the root of the share of variance that is replaced by noise with "
                    + "objective.diffusion = \"variancePreserving\"; expected below 1, found \(objective.noise)")
        }
    }
}

extension RunConfiguration {
    private func checkCondition() throws(Failure) {
        try require(
            condition.kind == .none || objective.kind.parts.contains(.encoder),
            "condition.kind = \"\(condition.kind.rawValue)\" needs objective.kind = \"variational-teaching\" or \"autoencoder\", found \"\(objective.kind.rawValue)\""
        )
        try require(
            condition.kind == .none || diagnostics.every == 0,
            "condition.kind = \"\(condition.kind.rawValue)\": windows of diagnostics would run chains that are told nothing; expected diagnostics.every = 0, "
                + "found \(diagnostics.every)")
        try require(
            !posterior.keepChains || !data.flip,
            "posterior.keepChains keeps one chain for each row, which would be drawn to an image and to its mirror image in turns; expected "
                + "data.flip = false, found true")
        try require(
            condition.kind == .label || condition.channels == Condition().channels,
            "condition.channels = \(condition.channels) has no effect: it belongs to condition.kind = \"label\". Leave it at \(Condition().channels)."
        )
        try require(
            condition.kind == .mask || condition.mask == Condition().mask,
            "condition.mask = \"\(condition.mask.rawValue)\" has no effect: it belongs to condition.kind = \"mask\". Leave it at \"half\".")
        try require(
            (condition.kind == .image) == (condition.source != nil),
            condition.kind == .image
                ? "condition.kind = \"image\" needs condition.source, the path of what is told about each row"
                : "condition.source = \"\(condition.source ?? "")\" has no effect: it belongs to condition.kind = \"image\". Leave it at null."
        )
    }

    /// The derivative of the last step is that of plain Langevin dynamics.
    private func checkLastStep() throws(Failure) {
        guard objective.lastStep > 0 || objective.entropy > 0 else { return }
        let key = objective.lastStep > 0 ? "objective.lastStep" : "objective.entropy"
        func need(_ condition: Bool, _ expected: String) throws(Failure) {
            try require(condition, "\(key) differentiates the last step of plain Langevin dynamics: expected \(expected)")
        }
        try need(sampler.kind == .langevin, "sampler.kind = \"langevin\", found \"\(sampler.kind.rawValue)\"")
        try need(sampler.steps > 0, "sampler.steps of at least 1, found 0")
        try need(sampler.gradientClip == nil, "sampler.gradientClip = null, found \(sampler.gradientClip ?? 0)")
        try need(!sampler.noiseFirst, "sampler.noiseFirst = false, found true")
        try need(exchange.temperatures.isEmpty, "exchange.temperatures = [], found \(exchange.temperatures)")
        try require(
            objective.entropy == 0 || run.chainsPerShard > 1,
            "objective.entropy looks for the nearest other chain of a shard: expected run.chainsPerShard of at least 2, found 1")
    }
}

extension RunConfiguration {
    /// Chains that are kept with the noised rows that they are tethered to.
    private func checkPairs() throws(Failure) {
        guard keepsPairs else { return }
        func need(_ condition: Bool, _ expected: String) throws(Failure) {
            try require(condition, "objective.keepChains keeps each chain with its noised row in one place, exactly: expected \(expected)")
        }
        try need(objective.levels == 1, "objective.levels = 1, found \(objective.levels)")
        try need(chains.storage == .float, "chains.storage = \"float\", found \"\(chains.storage.rawValue)\"")
        try need(chains.replacement == .inPlace, "chains.replacement = \"inPlace\", found \"\(chains.replacement.rawValue)\"")
        try need(exchange.policy == .none, "exchange.policy = \"none\", found \"\(exchange.policy.rawValue)\"")
        try need(diagnostics.every == 0, "diagnostics.every = 0 (diagnostics run free chains), found \(diagnostics.every)")
    }
}

extension RunConfiguration {
    /// Keys of networks that the objective does not have must have their defaults.
    private func checkNetworks() throws(Failure) {
        let (values, defaults) = (try ConfigurationValues(self), try ConfigurationValues(RunConfiguration()))
        let used = objective.kind.parts.map(\.rawValue) + (objective.kind == .latentPrior ? ["posterior"] : [])
        for key in ConfigurationKey.all where ["generator", "encoder", "posterior"].contains(key.group) && !used.contains(key.group) {
            try require(
                values[key.path] == defaults[key.path],
                "\(key.path) = \(values[key.path].text) has no effect with objective.kind = \"\(objective.kind.rawValue)\", which has no \(key.group). "
                    + "Leave it at \(defaults[key.path].text).")
        }
    }

    /// Second derivatives of a piecewise linear network vanish wherever they exist: objectives that are made of them would learn nothing.
    private func checkSmoothness() throws(Failure) {
        let needsCurvature =
            switch objective.kind {
            case .slicedScore, .exactScore: true
            case .diffusionCD: objective.estimator == .oneStep && objective.trace == .hutchinson
            default: false
            }
        guard needsCurvature else { return }
        let listed = model.layers.flatMap(Self.kinds)
        let kinked = (model.kind == .layers ? listed : [model.activation.rawValue]).first { ["relu", "leakyReLU"].contains($0) }
        guard let kinked else { return }
        throw Failure(
            .configuration,
            "configuration: objective.kind = \"\(objective.kind.rawValue)\" is made of second derivatives, which vanish for the activation "
                + "\"\(kinked)\"; expected a smooth one: silu, softplus, tanh or elu")
    }

    /// The kinds of a layer and of those inside it, as they are written.
    private static func kinds(_ layer: JSONValue) -> [String] {
        guard case .object(let members) = layer else { return [] }
        let inside = ["layers", "shortcut"].flatMap { key -> [JSONValue] in
            if case .array(let list)? = members[key] { list } else { [] }
        }
        let own: [String] = if case .string(let kind)? = members["kind"] { [kind] } else { [] }
        return own + inside.flatMap(kinds)
    }
}

extension RunConfiguration.Objective {
    /// Why a key of the group does nothing with this objective; nil where it counts.
    fileprivate func reasonAgainst(_ name: String) -> String? {
        let kinds: [Kind]
        switch name {
        case "energyRegularization": kinds = [.cd, .pcd, .shortRun, .wassersteinFlow]
        case "lastStep", "entropy": kinds = [.cd, .pcd, .shortRun]
        case "noise":
            kinds = [.energyDiscrepancy, .diffusionCD, .denoisingScore, .latentPrior]
            if kind == .latentPrior && prior != .discrepancy { return "it belongs to objective.prior = \"discrepancy\"" }
        case "samples", "stabilisation":
            kinds = [.energyDiscrepancy, .diffusionCD, .latentPrior]
            if kind == .latentPrior && prior != .discrepancy { return "it belongs to objective.prior = \"discrepancy\"" }
            if kind == .diffusionCD && estimator != .importance { return "it belongs to objective.estimator = \"importance\"" }
        case "estimator": kinds = [.diffusionCD]
        case "diffusion", "trace", "bracket":
            kinds = [.diffusionCD]
            if kind == .diffusionCD && estimator != .oneStep { return "it belongs to objective.estimator = \"oneStep\"" }
        case "levels": kinds = [.diffusionCD, .denoisingScore]
        case "lowNoise", "dataDeviation":
            kinds = [.diffusionCD, .denoisingScore]
            if kinds.contains(kind) && levels == 1 { return "it belongs to objective.levels above 1" }
        case "keepChains":
            kinds = [.diffusionCD]
            if kind == .diffusionCD && estimator != .recovery { return "it belongs to objective.estimator = \"recovery\"" }
        case "projections": kinds = [.slicedScore]
        case "flow", "penalty", "innerSteps":
            kinds = [.wassersteinFlow]
            if name == "innerSteps" && kind == .wassersteinFlow && flow != .proximal {
                return "it belongs to objective.flow = \"proximal\""
            }
        case "prior", "decoderDeviation": kinds = [.latentPrior]
        case "divergenceWeight": kinds = [.variationalTeaching, .autoencoder]
        default: return nil
        }
        guard !kinds.contains(kind) else { return nil }
        return "it belongs to objective.kind = \(ConfigurationKey.list(kinds.map(\.rawValue)))"
    }
}
