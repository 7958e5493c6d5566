import Configuration
import Learning
import Model
import Numerics
import Sampling

/// What a latent prior says about rows of data: the latent vector at the end of a posterior chain, the row it stands for, and their energy.
///
/// A tile of rows is a function of its number and the seed: the same on any number of ranks.
package struct LatentInference {
    package let rowsPerTile: Int
    private let posterior: LatentPosterior
    private let chains: Networks
    private let scores: Networks
    private let seed: UInt64

    /// What energies of latent vectors and rows are made of, with room for tiles of `rowsPerTile` rows.
    package struct Networks {
        let prior: ModelPotential
        let generator: NetworkPass

        package init(prior: ModelPotential, generator: NetworkPass) { (self.prior, self.generator) = (prior, generator) }
    }

    /// - Parameters:
    ///   - chains: as chains see them.
    ///   - scores: as rows are decoded and scored; nil for the same.
    package init(posterior: LatentPosterior, chains: Networks, scores: Networks? = nil, rowsPerTile: Int, seed: UInt64) {
        (self.posterior, self.chains, self.scores) = (posterior, chains, scores ?? chains)
        (self.rowsPerTile, self.seed) = (rowsPerTile, seed)
    }

    /// g(z), rows x values of a row, in the generator's workspace until the next tile, and of each row |x - g(z)|²/2σ² and U(z).
    /// - Parameter x: at most `rowsPerTile` rows.
    package func infer(_ x: Matrix, tile: Int) -> (decoded: Matrix, reconstruction: [Double], prior: [Double]) {
        let (rows, latents) = (x.rows, chains.prior.dimension)
        let scratch = LatentPosterior.Scratch(
            chains: ChainBuffers(chains: rows, dimension: latents), residual: Matrix(rows: rows, columns: x.columns),
            latentGradient: Matrix(rows: rows, columns: latents))
        posterior.run(
            x, prior: chains.prior, generator: chains.generator, start: .inferenceStart,
            numbers: ChainRun.Numbers(seed: seed, motion: .inferenceMotion, decisions: .acceptance), step: 0, index: tile, scratch)
        // The chains' own energies are those of the last step but one.
        let (z, energies) = (scratch.chains.positions, scratch.chains.energies)
        let prior = scores.prior
        prior.model.energies(of: z, prior.weights, prior.workspace, into: energies)
        let decoded = scores.generator.outputs(of: z)
        scratch.residual.combine(decoded, x) { $0 - $1 }
        let precision = 1 / Double(posterior.deviation * posterior.deviation)
        let reconstruction = (0..<rows).map { 0.5 * precision * scratch.residual.rows($0..<$0 + 1).squaredNorm }
        return (decoded, reconstruction, energies.values.map { Double($0) })
    }
}

extension LatentInference {
    /// Posterior chains of a run's model; nil where its energy is not one of latent vectors.
    package init?(_ networks: RunNetworks, _ weights: RunWeights, _ configuration: RunConfiguration, seed: UInt64) {
        guard networks.isLatent, let generator = networks.generator else { return nil }
        let rows = configuration.run.chainsPerShard
        func made(of weights: RunWeights.Prepared) -> Networks? {
            weights[.generator].map {
                Networks(
                    prior: ModelPotential(
                        model: networks.energy, weights: weights.energy, workspace: Workspace(networks.energy, rows: rows)),
                    generator: NetworkPass(evaluating: generator, $0, rows: rows))
            }
        }
        guard let chains = made(of: weights.sampling) else { return nil }
        let scores = weights.sampling.energy === weights.learning.energy ? chains : made(of: weights.learning)
        self.init(posterior: configuration.latentPosterior, chains: chains, scores: scores, rowsPerTile: rows, seed: seed)
    }
}

extension TrainedModel {
    /// Posterior chains of this model; nil where its energy is not one of latent vectors.
    package func inference(seed: UInt64) -> LatentInference? { LatentInference(networks, preparedNetworks(), configuration, seed: seed) }
}
