import Numerics

/// E(x) + p |x - c|²/2, a centre c for each chain.
public struct TetheredPotential<Base: Potential>: Potential {
    public let base: Base
    /// rows x dimension
    public let centres: Matrix
    /// p, one over the variance of the tether.
    public let precision: Float

    public init(base: Base, centres: Matrix, precision: Float) {
        self.base = base
        self.centres = centres
        self.precision = precision
    }

    public var dimension: Int { base.dimension }

    public func evaluate(_ x: Matrix, energies: Matrix, gradient: Matrix) {
        base.evaluate(x, energies: energies, gradient: gradient)
        for row in 0..<x.rows {
            var squares: Float = 0
            for column in 0..<x.columns {
                let distance = x[row, column] - centres[row, column]
                squares += distance * distance
                gradient[row, column] += precision * distance
            }
            energies[row, 0] += precision / 2 * squares
        }
    }
}
