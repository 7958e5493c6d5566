import Numerics

/// The element-wise part of a STANLEY step, and the density of where it leads to.
struct AnisotropicMove {
    /// The factor of d(γ) ∇E.
    let stepSize: Float
    /// σ
    let noise: Float
    /// d
    let driftScaling: Stanley.Options.Scaling
    /// s
    let noiseScaling: Stanley.Options.Scaling

    /// x <- x - a d(γ) g + σ s(γ) ξ; with γ = 1 the bits of `LangevinUpdate.move`.
    func apply(to x: Matrix, gradient: Matrix, factors: Matrix, stream: RandomStream, firstGroup: Int) {
        let (step, deviation) = (Lanes(repeating: -stepSize), Lanes(repeating: noise))
        TilePass.diffuse(x, gradient, factors, stream: stream, firstGroup: firstGroup) { x, g, factor, normal in
            x.addingProduct(step, driftScaling.of(factor) * g).addingProduct(deviation, noiseScaling.of(factor) * normal)
        }
    }

    /// Writes the terms of -log q(y|x) of each value, up to a constant: (y - x + a d g)² / (2 σ² s²) + log s, with d and s of γ(x) and g = ∇E(x).
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
        TilePass.map(terms, gradient, factors) { difference, g, factor in
            let residual = difference.addingProduct(step, driftScaling.of(factor) * g)
            return residual * residual / noiseScaling.square(of: factor) * precision + noiseScaling.logarithm(of: factor)
        }
    }
}

extension Stanley.Options.Scaling {
    /// s(γ)
    @inline(__always)
    fileprivate func of(_ factor: Lanes) -> Lanes {
        switch self {
        case .sqrt: factor.squareRoot()
        case .linear: factor
        case .none: Lanes(repeating: 1)
        }
    }

    /// s(γ)²
    @inline(__always)
    fileprivate func square(of factor: Lanes) -> Lanes {
        switch self {
        case .sqrt: factor
        case .linear: factor * factor
        case .none: Lanes(repeating: 1)
        }
    }

    /// log s(γ)
    @inline(__always)
    fileprivate func logarithm(of factor: Lanes) -> Lanes {
        switch self {
        case .sqrt: 0.5 * VectorMath.log(factor)
        case .linear: VectorMath.log(factor)
        case .none: .zero
        }
    }
}
