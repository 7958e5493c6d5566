import Model
import Numerics
import Sampling

/// Langevin chains of the posterior of a latent vector: z <- z - (s²/2) ∇(|x - g(z)|²/2σ² + U(z)) + s ξ.
///
/// Source: B. Pang, T. Han, E. Nijkamp, S.-C. Zhu, Y. N. Wu, Learning Latent Space Energy-Based Prior Model, arXiv:2006.08205.
package struct LatentPosterior: Sendable {
    package let steps: Int
    /// s
    package let stepSize: Float
    /// σ of the decoder.
    package let deviation: Float

    package init(steps: Int, stepSize: Float, deviation: Float) {
        (self.steps, self.stepSize, self.deviation) = (steps, stepSize, deviation)
    }

    /// What a thread needs to run the chains of a tile.
    package struct Scratch {
        package let chains: ChainBuffers
        package let residual: Matrix
        package let latentGradient: Matrix

        package init(chains: ChainBuffers, residual: Matrix, latentGradient: Matrix) {
            (self.chains, self.residual, self.latentGradient) = (chains, residual, latentGradient)
        }
    }

    /// Leaves the latent vectors in `scratch.chains.positions`, |x - g(z)|²/2σ² + U(z) and its gradient of the last step but one beside them.
    /// - Parameters:
    ///   - rows: x, as many as there are chains.
    ///   - start: the purpose of the numbers of starts from N(0, I); nil: the chains go on from `scratch.chains.positions`.
    ///   - step, index: what tells this tile from others.
    package func run(
        _ rows: Matrix, prior: any Potential, generator: NetworkPass, start: RandomPurpose?, numbers: ChainRun.Numbers, step: Int,
        index: Int, _ scratch: Scratch
    ) {
        let run = ChainRun(
            kernel: Langevin(stepSize: 0.5 * stepSize * stepSize, noise: stepSize), steps: steps,
            start: start.map { .noise(.gaussian(deviation: 1), $0) } ?? .positions, numbers: numbers)
        run.begin(scratch.chains.positions, step: step, index: index)
        run.advance(
            scratch.chains, step: step, index: index,
            in: PosteriorPotential(
                prior: prior, generator: generator, rows: rows, precision: 1 / (deviation * deviation), residual: scratch.residual,
                latentGradient: scratch.latentGradient))
    }
}
