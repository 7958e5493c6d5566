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
    private let scratch: Scratch

    init(_ worker: ShardWorker, _ scratch: Scratch) {
        guard let generator = worker.engine.generator, let encoder = worker.engine.encoder else {
            preconditionFailure("an autoencoder needs a generator and an encoder")
        }
        (self.generator, self.encoder, self.scratch) = (generator, encoder, scratch)
    }

    /// The tiles of a thread.
    struct Scratch {
        /// Latent vectors and their gradients, rows x latent values.
        let latents: Matrix
        let latentGradient: Matrix
        /// Values of the generator's rows less others, rows x values of a row.
        let residual: Matrix
        /// Gradients with respect to the encoder's outputs, rows x twice the latent values.
        let codeGradient: Matrix

        init(_ make: TileMaker) {
            (latents, latentGradient) = (make.tile(make.latents), make.tile(make.latents))
            (residual, codeGradient) = (make.tile(make.dimension), make.tile(2 * make.latents))
        }
    }

    /// What the generator makes of latent vectors from N(0, I), until its next pass.
    func samples(_ stream: RandomStream) -> Matrix {
        stream.fillNormals(scratch.latents)
        return generator.outputs(of: scratch.latents)
    }

    /// Adds the gradients of both networks.
    /// - Parameters:
    ///   - x: rows x values, as many rows as the worker has chains.
    ///   - noise: of the reparametrisation.
    /// - Returns: Σ |g(z) - x|² and Σ KL.
    func addGradient(of x: Matrix, divergenceWeight w: Float, scale: Float, noise: RandomStream) -> (
        reconstruction: Double, divergence: Double
    ) {
        let (rows, latents, latentGradient) = (x.rows, scratch.latents, scratch.latentGradient)
        let code = encoder.outputs(of: x, keepingSlopes: true)
        let width = latents.columns
        // Moments become gradients in place, after the latent vectors and what their gradient needs were made of them.
        let codeGradient = scratch.codeGradient
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
        let residual = scratch.residual
        residual.combine(generator.outputs(of: latents, keepingSlopes: true), x) { $0 - $1 }
        let reconstruction = residual.squaredNorm
        residual.combine(residual, residual) { r, _ in 2 * scale * r }
        generator.pullBack(latents, outputGradient: residual, inputGradient: latentGradient)
        for row in 0..<rows {
            for column in 0..<width {
                let (step, variance) = (codeGradient[row, column], codeGradient[row, width + column])
                let (mean, slope) = (code[row, column], latentGradient[row, column])
                codeGradient[row, column] = slope + scale * w * mean
                codeGradient[row, width + column] = 0.5 * (slope * step + scale * w * (variance - 1))
            }
        }
        encoder.pullBack(x, outputGradient: codeGradient)
        return (reconstruction, divergence)
    }
}

extension Tally {
    /// Σ |g(z) - x|² of a generator over the rows that it learns, and Σ KL(q(z|x) ‖ N(0, I)) of an encoder over the same rows.
    package static let reconstruction = Tally("reconstruction")
    package static let latentDivergence = Tally("latentDivergence")
}

extension Measure {
    static let reconstruction = mean(.reconstruction, over: .rows, unit: "squared values")
        .inProgress("|x - g|²", .engineering, meaning: "squared distance of rows from what the generator makes of them")
    static let latentDivergence = mean(.latentDivergence, over: .rows, unit: "nats")
}
