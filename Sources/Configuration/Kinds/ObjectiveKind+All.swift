import Failures
import Formats
import Learning
import Sampling

/// The objectives. A new one without chains is its own file in `Objectives` and a declaration here.
extension ObjectiveKind {
    package static let all = [
        cd, pcd, shortRun, energyDiscrepancy, diffusionCD, wassersteinFlow, denoisingScore, slicedScore, exactScore, nce,
        energyMatching, variationalTeaching, latentPrior, autoencoder, sampling,
    ]

    // MARK: maximum likelihood

    public static let cd = ObjectiveKind(
        "cd", title: { _ in "contrastive divergence" }, keys: ofMaximumLikelihood, make: { $0.likelihood($0.kernel) }
    ) {
        $0.start = .at(.data)
        $0.check = { (run) throws(Failure) in try run.checkLastStep() }
    }

    public static let pcd = ObjectiveKind(
        "pcd", title: { _ in "persistent contrastive divergence" }, keys: ofMaximumLikelihood + ["exchange.temperatures"],
        make: { $0.likelihood($0.kernel) }
    ) {
        ($0.start, $0.keepsChains) = (.at(.persistent), .always)
        $0.check = { (run) throws(Failure) in try run.checkLastStep() }
    }

    public static let shortRun = ObjectiveKind(
        "shortRun", formerly: "short-run", title: { _ in "short-run chains from noise" }, keys: ofMaximumLikelihood,
        make: { $0.likelihood($0.kernel) }
    ) {
        $0.start = .at(.noise)
        $0.check = { (run) throws(Failure) in try run.checkLastStep() }
    }

    public static let wassersteinFlow = ObjectiveKind(
        "wassersteinFlow", formerly: "wasserstein-flow", title: { _ in "Wasserstein flow" },
        keys: [
            "chains.start", "objective.energyRegularization", "objective.flow", "objective.penalty",
            .init("objective.innerSteps", when: .isOneOf("objective.flow", ["proximal"])),
        ],
        make: { $0.wassersteinFlow($0.kernel) }
    ) {
        ($0.start, $0.keepsChains) = (.open, saysPersistent)
    }

    private static let ofMaximumLikelihood: [KeyUse] = ["objective.energyRegularization", "objective.lastStep", "objective.entropy"]

    // MARK: perturbed data

    public static let energyDiscrepancy = ObjectiveKind(
        "energyDiscrepancy", formerly: "energy-discrepancy", title: { "energy discrepancy at noise \($0.noise)" },
        keys: ["objective.noise", "objective.siteTime", "objective.samples", "objective.stabilization"], make: { $0.energyDiscrepancy }
    ) { ($0.vectorsPerRow, $0.knowsSites, $0.ownSampler) = ("objective.samples", true, { $0.samplerOfSites }) }

    public static let diffusionCD = ObjectiveKind(
        "diffusionCD", formerly: "diffusion-cd",
        title: {
            "diffusion contrastive divergence (\($0.estimator.rawValue)) "
                + ($0.levels > 1 ? "on \($0.levels) noise levels" : "at noise \($0.noise)")
        },
        keys: ["objective.noise", "objective.estimator", .init("objective.keepChains", when: estimator(.recovery))]
            + ["samples", "stabilization"].map { KeyUse("objective.\($0)", when: estimator(.importance)) }
            + ["diffusion", "trace", "bracket"].map { KeyUse("objective.\($0)", when: estimator(.oneStep)) } + ofLevels
            + [
                KeyUse("objective.levelWeight", when: hasLevels),
                KeyUse("objective.sharedNoise", when: .both(hasLevels, estimator(.recovery))),
                KeyUse("objective.proposal", when: .both(hasLevels, estimator(.recovery))),
            ],
        make: { $0.diffusion($0.kernel) }
    ) {
        $0.keepsChains = .both(estimator(.recovery), .isOn("objective.keepChains"))
        $0.keepsPairs = true
        $0.vectorsPerRow = "objective.samples"
        $0.needsCurvature = .both(estimator(.oneStep), .isOneOf("objective.trace", ["hutchinson"]))
        $0.onLadder = { $0.diffusing(on: $1) }
        $0.check = { (run) throws(Failure) in try run.checkDiffusion() }
    }

    public static let denoisingScore = ObjectiveKind(
        "denoisingScore", formerly: "denoising-score",
        title: { keys in
            let place = keys.levels > 1 ? "on \(keys.levels) noise levels" : "at noise \(keys.noise)"
            return "denoising score matching \(place)\(keys.tiesLevels ? ", tied into densities" : "")"
        },
        keys: ["objective.noise"] + ofLevels + ofTies,
        make: { $0.denoising(deviation: Float($0.configuration.objective.noise)) }
    ) {
        $0.ownSampler = { $0.samplerOfScores }
        $0.onLadder = { $0.denoising(on: $1) }
        $0.check = { (run) throws(Failure) in try run.checkTie() }
    }

    private static func estimator(_ word: RunConfiguration.Objective.Estimator) -> Need {
        .isOneOf("objective.estimator", [word.rawValue])
    }

