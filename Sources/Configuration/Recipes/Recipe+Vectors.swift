import Formats

/// Points and tables.
extension Recipe {
    /// The deviation of the values that the energy sees.
    private var unit: Double {
        // Equal values have no deviation.
        if isStandardised || facts.deviation == 0 { return 1 }
        guard let levels = facts.levels else { return facts.deviation }
        return facts.deviation / Double(max(1, levels - 1)) * (asked.data.high - asked.data.low)
    }

    private var isStandardised: Bool { given.contains("data.standardize") ? asked.data.standardize : canBeStandardised }
    private var canBeStandardised: Bool { facts.levels == nil && facts.rows != nil && asked.sampler.sites.isEmpty }

    mutating func addVectors() {
        if canBeStandardised { set("data.standardize", .boolean(true)) }
        let isPlane = facts.kind != .table
        setNetwork(["model.kind": .string("mlp"), "model.widths": .array(Array(repeating: .integer(128), count: isPlane ? 4 : 2))])
        if isPlane {
            set("model.activation", .string("softplus"))
            if !given.contains("model.initial") { set("model.initialScale", 2.45) }
        }
        set("optimizer.learningRate", 1e-3)
        set("optimizer.warmupSteps", .integer(0))
        set("run.steps", .integer(isPlane ? pointSteps : 4000))
        set("run.shards", .integer(16))
        set("run.chainsPerShard", .integer(isPlane ? 8 : 16))
        set("samples.every", .integer(2000))
        setMethod()
    }

    /// Few points are learned by heart: 500 are learned best in 2,000 steps and four times worse in 10,000, in which 5,000 still get better.
    private var pointSteps: Int {
        guard let rows = facts.rows, rows < 2500 else { return 10_000 }
        return max(1000, (4 * rows + 99) / 100 * 100)
    }

    private mutating func setMethod() {
        switch objective {
        case .denoisingScore:
            set("data.noise", 0)
            set("objective.noise", denoisingNoise)
            setChains(stepSize: Self.stepShare * leastNoise * leastNoise, steps: 800)
            // Drawing one costs as much as a tenth of the training.
            set("samples.every", .integer(0))
            return
        case .energyDiscrepancy:
            setDataNoise()
            set("objective.noise", 0.5 * unit)
        case .diffusionCD where asked.objective.estimator == .importance:
            setDataNoise()
            set("objective.noise", 0.25 * unit)
        case .nce, .slicedScore, .exactScore: setDataNoise()
        case _ where objective.trainsByChainsAlone:
            setDataNoise()
            set("objective.energyRegularization", 0.05)
            set("chains.restartProbability", 0.1)
            set("chains.restartFrom", .string("data"))
        default: return
        }
        // The narrowest modes of the plane densities have a deviation of .07 of that of all points: `PlaneDensities.md`.
        setChains(
            stepSize: (facts.kind == .table ? Self.tableStep : 0.002) * unit * unit,
            steps: objective.trainsByChainsAlone ? 10 : Self.tableSteps)
    }

    /// Steps of the proper Langevin equation on standardised numbers, and how many samples take from noise.
    static let (tableStep, tableSteps) = (0.01, 400)

    private var denoisingNoise: Double { (facts.kind == .table ? 0.1 : 0.05) * unit }

    private var leastNoise: Double {
        if asked.objective.levels > 1 { return asked.objective.lowNoise }
        return given.contains("objective.noise") ? asked.objective.noise : denoisingNoise
    }

    /// Points of a file may lie on a grid or stand twice, where a density of clean values has no bound.
    private mutating func setDataNoise() { set("data.noise", facts.kind == .density ? 0 : 0.03 * unit) }
}

/// Where chains start and how they move.
extension Recipe {
    /// The proper Langevin equation, or the kernel asked for with steps of the same length, from noise of the data's width.
    private mutating func setChains(stepSize: Double, steps: Int) {
        merge(Self.langevin(stepSize: stepSize, steps: steps))
        if asked.sampler.kind.stepIsLength { set("sampler.stepSize", (2 * stepSize).squareRoot()) }
        if isStandardised {
            set("chains.noise", .string("gaussian"))
            set("chains.noiseDeviation", 1)
        } else {
            let prepared = facts.levels == nil ? facts.range : asked.data.low...asked.data.high
            set("chains.noiseLow", prepared.lowerBound)
            set("chains.noiseHigh", max(prepared.upperBound, prepared.lowerBound + unit))
        }
    }
}
