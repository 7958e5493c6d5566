import Formats

extension RunConfiguration {
    /// The sampler that fits an objective of denoising: it has no part in training, and the noise σ says how narrow the density can be that it draws from.
    ///
    /// -log of a density that was blurred by N(0, σ²) has no curvature above 1/σ². With a = σ²/2 the proper Langevin equation is stable (a/σ² < 2), leaves
    /// the narrowest direction the variance 4/3 σ² instead of σ² (`Samplers.md`), and forgets its start in a fifth of the steps of a = σ²/10.
    var samplerOfScores: [String: JSONValue] {
        Recipe.langevin(stepSize: Recipe.stepShare * lowestVariance, steps: objective.levels > 1 ? 20 : 200)
    }

    /// σ² of the least noise that the objective learns.
    private var lowestVariance: Double {
        let noise = objective.levels > 1 ? objective.lowNoise : objective.noise
        return noise * noise
    }
}
