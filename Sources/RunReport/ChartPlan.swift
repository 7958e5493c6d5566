import Charts

/// A chart that a page makes of the logs where they have its numbers.
struct ChartPlan {
    let title: String
    let note: String
    /// Path in the log, name in the chart, colour.
    let series: [(path: String, name: String, colour: Colour)]
    var holdsZero = false

    init(_ title: String, _ note: String, _ series: [(path: String, name: String, colour: Colour)], holdsZero: Bool = false) {
        (self.title, self.note, self.series, self.holdsZero) = (title, note, series, holdsZero)
    }

    /// A chart of one curve.
    init(_ title: String, _ note: String, _ path: String, _ name: String, holdsZero: Bool = false) {
        self.init(title, note, [(path, name, .data)], holdsZero: holdsZero)
    }

    func chart(_ curves: LogCurves) -> LineChart {
        let lines = told([curves]).map { LineChart.Line($0.name, $0.colour, curves[$0.path]?.points ?? [], newest: curves.newest($0.path)) }
        return LineChart(title, note, lines, holdsZero: holdsZero)
    }

    /// The series, without counts of faults where nothing ever went wrong: there is nothing to see.
    func told(_ curves: [LogCurves]) -> [(path: String, name: String, colour: Colour)] {
        series.filter { part in !Self.isFault(part.path) || curves.contains { $0[part.path]?.isZero == false } }
    }

    /// Counts of what should not happen.
    private static func isFault(_ path: String) -> Bool {
        path == "skipped" || path == "saturation" || path.hasSuffix("notFinite") || path == "invalidProposals"
            || path.hasSuffix("divergences")
    }

    /// The same of several runs: a chart for each series that one of them has, a line for each run.
    func charts(_ runs: [(name: String, curves: LogCurves)]) -> [LineChart] {
        told(runs.map(\.curves)).map { part in
            let lines = runs.enumerated().map { number, run in
                LineChart.Line(
                    run.name, .numbered(number), run.curves[part.path]?.points ?? [], newest: run.curves.newest(part.path))
            }
            return LineChart(series.count == 1 ? title : "\(title): \(part.name)", note, lines, holdsZero: holdsZero)
        }
    }

    /// Plans, and behind them charts of all curves that none of them shows, each by its name.
    /// - Parameters:
    ///   - curves: of one run, or of several.
    ///   - elsewhere: what other parts of the page show.
    ///   - hidden: paths of what is no measure.
    static func all(_ plans: [ChartPlan], _ curves: [LogCurves], elsewhere: [ChartPlan] = [], hidden: Set<String>) -> [ChartPlan] {
        let shown = Set((plans + elsewhere).flatMap { $0.series.map(\.path) }).union(hidden)
        let others = Set(curves.flatMap(\.paths)).subtracting(shown).sorted()
        return plans + others.map { ChartPlan($0, "As the log calls it.", $0, "value") }
    }
}

