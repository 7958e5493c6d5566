import Numerics

/// The noise σ(c) = low · (high/low)^c that an energy is told as one value c, and by whose square it is divided: E(x, c) = f(x, c)/σ(c)².
///
/// The score of data with noise σ is of size 1/σ and its curvature up to 1/σ². With the factor in front, f has the same curvature at every noise: without
/// it one network would need curvatures that differ by the square of high/low for inputs that differ in one plane.
/// Source: R. Gao, Y. Song, B. Poole, Y. Wu, D. Kingma, arXiv:2012.08125 (energies in units of the level's step).
public struct NoiseScale: Hashable, Sendable {
    /// σ(0) and σ(1).
    public let low, high: Float

    /// Nil unless both are positive and their squares are floats.
    public init?(low: Float, high: Float) {
        guard [low, high].allSatisfy({ $0 > 0 && ($0 * $0).isNormal && (1 / ($0 * $0)).isNormal }) else { return nil }
        (self.low, self.high) = (low, high)
    }

    /// 1/σ(c)²
    func factor(_ told: Float) -> Float {
        let bottom = VectorMath.log(low)
        return VectorMath.exp(-2 * (bottom + told * (VectorMath.log(high) - bottom)))
    }

    /// Divides the energies of rows, a column of values for each, by σ²; what a row is told stands in front of it.
    func scale(_ columns: [Matrix], told: Matrix) {
        for column in columns {
            for row in 0..<column.rows { column[row, 0] *= factor(told[row, 0]) }
        }
    }

    /// The factors of the rows of x.
    func fill(_ column: Matrix, told: Matrix) {
        for row in 0..<column.rows { column[row, 0] = factor(told[row, 0]) }
    }
}

extension NoiseScale: LosslessStringConvertible {
    /// Two numbers, low and high.
    public init?(_ description: String) {
        let parts = description.split(separator: " ")
        guard parts.count == 2, let low = Float(parts[0]), let high = Float(parts[1]) else { return nil }
        self.init(low: low, high: high)
    }

    public var description: String { "\(low) \(high)" }
}
