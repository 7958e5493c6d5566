import Failures
import Formats
import Learning
import Model
import Sampling

/// Values that do not go together with an objective.
extension RunConfiguration {
    func checkObjective() throws(Failure) {
        try checkLevels()
        try checkSmoothness()
        try checkCondition()
        try require(
            sampler.steps > 0 || objective.kind.mayRest,
            "expected sampler.steps of at least 1 with objective.kind = \"\(objective.kind.rawValue)\", found 0")
        try objective.kind.check(self)
    }

    private func checkLevels() throws(Failure) {
        guard objective.levels > 1 else { return }
        try require(
            noiseLadder != nil,
            "objective.levels = \(objective.levels): expected objective.lowNoise so far below objective.noise = \(objective.noise) that 32-bit floats "
                + "tell the levels apart, found \(objective.lowNoise)")
        try require(
            preconditioning != nil,
            "energies of a ladder are scaled by the noise: expected objective.lowNoise = \(objective.lowNoise), objective.noise = \(objective.noise) and "
                + "objective.dataDeviation = \(objective.dataDeviation) whose squares and quotients are floats")
    }

    private func checkCondition() throws(Failure) {
        try require(
            condition.kind == .none || diagnostics.every == 0,
            "condition.kind = \"\(condition.kind.rawValue)\": windows of diagnostics would run chains without a condition; expected diagnostics.every = 0, "
                + "found \(diagnostics.every)")
        try require(
            condition.kind != .image || condition.source != nil,
            "condition.kind = \"image\" needs condition.source, the path of the condition of each row")
        try require(
            condition.kind != .mask || meets(Encoder.needs),
            "condition.kind = \"mask\" completes what a generator draws: expected an objective with one, such as \"variationalTeaching\", found "
                + "\"\(objective.kind.rawValue)\"")
        try require(
            condition.kind == .none || !objective.tiesLevels,
            "condition.kind = \"\(condition.kind.rawValue)\": each condition would have a constant of its own; expected objective.tie = \"none\", found "
                + "\"\(objective.tie.rawValue)\"")
        if condition.kind != .none, hasPersistentChains { try checkConditionedChains() }
        try require(
            !posterior.keepChains || !data.flip,
            "posterior.keepChains keeps one chain for each row, which would be drawn to an image and to its mirror image in turns; expected "
                + "data.flip = false, found true")
    }

    /// Chains in a replay buffer keep their conditions in one place.
    private func checkConditionedChains() throws(Failure) {
        func need(_ condition: Bool, _ expected: String) throws(Failure) {
            try require(
                condition,
                "condition.kind = \"\(self.condition.kind.rawValue)\": each chain of the buffer keeps its condition: expected \(expected)")
        }
        try need(chains.replacement == .inPlace, "chains.replacement = \"inPlace\", found \"\(chains.replacement.rawValue)\"")
        try need(exchange.policy == .none, "exchange.policy = \"none\", found \"\(exchange.policy.rawValue)\"")
        try need(exchange.temperatures.isEmpty, "exchange.temperatures = [], found \(exchange.temperatures)")
    }

