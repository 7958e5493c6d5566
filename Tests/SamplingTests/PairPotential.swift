import Foundation
import Numerics
import Sampling

/// Targets whose moments are known: pairs (x, y) of values, each pair independent with the same density in the plane, p ∝ exp(-E).
struct PairPotential: Potential {
    enum Density: String, CaseIterable, Sendable {
        /// Precisions 1 and 9 along axes turned by the angle with sine .6 and cosine .8.
        case gaussian
        /// .3 N((-1.2, 0), .6² I) + .7 N((1.2, 0), .6² I)
        case mixture
        /// x ~ N(0, 1), y ~ N((x² - 1)/2, .5²)
        case banana
    }

    let density: Density
    var pairs = 2
    /// Multiplies the energy: at this temperature the density is what its name says.
    var temperature = 1.0
    var dimension: Int { 2 * pairs }

    func evaluate(_ x: Matrix, energies: Matrix, gradient: Matrix) {
        for row in 0..<x.rows {
            var energy = 0.0
            for pair in 0..<pairs {
                let (e, u, v) = value(Double(x[row, 2 * pair]), Double(x[row, 2 * pair + 1]))
                energy += e
                gradient[row, 2 * pair] = Float(u)
                gradient[row, 2 * pair + 1] = Float(v)
            }
            energies[row, 0] = Float(energy)
        }
    }

    /// Energy and gradient of a whole sample, in Double.
    func evaluate(_ x: [Double]) -> (energy: Double, gradient: [Double]) {
        var (energy, gradient) = (0.0, [Double]())
        for pair in 0..<pairs {
            let (e, u, v) = value(x[2 * pair], x[2 * pair + 1])
            energy += e
            gradient += [u, v]
        }
        return (energy, gradient)
    }

    /// Energy and gradient of one pair.
    func value(_ x: Double, _ y: Double) -> (Double, Double, Double) {
        let (e, u, v) = unitValue(x, y)
        return (temperature * e, temperature * u, temperature * v)
    }

    private func unitValue(_ x: Double, _ y: Double) -> (Double, Double, Double) {
        switch density {
        case .gaussian:
            let (a, b) = (0.8 * x + 0.6 * y, 0.8 * y - 0.6 * x)
            return (a * a / 2 + 4.5 * b * b, 0.8 * a - 5.4 * b, 0.6 * a + 7.2 * b)
        case .mixture:
            let precision = 1 / 0.36
            let (left, right) = (
                0.3 * exp(-(x + 1.2) * (x + 1.2) * precision / 2), 0.7 * exp(-(x - 1.2) * (x - 1.2) * precision / 2)
            )
            let pull = (left * (x + 1.2) + right * (x - 1.2)) / (left + right)
            return (y * y * precision / 2 - log(left + right), pull * precision, y * precision)
        case .banana:
            let bend = y - (x * x - 1) / 2
            return (x * x / 2 + 2 * bend * bend, x - 4 * x * bend, 4 * bend)
        }
    }

    /// Exact samples.
    func fill(_ tile: Matrix, _ stream: RandomStream) {
        let normals = Matrix(rows: tile.rows, columns: tile.columns)
        stream.fillNormals(normals)
        for row in 0..<tile.rows {
            for pair in 0..<pairs {
                let (u, v) = (normals[row, 2 * pair], normals[row, 2 * pair + 1])
                let x: Float
                let y: Float
                switch density {
                case .gaussian: (x, y) = (0.8 * u - 0.2 * v, 0.6 * u + v * 0.8 / 3)
                case .mixture:
                    let chance = stream.uniform(at: 1 << 30 + row * pairs + pair)
                    (x, y) = (0.6 * u + (chance < 0.3 ? -1.2 : 1.2), 0.6 * v)
                case .banana: (x, y) = (u, (u * u - 1) / 2 + 0.5 * v)
                }
                (tile[row, 2 * pair], tile[row, 2 * pair + 1]) = (x, y)
            }
        }
    }

    /// Functions of a sample and their means; a mean over pairs is as good as over chains.
    var moments: [(name: String, function: @Sendable ([Double]) -> Double, mean: Double)] {
        func mean(_ f: @escaping @Sendable (Double, Double) -> Double) -> @Sendable ([Double]) -> Double {
            let pairs = pairs
            return { x in (0..<pairs).reduce(0) { $0 + f(x[2 * $1], x[2 * $1 + 1]) } / Double(pairs) }
        }
        let expected: [Double] =
            switch density {
            // Covariance: turned diag(1, 1/9).
            case .gaussian: [0, 0, 0.64 + 0.36 / 9, 0.36 + 0.64 / 9, 0.48 - 0.48 / 9]
            case .mixture: [0.48, 0, 1.44 + 0.36, 0.36, 0]
            // E[x y] = 0; E[y²] = s² + Var(x²)/4.
            case .banana: [0, 0, 1, 0.25 + 0.5, 0]
            }
        let functions = [mean { x, _ in x }, mean { _, y in y }, mean { x, _ in x * x }, mean { _, y in y * y }, mean { x, y in x * y }]
        return zip(["x", "y", "x²", "y²", "xy"], zip(functions, expected)).map { ($0, $1.0, $1.1) }
    }
}