extension ChartPlan {
    /// Of metrics.jsonl: what tells whether training goes well.
    static let training = [
        ChartPlan(
            "Energies", "Means over the rows of a step: data and samples stay together while training goes well.",
            [("dataEnergy", "data", .data), ("sampleEnergy", "samples", .samples)]),
        ChartPlan(
            "Energy gap", "Data less samples. In healthy training it goes to and fro about 0.",
            [("energyGap", "of the step", .data), ("meanEnergyGap", "mean of the interval", .samples)], holdsZero: true),
        ChartPlan(
            "Changes of sign", "How often the gap changed its sign since the line before: none for long is no good sign.", "gapSignChanges",
            "changes", holdsZero: true),
        ChartPlan("Loss", "Of the objective, mean over the data rows.", "loss", "loss"),
        ChartPlan(
            "Late loss", "Of the flow, of rows that are late on their way to the data, without its weight.", "lateLoss", "loss",
            holdsZero: true),
        ChartPlan(
            "Rows at the bound", "The share whose contrastive loss is at its bound, where it has no gradient.", "boundedShare", "share",
            holdsZero: true),
        ChartPlan(
            "Reconstruction", "The squared distance of rows from what the generator makes of their latent vectors.", "reconstruction",
            "error"),
        ChartPlan(
            "Latent divergence", "KL of the encoder's latent vectors from their prior, in nats: what a row tells of itself.",
            "latentDivergence", "KL"),
        ChartPlan("Gradient of the parameters", "Its norm before clipping.", "gradientNorm", "norm"),
        ChartPlan(
            "Slope at the chains", "How steep the energy is there, root mean square: it should not grow without end.", "chainGradientNorm",
            "|∇E|"),
        ChartPlan("Acceptance", "The share of proposals that are accepted; .3 to .95 is well.", "acceptance", "share", holdsZero: true),
        ChartPlan(
            "Divergences", "The share of trajectories whose energy error is beyond bounds: chains may keep away from where they diverge.",
            "divergences", "share", holdsZero: true),
        ChartPlan(
            "Trajectories", "Of the no-U-turn sampler: points of a trajectory, and how often it doubled; means.",
            [("treePoints", "points", .data), ("treeDepth", "doublings", .samples)], holdsZero: true),
        ChartPlan("Displacement", "How far chains move in a step of training.", "displacement", "distance", holdsZero: true),
        ChartPlan(
            "Drift over noise", "How far a step of the sampler follows the energy, over its noise: near 1 or below is well.",
            "driftToNoise", "ratio"),
        ChartPlan(
            "Spread of the energies", "Standard deviation over the samples: the unit of the gap.", "energySpread", "deviation",
            holdsZero: true),
        ChartPlan(
            "Values of the chains", "Over all of their values: near those of the data.",
            [("chainMean", "mean", .data), ("chainDeviation", "deviation", .samples)]),
        ChartPlan("Values on the walls", "The share that lies on the walls of the sampler's box.", "saturation", "share", holdsZero: true),
        ChartPlan("Age of the chains", "Mean, in sampler steps.", "bufferAge", "steps", holdsZero: true),
        ChartPlan("Coverage of the buffer", "The share that chains have been run from.", "bufferCoverage", "share", holdsZero: true),
        ChartPlan(
            "Modes", "Covered by all chains, and by those of a shard on average.",
            [("modesCovered", "all", .data), ("modesPerShard", "a shard", .samples)], holdsZero: true),
        ChartPlan(
            "Swaps", "The mean probability with which neighbours on the ladder of temperatures swap.", "swapRates", "probability",
            holdsZero: true),
        ChartPlan(
            "Energies of held-out rows", "Means, beside those of as many rows that are trained on.",
            [("validation.training", "trained on", .data), ("validation.heldOut", "held out", .heldOut)]),
        ChartPlan(
            "Gap of held-out rows", "Held-out rows less training rows: one that grows without end says that the energy memorizes these.",
            "validation.gap", "gap", holdsZero: true),
        ChartPlan("Learning rate", "Of each update.", "learningRate", "rate", holdsZero: true),
        ChartPlan("Step size of the sampler", "As it is adapted.", "samplerStepSize", "size", holdsZero: true),
        ChartPlan("Spread of the metric", "Its largest length over its smallest.", "metricSpread", "ratio", holdsZero: true),
        ChartPlan("Updates left out", "By the guard, since the run began.", "skipped", "updates", holdsZero: true),
    ]

    /// Of metrics.jsonl, of a run that samples an energy that is given: nothing is learned.
    static let sampling =
        [ChartPlan("Energy", "Mean over the chains.", "sampleEnergy", "chains")]
        + training.filter { plan in plan.series.allSatisfy { !learning.contains($0.path) } }
    /// What only learning has.
    static let learning: Set<String> = ["dataEnergy", "sampleEnergy", "gradientNorm", "learningRate", "skipped"]

    /// Of metrics.jsonl: how well chains sample.
    static let windows = [
        ChartPlan(
            "R-hat", "Worst of all functionals: up to 1.01 chains agree.",
            [("diagnostics.rHat", "all chains", .data), ("diagnostics.rHatBetweenShards", "between shards", .samples)]),
        ChartPlan(
            "Effective sample size", "Least of all functionals: from 400 the figures can be relied on.",
            [("diagnostics.bulkESS", "bulk", .data), ("diagnostics.tailESS", "tails", .samples)], holdsZero: true),
        ChartPlan("Autocorrelation time", "In draws.", "diagnostics.autocorrelationTime", "τ", holdsZero: true),
        ChartPlan(
            "Drift of the energy", "From the first half of a window to the second, in standard deviations: 0 where chains are stationary.",
            "diagnostics.energyDrift", "drift", holdsZero: true),
        ChartPlan("Displacement in windows", "From draw to draw.", "diagnostics.displacement", "distance", holdsZero: true),
        ChartPlan("Acceptance in windows", "The share of proposals.", "diagnostics.acceptance", "share", holdsZero: true),
        ChartPlan(
            "Divergences in windows", "Trajectories of all chains and draws that diverge.", "diagnostics.divergences", "trajectories",
            holdsZero: true),
        ChartPlan("Modes in windows", "Covered by all chains and draws.", "diagnostics.modesCovered", "modes", holdsZero: true),
    ]
    /// What a window was, and how sure a gap is, which are no measures.
    static let constants: Set<String> = [
        "diagnostics.chains", "diagnostics.draws", "diagnostics.thin", "validation.gapError", "validation.deviation",
    ]

