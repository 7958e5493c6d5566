import Foundation

/// Noise levels σ_0 < ... < σ_L in geometric order, for energies E(x, k) of data with noise σ_k, k < L.
package struct NoiseLadder: Sendable, Hashable {
    /// σ_0 ... σ_L
    package let deviations: [Float]

    /// - Parameters:
    ///   - levels: L, at least 2.
    ///   - low, high: σ_0 and σ_L.
    package init(levels: Int, low: Float, high: Float) {
        precondition(levels >= 2 && low > 0 && low < high, "a ladder of \(levels) levels from \(low) to \(high)")
        deviations = (0...levels).map { low * Float(pow(Double(high / low), Double($0) / Double(levels))) }
    }

    package var levels: Int { deviations.count - 1 }

    /// What the network is told of a level: 0 for the lowest noise, 1 for the highest.
    package func feature(_ level: Int) -> Float { Float(level) / Float(levels - 1) }

    /// The variance that leads from a level to the next one.
    package func variance(from level: Int) -> Float {
        deviations[level + 1] * deviations[level + 1] - deviations[level] * deviations[level]
    }

    /// The weight of a level's loss: proportional to one over the variance of its diffusion, 1 in the mean.
    package func weight(_ level: Int) -> Float {
        let mean = (0..<levels).reduce(0) { $0 + 1 / variance(from: $1) } / Float(levels)
        return 1 / (variance(from: level) * mean)
    }

    /// A level as a sampler needs it that goes down the ladder.
    package struct Rung: Sendable, Hashable {
        /// What the energy is told.
        package let feature: Float
        /// The factor of the step size, in proportion to the level's variance.
        package let stepFactor: Float
    }

    /// The levels from the highest noise to the lowest: annealed Langevin dynamics (Y. Song, S. Ermon, arXiv:1907.05600). One without a ladder.
    package static func descent(_ ladder: NoiseLadder?) -> [Rung] {
        guard let ladder else { return [Rung(feature: 0, stepFactor: 1)] }
        return (0..<ladder.levels).reversed().map { level in
            let ratio = ladder.deviations[level] / ladder.deviations[0]
            return Rung(feature: ladder.feature(level), stepFactor: ratio * ratio)
        }
    }
}
