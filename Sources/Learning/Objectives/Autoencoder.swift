import Model
import Numerics

/// The gradient of a variational autoencoder with a unit of squared error as its likelihood, on one thread's networks.
///
/// L = Σ scale (|g(z) - x|² + w KL(N(μ, diag σ²) ‖ N(0, I))), z = μ + σ ξ, (μ, log σ²) = encoder(x); KL = ½ Σ (μ² + σ² - 1 - log σ²).
///
/// Source: D. Kingma, M. Welling, arXiv:1312.6114.
struct Autoencoder {
    private let generator: NetworkPass
    private let encoder: NetworkPass
    private let worker: ShardWorker

    init(_ worker: ShardWorker) {
        guard let generator = worker.generator, let encoder = worker.encoder else {
            preconditionFailure("an autoencoder needs a generator and an encoder")
        }
        (self.generator, self.encoder, self.worker) = (generator, encoder, worker)
    }

    /// Adds the gradients of both networks.
    /// - Parameters:
    ///   - x: rows x values, as many rows as the worker has chains.
    ///   - noise: of the reparametrisation.
    /// - Returns: Σ |g(z) - x|² and Σ KL.
    func addGradient(of x: Matrix, divergenceWeight w: Float, scale: Float, noise: RandomStream) -> (
        reconstruction: Double, divergence: Double
    ) {
        let (rows, latents) = (x.rows, worker.latents)
        let code = encoder.outputs(of: x, keepingSlopes: true)
        let width = latents.columns
        // Moments become gradients in place, after the latent vectors and what their gradient needs were made of them.
        let codeGradient = worker.codeGradient
        noise.fillNormals(latents)
        var divergence = 0.0
        for row in 0..<rows {
            for column in 0..<width {
                let (mean, logVariance, normal) = (code[row, column], code[row, width + column], latents[row, column])
                let deviation = VectorMath.exp(0.5 * logVariance)
                let variance = deviation * deviation
                divergence += 0.5 * Double(mean * mean + variance - 1 - logVariance)
                latents[row, column] = mean + deviation * normal
                codeGradient[row, column] = deviation * normal
                codeGradient[row, width + column] = variance
            }
        }
        let residual = worker.residual
        residual.combine(generator.outputs(of: latents, keepingSlopes: true), x) { $0 - $1 }
        let reconstruction = residual.squaredNorm
        residual.combine(residual, residual) { r, _ in 2 * scale * r }
        generator.pullBack(latents, outputGradient: residual, inputGradient: worker.latentGradient)
        for row in 0..<rows {
            for column in 0..<width {
                let (step, variance) = (codeGradient[row, column], codeGradient[row, width + column])
                let (mean, slope) = (code[row, column], worker.latentGradient[row, column])
                codeGradient[row, column] = slope + scale * w * mean
                codeGradient[row, width + column] = 0.5 * (slope * step + scale * w * (variance - 1))
            }
        }
        encoder.pullBack(x, outputGradient: codeGradient)
        return (reconstruction, divergence)
    }
}