    /// Noise levels of one energy.
    private static let ofLevels: [KeyUse] =
        ["objective.levels"] + ["lowNoise", "dataDeviation"].map { KeyUse("objective.\($0)", when: hasLevels) }
    /// What ties these levels.
    private static let ofTies: [KeyUse] =
        [KeyUse("objective.tie", when: hasLevels)] + ["tieWeight", "tieLevels"].map { KeyUse("objective.\($0)", when: classifies) }
    private static let classifies = Need.both(
        hasLevels, .isOneOf("objective.tie", [RunConfiguration.Objective.Tie.classification.rawValue]))
    private static let hasLevels = Need.isAbove("objective.levels", 1)

    // MARK: score matching and noise contrast

    public static let slicedScore = ObjectiveKind(
        "slicedScore", formerly: "sliced-score", title: { _ in "sliced score matching" }, keys: ["objective.projections"],
        make: { $0.scoreMatching(.random($0.configuration.objective.projections)) }
    ) { ($0.needsCurvature, $0.vectorsPerRow) = (.always, "objective.projections") }

    public static let exactScore = ObjectiveKind(
        "exactScore", formerly: "exact-score", title: { _ in "exact score matching" }, keys: [], make: { $0.scoreMatching(.axes) }
    ) { $0.needsCurvature = .always }

    public static let nce = ObjectiveKind(
        "nce", title: { _ in "noise-contrastive estimation" }, keys: [],
        make: {
            NoiseContrastiveEstimation(
                seed: $0.seed, noise: IndependentNoise(of: $0.starts.data, rows: rowsForMoments, floor: 1e-3), rowsPerStep: $0.rowsPerStep,
                data: $0.data)
        }
    ) { ($0.knowsSites, $0.ownSampler) = (true, { $0.samplerOfSites }) }

    /// Rows from which the noise of noise-contrastive estimation takes its moments.
    private static let rowsForMoments = 10_000

    // MARK: a flow

    public static let energyMatching = ObjectiveKind(
        "energyMatching", title: { "energy matching at temperature \($0.temperature)" },
        keys: ["temperature", "pairing", "flowEnd", "flowNoise", "sharpenAfter"].map { KeyUse("objective.\($0)", when: .always) }
            + ofSharpening,
        make: { $0.energyMatching }
    ) {
        ($0.model, $0.startNoise) = (.drawnAfresh, .gaussian(deviation: 1))
        $0.keepsChains = .both(sharpens, .isOn("objective.keepChains"))
        $0.vectorsPerRow = "objective.sharpenSteps"
        $0.unit = \.temperature
        $0.drawingKernel = { $0.flowKernel(steps: $1) }
        $0.laterPhase = {
            $0.sharpenAfter == 0
                ? nil : LaterPhase(step: $0.sharpenAfter, learningRate: $0.sharpenLearningRate, average: $0.sharpenAverage)
        }
        $0.ownSampler = { _ in ["sampler.stepSize": JSONValue(0.02), "sampler.steps": .integer(55)] }
        $0.check = { (run) throws(Failure) in try run.checkMatching() }
    }

    private static let sharpens = Need.isAbove("objective.sharpenAfter", 0)

    private static let ofSharpening: [KeyUse] =
        ["Weight", "Bound", "Trim", "Steps", "StepSize", "LearningRate", "Average"].map { KeyUse("objective.sharpen\($0)", when: sharpens) }
        + [
            KeyUse("objective.keepChains", when: sharpens),
            KeyUse("objective.sharpenWarm", when: .both(sharpens, .isOff("objective.keepChains"))),
        ]

    // MARK: with networks beside the energy

    public static let variationalTeaching = ObjectiveKind(
        "variationalTeaching", formerly: "variational-teaching", title: { _ in "variational teaching" },
        keys: ["objective.divergenceWeight"],
        make: { $0.teaching($0.kernel) }
    ) {
        ($0.model, $0.mayRest) = (.variationalTeaching, true)
    }

    public static let latentPrior = ObjectiveKind(
        "latentPrior", formerly: "latent-prior", title: { _ in "a latent prior" },
        keys: ["objective.prior", "objective.decoderDeviation"]
            + ["noise", "samples", "stabilization"].map {
                KeyUse("objective.\($0)", when: .isOneOf("objective.prior", ["discrepancy"]))
            },
        make: { $0.latentPrior($0.kernel) }
    ) {
        $0.model = .latentPrior
        // The reference measure of the prior.
        $0.startNoise = .gaussian(deviation: 1)
        $0.vectorsPerRow = "objective.samples"
    }

    public static let autoencoder = ObjectiveKind(
        "autoencoder", title: { _ in "an autoencoder" }, keys: ["objective.divergenceWeight"], make: { $0.autoencoder }
    ) {
        ($0.model, $0.mayRest) = (.autoencoder, true)
        $0.check = { (run) throws(Failure) in
            try run.require(
                run.sampler.steps == 0,
                "objective.kind = \"\(run.objective.kind.rawValue)\" trains no energy that chains could follow; expected sampler.steps = 0, found "
                    + "\(run.sampler.steps)")
        }
    }

    // MARK: nothing to learn

    public static let sampling = ObjectiveKind(
        "sampling", title: { _ in "chains of a given energy" }, keys: ["exchange.temperatures"], make: { $0.sampling($0.kernel) }
    ) {
        ($0.start, $0.keepsChains, $0.learns) = (.at(.persistent), .always, false)
    }
}
