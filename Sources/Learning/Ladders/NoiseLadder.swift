import Model
import Numerics

/// Noise levels σ_0 < ... < σ_L in geometric order, for energies E(x, k) of data with noise σ_k, k < L.
package struct NoiseLadder: Sendable, Hashable {
    /// σ_0 ... σ_L
    package let deviations: [Float]

    /// Nil where the levels cannot be told apart in float.
    /// - Parameters:
    ///   - levels: L, at least 2.
    ///   - low, high: σ_0 and σ_L.
    package init?(levels: Int, low: Float, high: Float) {
        precondition(levels >= 2, "a ladder of \(levels) levels")
        guard low > 0, low < high, high.isFinite else { return nil }
        let (bottom, width) = (VectorMath.log(low), VectorMath.log(high) - VectorMath.log(low))
        deviations = (0...levels).map { VectorMath.exp(bottom + width * Float($0) / Float(levels)) }
        guard (0..<levels).allSatisfy({ (1 / variance(from: $0)).isFinite && variance(from: $0) > 0 && variance(from: $0).isFinite }) else {
            return nil
        }
    }

    package var levels: Int { deviations.count - 1 }

    /// The condition of a level: 0 for the lowest noise, 1 for the highest.
    package func feature(_ level: Int) -> Float { Float(level) / Float(levels - 1) }

    /// How an energy of data with the deviation is scaled on the ladder; nil where floats do not reach.
    /// - Parameter isNormalized: whether the energies of levels can be compared.
    package func preconditioning(data: Float, isNormalized: Bool = false) -> NoisePreconditioning? {
        NoisePreconditioning(low: deviations[0], high: deviations[levels - 1], data: data, isNormalized: isNormalized)
    }

    /// The variance that leads from a level to the next one.
    package func variance(from level: Int) -> Float {
        deviations[level + 1] * deviations[level + 1] - deviations[level] * deviations[level]
    }

    /// 1 for each level.
    package var equalWeights: [Float] { Array(repeating: 1, count: levels) }

    /// 1/(σ²_{k+1} - σ²_k) of each level, divided by the mean: losses of a diffusion from a level to the next are to first order this variance times half
    /// the squared error of the score.
    package var inverseVarianceWeights: [Float] {
        let inverse = (0..<levels).map { 1 / Double(variance(from: $0)) }
        let mean = inverse.reduce(0, +) / Double(levels)
        return inverse.map { Float($0 / mean) }
    }

    /// (σ_k² + s²)/s² of each level, s the deviation of the data: errors of a network with `NoisePreconditioning` count the same at all levels where losses
    /// are squared errors of the score in units of the noise.
    package func preconditionedWeights(data width: Float) -> [Float] {
        deviations.prefix(levels).map { ($0 * $0 + width * width) / (width * width) }
    }

    /// A level as a sampler needs it that goes down the ladder.
    package struct Rung: Sendable, Hashable {
        /// k; 0 where there is no ladder.
        package let level: Int
        /// The energy's condition; nil where it has no levels.
        package let feature: Float?
        /// The level's variance in units of the lowest one's: sampler steps grow with it.
        package let variance: Float
    }

    /// The levels from the highest noise to the lowest: annealed Langevin dynamics (Y. Song, S. Ermon, arXiv:1907.05600). One without a ladder.
    package static func descent(_ ladder: NoiseLadder?) -> [Rung] {
        guard let ladder else { return [Rung(level: 0, feature: nil, variance: 1)] }
        return (0..<ladder.levels).reversed().map { level in
            let ratio = ladder.deviations[level] / ladder.deviations[0]
            return Rung(level: level, feature: ladder.feature(level), variance: ratio * ratio)
        }
    }
}
