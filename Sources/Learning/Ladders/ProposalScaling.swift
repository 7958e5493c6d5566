import Numerics

/// How a network h becomes g, which proposes where recovery's chains of level k start beside a row y of the next level:
///
/// g(y) = (σ_k² + s²)/(σ² + s²) y + t s/(σ √(σ² + s²)) h(y/√(σ² + s²)), with σ = σ_{k+1}, t = σ² - σ_k², s the standard deviation of the data.
///
/// Chains end at draws of what y came from, x' ~ p(x_k | y), whose mean is y + t ∇log p_{k+1}(y). With h = 0 it is that of Gaussian data of the deviation s, and what h
/// has to give beside it is of size 1 at all levels: the preconditioning of denoisers by T. Karras, M. Aittala, T. Aila, S. Laine (arXiv:2206.00364, table 1), of which g is
/// the way from y to their D(y; σ), cut off after the share t/σ² of it.
package struct ProposalScaling: Sendable, Hashable {
    /// What the network's input is multiplied by.
    package let input: Float
    /// What the row is multiplied by beside it.
    package let slope: Float
    /// What the network's output is multiplied by.
    package let output: Float
    /// s_k, the unit of distances from g: s_k² = σ_k² t/σ², the variance of x' where the row of data that y came from is known.
    package let unit: Float
    /// The standard deviation of starts about g, s_k or a multiple of it.
    package let deviation: Float
    /// t, the variance of the tether.
    package let variance: Float
}

extension NoiseLadder {
    /// The scaling of each level.
    /// - Parameters:
    ///   - width: s
    ///   - noise: how many s_k starts are spread about g.
    package func proposals(data width: Float, noise: Float = 1) -> [ProposalScaling] {
        (0..<levels).map { level in
            let (own, next, variance) = (deviations[level], deviations[level + 1], variance(from: level))
            let (whole, unit) = (next * next + width * width, own / next * variance.squareRoot())
            return ProposalScaling(
                input: 1 / whole.squareRoot(), slope: (own * own + width * width) / whole,
                output: variance / next * (width / whole.squareRoot()), unit: unit, deviation: noise * unit,
                variance: variance)
        }
    }
}