    /// Of evaluation.jsonl.
    static let measures = [
        ChartPlan(
            "Sliced Wasserstein distance", "From the data; smaller is better.",
            [
                ("samples.slicedWasserstein", "samples", .samples), ("generated.slicedWasserstein", "generated", .fifth),
                ("validation.samples.slicedWasserstein", "samples from held-out rows", .heldOut),
            ], holdsZero: true),
        ChartPlan(
            "Fréchet distance", "From the data, on their principal components; smaller is better.",
            [
                ("samples.frechetDistance", "samples", .samples), ("generated.frechetDistance", "generated", .fifth),
                ("validation.samples.frechetDistance", "samples from held-out rows", .heldOut),
            ]),
        ChartPlan(
            "Gap of held-out rows", "Mean energy of held-out rows less that of training rows, under the averaged parameters.",
            "validation.energies.gap", "gap", holdsZero: true),
        ChartPlan(
            "Loss of held-out rows", "Of the objective, under the averaged parameters, with the same noise every time; smaller is better.",
            "validation.loss.mean", "loss"),
        ChartPlan("Divergence", "KL of the model from the true density, in nats.", "plane.fit.divergence", "KL"),
        ChartPlan(
            "Squared error", "Of the log density, at samples of the true one: as it is, and up to the best constant.",
            [
                ("plane.fit.squaredError", "as it is", .data),
                ("plane.fit.squaredErrorUpToConstant", "up to a constant", .heldOut),
            ]),
        ChartPlan("log Z", "Of the model, by the integral over the plane, in nats.", "plane.integral.logZ", "log Z"),
        ChartPlan(
            "Log-likelihood", "Of samples of the true density, beside the best that can be had.",
            [("plane.fit.logLikelihood", "model", .samples), ("plane.fit.bestLogLikelihood", "best", .noise)]),
        ChartPlan("Modes covered", "By the chains that were evaluated.", "plane.coverage.covered", "modes", holdsZero: true),
        ChartPlan("Draws near a mode", "The share within three deviations.", "plane.coverage.nearShare", "share", holdsZero: true),
        places("Slope of the energy", "Mean |∇E|: at data, between rows, and at samples.", "gradient"),
        places("Curvature of the energy", "The largest eigenvalue of the Hessian, its mean over points.", "curvature"),
        places("Greatest curvature", "The largest eigenvalue of the Hessian at any of the points.", "greatestCurvature"),
    ]

    /// How smooth the energy is at three places.
    private static func places(_ title: String, _ note: String, _ measure: String) -> ChartPlan {
        ChartPlan(
            title, note,
            [
                ("smoothness.data.\(measure)", "data", .data), ("smoothness.between.\(measure)", "between", .heldOut),
                ("smoothness.samples.\(measure)", "samples", .samples),
            ])
    }

    /// Numbers of evaluation.jsonl that say how it was measured.
    static let circumstances: Set<String> = [
        "trainingSeconds", "energyEvaluations", "samples.count", "generated.count", "plane.integral.change", "plane.integral.edgeMass",
        "plane.integral.points", "plane.coverage.modes", "plane.coverage.samples", "plane.coverage.threshold", "plane.fit.divergenceError",
        "plane.integral.square.x", "plane.integral.square.y", "validation.samples.count", "validation.energies.training",
        "validation.energies.heldOut", "validation.energies.gapError", "validation.energies.deviation", "validation.loss.error",
        "smoothness.data.points",
        "smoothness.between.points", "smoothness.samples.points",
    ]

    /// Of metrics.jsonl: how fast.
    static let speed = [
        ChartPlan(
            "Chain steps a second", "Sampler steps of single chains, all ranks together.", "chainStepsPerSecond", "steps", holdsZero: true),
        ChartPlan(
            "Energy evaluations a second", "Passes through the energy and back, all ranks together.", "evaluationsPerSecond", "passes",
            holdsZero: true),
        ChartPlan("Bytes exchanged", "That shards told other shards in the newest exchange.", "exchangedBytes", "bytes", holdsZero: true),
        ChartPlan(
            "Imbalance", "Work of the busiest rank over the mean: what is above 1 the others wait for.", LogCurves.imbalance, "ratio"),
    ]
}
