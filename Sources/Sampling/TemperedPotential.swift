import Numerics

/// An energy divided by a temperature of its own for each row: E(x_i) / T_i, so that every kernel samples exp(-E / T_i) as it samples exp(-E).
public struct TemperedPotential<Base: Potential>: Potential {
    public let base: Base
    /// 1 / T_i, rows x 1.
    public let inverseTemperatures: Matrix

    public init(_ base: Base, inverseTemperatures: Matrix) {
        self.base = base
        self.inverseTemperatures = inverseTemperatures
    }

    public var dimension: Int { base.dimension }

    public func evaluate(_ x: Matrix, energies: Matrix, gradient: Matrix) {
        precondition(x.rows == inverseTemperatures.rows, "a temperature for each row")
        base.evaluate(x, energies: energies, gradient: gradient)
        for row in 0..<x.rows {
            let factor = inverseTemperatures[row, 0]
            // Exact for T = 1: those rows keep their bits.
            if factor == 1 { continue }
            energies[row, 0] *= factor
            let start = row * gradient.columns
            for index in start..<start + gradient.columns { unsafe gradient.base[index] *= factor }
        }
    }
}
