import Foundation
import Numerics
import Sampling
import Testing

/// Trajectories run back to where they began and preserve volume.
struct LeapfrogTests {
    static let kernel = HMC(stepSize: 0.25, leapfrogSteps: 5)

    /// Runs positions and momenta, four values each, along a trajectory.
    private static func run(_ start: [Float], _ density: PairPotential.Density, back: Bool = false, steps: Int = 5) -> [Float] {
        let potential = PairPotential(density: density)
        let (x, p) = (Matrix(rows: 1, columns: 4, start[..<4]), Matrix(rows: 1, columns: 4, start[4...].map { back ? -$0 : $0 }))
        let (gradient, energies) = (Matrix(rows: 1, columns: 4), Matrix(rows: 1, columns: 1))
        potential.evaluate(x, energies: energies, gradient: gradient)
        kernel.leapfrog(x, p, gradient: gradient, energies: energies, steps: steps, in: potential)
        return x.values + p.values.map { back ? -$0 : $0 }
    }

    private static let starts: [[Float]] = [
        [0.3, -0.2, 1.1, 0.6, 0.5, -1.2, 0.1, 0.9], [-1, 0.4, 0.2, 0.1, 1, 0.3, -0.7, 0.2], [0, 0, 0.5, -0.5, 0.2, 1.4, -1.1, -0.4],
    ]

    @Test(arguments: PairPotential.Density.allCases)
    func `with flipped momenta a trajectory goes back to its start`(density: PairPotential.Density) {
        for start in Self.starts {
            let end = Self.run(start, density)
            #expect(zip(start, end).contains { abs($0 - $1) > 0.3 })
            // 30 updates there and back, each rounded to 2^-24 of values up to 4, and stretched by up to (1 + ε² 9)^5 < 10 along the way.
            for (a, b) in zip(start, Self.run(end, density, back: true)) { #expect(abs(a - b) < 30 * 4 * 10 * 0x1p-24) }
        }
    }

    @Test(arguments: PairPotential.Density.allCases)
    func `the Jacobian of a trajectory has the determinant 1`(density: PairPotential.Density) {
        for start in Self.starts {
            let matrix = Self.jacobian(start, density)
            // Two leapfrog steps round to 2^-24 of values up to 4, stretched by less than 3: an entry is off by 1.5 · 7e-7 / h = 7e-5 with h = 1/64,
            // and by h⁴/30 of a fifth derivative below 100: 2e-7. Cofactors of these matrices are below 4: 64 · 4 · 7e-5 at worst.
            #expect(abs(abs(Self.determinant(matrix)) - 1) < 0.018, "\(Self.determinant(matrix))")
        }
    }

    @Test func `one that loses a hundredth of its momenta would not`() {
        var matrix = (0..<8).map { row in (0..<8).map { $0 == row ? 1.0 : 0 } }
        for row in 4..<8 { matrix[row][row] = 0.99 }
        #expect(abs(Self.determinant(matrix) - 1) > 0.018)
    }

    /// Central differences of fourth order, row by row of the start.
    private static func jacobian(_ start: [Float], _ density: PairPotential.Density) -> [[Double]] {
        let h: Float = 0x1p-6
        return start.indices.map { index in
            func end(_ shift: Float) -> [Double] {
                var moved = start
                moved[index] += shift
                return run(moved, density, steps: 2).map { Double($0) }
            }
            let (a, b, c, d) = (end(-2 * h), end(-h), end(h), end(2 * h))
            return start.indices.map { (8 * (c[$0] - b[$0]) - (d[$0] - a[$0])) / (12 * Double(h)) }
        }
    }

    private static func determinant(_ matrix: [[Double]]) -> Double {
        var (rows, result) = (matrix, 1.0)
        for column in rows.indices {
            let pivot = (column..<rows.count).max { abs(rows[$0][column]) < abs(rows[$1][column]) }!
            if pivot != column {
                rows.swapAt(pivot, column)
                result = -result
            }
            result *= rows[column][column]
            for row in column + 1..<rows.count {
                let factor = rows[row][column] / rows[column][column]
                for place in column..<rows.count { rows[row][place] -= factor * rows[column][place] }
            }
        }
        return result
    }
}
