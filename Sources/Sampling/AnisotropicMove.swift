import Numerics

/// The element-wise part of a STANLEY step, and the density of where it leads to.
struct AnisotropicMove {
    /// The factor of γ ∇E.
    let stepSize: Float
    /// σ
    let noise: Float
    let scaling: Stanley.Options.NoiseScaling

    /// x <- x - a γ g + σ s(γ) ξ; with γ = 1 the bits of `LangevinUpdate.move`.
    func apply(to x: Matrix, gradient: Matrix, factors: Matrix, stream: RandomStream, firstGroup: Int) {
        switch scaling {
        case .sqrt: apply(x, gradient, factors, stream, firstGroup) { $0.squareRoot() }
        case .linear: apply(x, gradient, factors, stream, firstGroup) { $0 }
        case .none: apply(x, gradient, factors, stream, firstGroup) { _ in Lanes(repeating: 1) }
        }
    }

    @inline(__always)
    private func apply(
        _ x: Matrix, _ gradient: Matrix, _ factors: Matrix, _ stream: RandomStream, _ firstGroup: Int, _ scale: (Lanes) -> Lanes
    ) {
        let (step, deviation) = (Lanes(repeating: -stepSize), Lanes(repeating: noise))
        TilePass.diffuse(x, gradient, factors, stream: stream, firstGroup: firstGroup) { x, g, factor, normal in
            x.addingProduct(step, factor * g).addingProduct(deviation, scale(factor) * normal)
        }
    }

    /// Writes the terms of -log q(y|x) of each value, up to a constant: (y - x + a γ g)² / (2 σ² s²) + log s, with s = s(γ(x)) and g = ∇E(x).
    /// - Parameter factors: γ(x); nil: 1.
    func negativeLogDensity(of y: Matrix, from x: Matrix, gradient: Matrix, factors: Matrix?, into terms: Matrix) {
        let (step, precision) = (Lanes(repeating: stepSize), Lanes(repeating: 1 / (2 * noise * noise)))
        terms.copy(from: y)
        TilePass.map(terms, x) { y, x in y - x }
        guard let factors else {
            return TilePass.map(terms, gradient) { difference, g in
                let residual = difference.addingProduct(step, g)
                return residual * residual * precision
            }
        }
        switch scaling {
        case .sqrt:
            density(terms, gradient, factors, step, precision) { ($0, 0.5 * VectorMath.log($0)) }
        case .linear:
            density(terms, gradient, factors, step, precision) { ($0 * $0, VectorMath.log($0)) }
        case .none:
            density(terms, gradient, factors, step, precision) { _ in (Lanes(repeating: 1), .zero) }
        }
    }

    /// - Parameter scale: s² and log s of γ.
    @inline(__always)
    private func density(
        _ terms: Matrix, _ gradient: Matrix, _ factors: Matrix, _ step: Lanes, _ precision: Lanes, _ scale: (Lanes) -> (Lanes, Lanes)
    ) {
        TilePass.map(terms, gradient, factors) { difference, g, factor in
            let residual = difference.addingProduct(step, factor * g)
            let (variance, logDeviation) = scale(factor)
            return residual * residual / variance * precision + logDeviation
        }
    }
}
