import Numerics
import Sampling

/// A potential that is given by the energy and gradient of one row, in Double.
protocol RowPotential: Potential {
    func energy(_ x: [Double]) -> Double
    func gradient(_ x: [Double]) -> [Double]
}

extension RowPotential {
    func evaluate(_ x: Matrix, energies: Matrix, gradient: Matrix) {
        for row in 0..<x.rows {
            let point = (0..<dimension).map { Double(x[row, $0]) }
            energies[row, 0] = Float(energy(point))
            for (column, value) in self.gradient(point).enumerated() { gradient[row, column] = Float(value) }
        }
    }
}

/// E(x) = (x - m)·P(x - m)/2 with a symmetric P.
struct GaussianPotential: RowPotential {
    let mean: [Double]
    let precision: [[Double]]

    /// In the plane: precisions along two axes that are turned by an angle.
    init(mean: [Double], precisions: (Double, Double), angle: (sine: Double, cosine: Double)) {
        let (s, c) = angle
        let (p, q) = precisions
        self.mean = mean
        precision = [[p * c * c + q * s * s, (p - q) * s * c], [(p - q) * s * c, p * s * s + q * c * c]]
    }

    /// The same precision in every direction.
    init(mean: [Double], precision: Double) {
        self.mean = mean
        self.precision = mean.indices.map { i in mean.indices.map { $0 == i ? precision : 0 } }
    }

    var dimension: Int { mean.count }

    func energy(_ x: [Double]) -> Double {
        zip(gradient(x), zip(x, mean)).reduce(0) { $0 + $1.0 * ($1.1.0 - $1.1.1) / 2 }
    }

    func gradient(_ x: [Double]) -> [Double] {
        precision.map { row in zip(row, zip(x, mean)).reduce(0) { $0 + $1.0 * ($1.1.0 - $1.1.1) } }
    }
}

/// E(x) = Σ x⁴/4: a gradient that is not linear and is large far out.
struct QuarticPotential: Potential {
    let dimension: Int

    func evaluate(_ x: Matrix, energies: Matrix, gradient: Matrix) {
        for row in 0..<x.rows {
            energies[row, 0] = 0
            for column in 0..<dimension {
                let value = x[row, column]
                gradient[row, column] = value * value * value
                energies[row, 0] += value * value * value * value / 4
            }
        }
    }
}

/// E(x) = slope · Σ x; 0: chains move by the noise alone.
struct FlatPotential: Potential {
    let dimension: Int
    var slope: Float = 0

    func evaluate(_ x: Matrix, energies: Matrix, gradient: Matrix) {
        for row in 0..<x.rows { energies[row, 0] = slope * x.rows(row..<row + 1).values.reduce(0, +) }
        gradient.fill(slope)
    }
}
