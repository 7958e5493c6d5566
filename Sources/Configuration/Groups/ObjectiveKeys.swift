import Learning

extension DiffusionForm: Choice {}
extension LaplacianTrace: Choice {}
extension DiffusionBracket: Choice {}
extension MatchingFlow.Pairing: Choice {}

extension RunConfiguration {
    /// What the parameters are trained for. Which objectives use a key, and beside which others, stands with them: `ObjectiveKind.all`.
    public struct Objective: KeyGroup {
        public enum Estimator: String, Choice { case importance, oneStep, recovery }
        public enum Prior: String, Choice { case discrepancy, chains }
        public enum Flow: String, Choice { case proximal, explicit }
        public enum LevelWeight: String, Choice { case equal, inverseVariance }
        public enum Tie: String, Choice { case none, classification, dual }

        /// Whether the energies of noise levels are densities with one constant.
        var tiesLevels: Bool { levels > 1 && tie != .none }

        @Key("maximum likelihood with chains from data (cd), persistent chains (pcd) or noise (shortRun), or another objective")
        public var kind = ObjectiveKind.pcd
        @Key("alpha of alpha (mean E(x+)² + mean E(x-)²), added to the loss", .notNegative) public var energyRegularization = 0.0
        @Key("weight of the samples' energy, differentiated through the last Langevin step (improved CD)", .notNegative)
        public var lastStep = 0.0
        @Key("weight of the log distance to the nearest chain, differentiated through the last Langevin step (improved CD)", .notNegative)
        public var entropy = 0.0
        @Key("standard deviation of the noise that data, or latent vectors, are perturbed by", .positive) public var noise = 1.0
        @Key(
            "t, how long columns of tables that are no numbers are perturbed: a category stays with probability exp(-t), an order walks along its path",
            .time, bindsAtDefault: false)
        public var siteTime = 0.1
        @Key("M, contrastive samples of each data row", 1...10_000) public var samples = 4
        @Key("w; 1 is consistent for every M", .notNegative, formerly: "objective.stabilisation") public var stabilization = 1.0
        @Key("importance samples, oneStep of the Fokker-Planck equation, or recovery by Langevin steps")
        public var estimator = Estimator.importance
        @Key("add noise (varianceExploding), or shrink and add noise (variancePreserving)")
        package var diffusion = DiffusionForm.varianceExploding
        @Key("the Laplacian by second derivatives along random signs (hutchinson) or from energies alone (stein)")
        package var trace = LaplacianTrace.hutchinson
        @Key("where the diffusion of the energy is taken; noised learns the noised density") package var bracket = DiffusionBracket
            .data
        @Key("random directions of each data row", 1...10_000) public var projections = 1
        @Key("penalty on the change of the gradient (proximal) or on the gradient (explicit) at the negatives")
        public var flow = Flow.proximal
        @Key("lambda of the penalty; 0 is contrastive divergence, with innerSteps updates a step", .notNegative) public var penalty = 0.1
        @Key("updates with the same data and negatives", 1...1000) public var innerSteps = 2
        @Key("noise levels of an energy with the level as its condition; 1: one energy", 1...1000) public var levels = 1
        @Key("the lowest noise of the data; the levels rise geometrically to noise", .positive) public var lowNoise = 0.01
        @Key(
            "the standard deviation of the data, by which and by the noise the network is scaled: about 0.5 for images in -1 to 1",
            .positive)
        public var dataDeviation = 0.5
        @Key(
            "what the loss of a level counts: all alike (equal), or in inverse proportion to the variance that leads to the next level, 1 in the mean",
            bindsAtDefault: false)
        public var levelWeight = LevelWeight.equal
        @Key(
            "a data row and the noised row that its chain starts from share their noise, so that they lie near to one another",
            bindsAtDefault: false)
        public var sharedNoise = false
        @Key(
            "a network, that of the proposal group, proposes where the chains of each level start, and learns from where they end",
            bindsAtDefault: false)
        public var proposal = false
        @Key(
            "what makes the energies of levels densities with one constant: nothing (none), telling the level of a row by them (classification), or their "
                + "derivative in the noise (dual)", bindsAtDefault: false)
        public var tie = Tie.none
        @Key("weight of the classification beside the score", .positive, bindsAtDefault: false) public var tieWeight = 1.0
        @Key(
            "neighboring levels among which the own one of a row is told, the lowest beside the highest; null: all", 2...1000,
            bindsAtDefault: false)
        public var tieLevels: Int? = nil
        @Key(
            "chains stay in a replay buffer, those of recovery with their noised rows, and go on in later steps (chains.buffer, chains.restartProbability)"
        )
        public var keepChains = false
        @Key("w of |g(z) - x|² + w KL(q(z|x) || N(0, I)); twice the variance of the decoder", .notNegative)
        public var divergenceWeight = 2.0
        @Key("how the prior learns: energy discrepancy, or short chains of the sampler from N(0, I)") public var prior = Prior.discrepancy
        @Key("sigma of x = g(z) + N(0, sigma²)", .positive) public var decoderDeviation = 0.3
        @Key("epsilon of exp(-V / epsilon); the energy is V / epsilon, -grad V carries noise to data", .positive, bindsAtDefault: false)
        public var temperature = 0.1
        @Key(
            "which noise goes to which row of a shard: by assignment, the least sum of squared distances, or random", bindsAtDefault: false)
        package var pairing = MatchingFlow.Pairing.assignment
        @Key("tau: from this time on the flow counts less, and chains get warm, up to time 1; 1: neither", .share, bindsAtDefault: false)
        public var flowEnd = 1.0
        @Key("standard deviation of noise added on the way from noise to data", .notNegative, bindsAtDefault: false)
        public var flowNoise = 0.0
        @Key("steps of the flow alone, after which chains sharpen the energy; 0: the flow alone", .interval, bindsAtDefault: false)
        public var sharpenAfter = 0
        @Key("lambda of lambda (mean V of data - mean V of chains)", .positive, bindsAtDefault: false) public var sharpenWeight = 1e-3
        @Key("beta: the contrast has no gradient below -beta", .notNegative, bindsAtDefault: false) public var sharpenBound = 0.05
        @Key("alpha: the share of the chains of highest V that is left out", .fraction, bindsAtDefault: false) public var sharpenTrim = 0.0
        @Key("K, steps of the chains that sharpen", 1...1_000_000, bindsAtDefault: false) public var sharpenSteps = 75
        @Key("time of a step of the chains that sharpen", .positive, bindsAtDefault: false) public var sharpenStepSize = 0.025
        @Key("chains that start at data have the whole temperature from their start on", bindsAtDefault: false) public var sharpenWarm =
            false
        @Key("learning rate after sharpenAfter steps; null: that of the optimizer group", .notNegative, bindsAtDefault: false)
        public var sharpenLearningRate: Double? = nil
        @Key(
            "decay of the average of the parameters after sharpenAfter steps; null: that of the optimizer group", .fraction,
            bindsAtDefault: false)
        public var sharpenAverage: Double? = nil
    }
}