    /// Second derivatives of a piecewise linear network vanish wherever they exist: objectives that are made of them would learn nothing.
    private func checkSmoothness() throws(Failure) {
        guard let need = objective.kind.needsCurvature, meets(need) else { return }
        let words = model.kind == .layers ? model.layers.flatMap(Self.kinds) : [model.activation.rawValue]
        guard let kinked = words.first(where: { Activation.Kind(rawValue: $0)?.isSmooth == false }) else { return }
        let smooth = Activation.Kind.allCases.filter(\.isSmooth).map(\.rawValue)
        throw Failure(
            .configuration,
            "configuration: objective.kind = \"\(objective.kind.rawValue)\" is made of second derivatives, which vanish for the activation "
                + "\"\(kinked)\"; expected a smooth one: \(ConfigurationKey.list(smooth))")
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

/// What single objectives ask for: `ObjectiveKind.check`.
extension RunConfiguration {
    /// The derivative of the last step is that of plain Langevin dynamics.
    func checkLastStep() throws(Failure) {
        guard objective.lastStep > 0 || objective.entropy > 0 else { return }
        let key = objective.lastStep > 0 ? "objective.lastStep" : "objective.entropy"
        func need(_ condition: Bool, _ expected: String) throws(Failure) {
            try require(condition, "\(key) differentiates the last step of plain Langevin dynamics: expected \(expected)")
        }
        try need(sampler.kind == .langevin, "sampler.kind = \"langevin\", found \"\(sampler.kind.rawValue)\"")
        try need(sampler.gradientClip == nil, "sampler.gradientClip = null, found \(sampler.gradientClip ?? 0)")
        try need(!sampler.noiseFirst, "sampler.noiseFirst = false, found true")
        try need(exchange.temperatures.isEmpty, "exchange.temperatures = [], found \(exchange.temperatures)")
        try require(
            objective.entropy == 0 || run.chainsPerShard > 1,
            "objective.entropy looks for the nearest other chain of a shard: expected run.chainsPerShard of at least 2, found 1")
    }

    func checkTie() throws(Failure) {
        guard let window = objective.tieLevels, objective.tie == .classification else { return }
        try require(
            window <= objective.levels,
            "objective.tieLevels: expected at most the \(objective.levels) levels of objective.levels, found \(window)")
    }

    func checkMatching() throws(Failure) {
        try require(
            [.langevin, .heun].contains(sampler.kind),
            "objective.kind = \"energyMatching\" draws samples along a schedule of temperatures: expected sampler.kind = \"langevin\" or \"heun\", found "
                + "\"\(sampler.kind.rawValue)\"")
        try require(
            objective.pairing == .random || run.chainsPerShard <= MatchingFlow.mostPaired,
            "objective.pairing = \"assignment\" takes time with the cube of a shard's rows: expected run.chainsPerShard of at most "
                + "\(MatchingFlow.mostPaired), found \(run.chainsPerShard)")
        try require(
            objective.pairing == .random || condition.kind == .none,
            "objective.pairing = \"assignment\" pairs noise with rows that are near to it, so that each condition would begin at a part of the noise; with "
                + "condition.kind = \"\(condition.kind.rawValue)\" expected objective.pairing = \"random\", found \"assignment\"")
        try require(
            optimizer.average != nil || objective.sharpenAverage == nil,
            "objective.sharpenAverage goes on with the average of optimizer.average, found null")
        try require(
            Float(objective.sharpenAverage ?? 0) < 1 && Float(objective.sharpenTrim) < 1,
            "expected objective.sharpenAverage and objective.sharpenTrim below 1 also as 32-bit floats, found "
                + "\(objective.sharpenAverage ?? 0) and \(objective.sharpenTrim)")
    }

    func checkDiffusion() throws(Failure) {
        let isPreserving = objective.estimator == .oneStep && objective.diffusion == .variancePreserving
        try require(
            objective.levels == 1 || !isPreserving, "objective.levels above 1 need objective.diffusion = \"varianceExploding\"")
        try require(
            !isPreserving || objective.noise < 1,
            "objective.noise is the root of the share of variance that is replaced by noise with objective.diffusion = \"variancePreserving\"; "
                + "expected below 1, found \(objective.noise)")
        if keepsPairs { try checkPairs() }
    }

    /// Chains that are kept with the noised rows that they are tethered to.
    private func checkPairs() throws(Failure) {
        func need(_ condition: Bool, _ expected: String) throws(Failure) {
            try require(condition, "objective.keepChains keeps each chain with its noised row in one place, exactly: expected \(expected)")
        }
        try need(!objective.proposal, "objective.proposal = false (a chain that goes on starts where it ended), found true")
        try need(objective.levels == 1, "objective.levels = 1, found \(objective.levels)")
        try need(chains.storage == .float, "chains.storage = \"float\", found \"\(chains.storage.rawValue)\"")
        try need(chains.replacement == .inPlace, "chains.replacement = \"inPlace\", found \"\(chains.replacement.rawValue)\"")
        try need(exchange.policy == .none, "exchange.policy = \"none\", found \"\(exchange.policy.rawValue)\"")
        try need(diagnostics.every == 0, "diagnostics.every = 0 (diagnostics run free chains), found \(diagnostics.every)")
    }
}
