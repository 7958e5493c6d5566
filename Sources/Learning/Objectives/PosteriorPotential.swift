import Model
import Numerics
import Sampling

/// U(z) + |x - g(z)|²/(2σ²): minus the log density of a latent vector given a row of data, up to a constant.
struct PosteriorPotential: Potential {
    /// U(z) = E(z) + |z|²/2, the prior's.
    let prior: any Potential
    let generator: NetworkPass
    /// x, a row for each latent vector.
    let rows: Matrix
    /// 1/σ²
    let precision: Float
    /// Scratch: rows x values of a row, and rows x latent values.
    let residual: Matrix
    let latentGradient: Matrix

    var dimension: Int { prior.dimension }

    func evaluate(_ z: Matrix, energies: Matrix, gradient: Matrix) {
        prior.evaluate(z, energies: energies, gradient: gradient)
        residual.combine(generator.outputs(of: z, keepingSlopes: true), rows) { $0 - $1 }
        for row in 0..<z.rows { energies[row, 0] += 0.5 * precision * Float(residual.rows(row..<row + 1).squaredNorm) }
        residual.combine(residual, residual) { r, _ in precision * r }
        generator.pullBack(z, outputGradient: residual, inputGradient: latentGradient, addsParameterGradient: false)
        gradient.combine(gradient, latentGradient) { $0 + $1 }
    }
}
