import Numerics
import Sampling

/// F(x) = E(x)/T + |x - y|²/(2σ²): minus the log density of a clean row given its noised copy y, up to a constant.
struct NoisedRowPotential<Base: Potential>: Potential {
    let base: Base
    /// 1/T
    let inverseTemperature: Float
    /// σ
    let deviation: Float
    /// y, a row for each chain.
    let noised: Matrix

    var dimension: Int { base.dimension }

    func evaluate(_ x: Matrix, energies: Matrix, gradient: Matrix) {
        base.evaluate(x, energies: energies, gradient: gradient)
        let (inverse, precision) = (inverseTemperature, 1 / (deviation * deviation))
        let distance = Matrix(rows: 1, columns: x.columns)
        for row in 0..<x.rows {
            let slope = gradient.rows(row..<row + 1)
            distance.combine(x.rows(row..<row + 1), noised.rows(row..<row + 1)) { $0 - $1 }
            slope.combine(slope, distance) { inverse * $0 + precision * $1 }
            energies[row, 0] = inverse * energies[row, 0] + Float(distance.squaredNorm) * precision / 2
        }
    }
}
