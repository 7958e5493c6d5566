import Configuration
import Learning
import Model
import Numerics
import Sampling
import Training

/// What a latent prior says about rows of data: the latent vector at the end of a posterior chain, the row it stands for, and their energy.
///
/// A tile of rows is a function of its number and the seed: the same on any number of ranks.
package struct LatentInference {
    package let rowsPerTile: Int
    private let posterior: LatentPosterior
    private let prior: ModelPotential
    private let generator: NetworkPass
    private let seed: UInt64

    /// - Parameters:
    ///   - prior, generator: with room for tiles of `rowsPerTile` rows.
    package init(posterior: LatentPosterior, prior: ModelPotential, generator: NetworkPass, rowsPerTile: Int, seed: UInt64) {
        (self.posterior, self.prior, self.generator) = (posterior, prior, generator)
        (self.rowsPerTile, self.seed) = (rowsPerTile, seed)
    }

    /// g(z), rows x values of a row, in the generator's workspace until the next tile, and |x - g(z)|²/2σ² + U(z) of each row.
    /// - Parameter x: at most `rowsPerTile` rows.
    package func infer(_ x: Matrix, tile: Int) -> (decoded: Matrix, energies: [Double]) {
        let (rows, latents) = (x.rows, prior.dimension)
        let scratch = LatentPosterior.Scratch(
            chains: ChainBuffers(chains: rows, dimension: latents), residual: Matrix(rows: rows, columns: x.columns),
            latentGradient: Matrix(rows: rows, columns: latents))
        posterior.run(
            x, prior: prior, generator: generator, start: .inferenceStart,
            numbers: ChainRun.Numbers(seed: seed, motion: .inferenceMotion, decisions: .acceptance), step: 0, index: tile, scratch)
        // The chains' own energies are those of the last step but one.
        let (z, energies) = (scratch.chains.positions, scratch.chains.energies)
        prior.model.energies(of: z, prior.weights, prior.workspace, into: energies)
        let decoded = generator.outputs(of: z)
        scratch.residual.combine(decoded, x) { $0 - $1 }
        let precision = 1 / Double(posterior.deviation * posterior.deviation)
        return (decoded, (0..<rows).map { Double(energies[$0, 0]) + 0.5 * precision * scratch.residual.rows($0..<$0 + 1).squaredNorm })
    }
}

extension TrainedModel {
    /// Posterior chains of this model; nil where its energy is not one of latent vectors.
    func inference(seed: UInt64) -> LatentInference? {
        let weights = preparedNetworks()
        guard networks.isLatent, let generator = networks.generator, let prepared = weights[.generator] else { return nil }
        let rows = configuration.run.chainsPerShard
        return LatentInference(
            posterior: configuration.latentPosterior,
            prior: ModelPotential(model: model, weights: weights.energy, workspace: Workspace(model, rows: rows)),
            generator: NetworkPass(evaluating: generator, prepared, rows: rows), rowsPerTile: rows, seed: seed)
    }
}
