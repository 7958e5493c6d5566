import Datasets
import Numerics
import Sampling

/// The energy of a table's rows as one of states that chains can move through (`RowSpace`): beside the energy of the row that a state stands for, -log of
/// the density of what it is free in.
///
/// - What stands in a gap has the density that the space says, and moves by it alone.
/// - A point of the plane stands for the angle of its direction, whatever its distance r from the origin, which has an energy of its own, (r - 1)²/2s², s = 1/4.
package struct SpacePotential: Potential {
    private let base: any Potential
    private let space: RowSpace
    private let rows: Matrix
    private let gapEnergies: Matrix

    private static let precision: Float = 16

    /// - Parameter count: of the chains.
    package init(base: any Potential, space: RowSpace, count: Int) {
        (self.base, self.space) = (base, space)
        (rows, gapEnergies) = (Matrix(rows: count, columns: base.dimension), Matrix(rows: count, columns: 1))
    }

    package var dimension: Int { base.dimension }

    package func evaluate(_ x: Matrix, energies: Matrix, gradient: Matrix) {
        rows.copy(from: x)
        space.settle(rows, energies: gapEnergies)
        base.evaluate(rows, energies: energies, gradient: gradient)
        energies.combine(energies, gapEnergies) { $0 + $1 }
        closeGaps(x, gradient)
        for part in space.parts {
            switch part {
            case .angle(let first): for row in 0..<x.rows { turn(x, first, row, energies, gradient) }
            case .constant(let coordinates, _):
                for row in 0..<x.rows { for coordinate in coordinates { gradient[row, coordinate] = 0 } }
            case .number, .site: break
            }
        }
    }

    /// What stands in a gap is not asked by the energy of rows.
    private func closeGaps(_ x: Matrix, _ gradient: Matrix) {
        for gap in space.gaps {
            for row in 0..<x.rows where gap.isOpen(in: x, row: row) {
                for coordinate in gap.coordinates { gradient[row, coordinate] = gap.slope(of: x, row: row) }
            }
        }
    }

    private func turn(_ x: Matrix, _ first: Int, _ row: Int, _ energies: Matrix, _ gradient: Matrix) {
        let (a, b) = (x[row, first], x[row, first + 1])
        let distance = (a * a + b * b).squareRoot()
        guard distance > 0 else { return energies[row, 0] = .infinity }
        let (cosine, sine) = (a / distance, b / distance)
        // Along the circle the energy of the angle, along the radius that of the distance.
        let along = (cosine * gradient[row, first + 1] - sine * gradient[row, first]) / distance
        let out = Self.precision * (distance - 1)
        energies[row, 0] += out * (distance - 1) / 2
        (gradient[row, first], gradient[row, first + 1]) = (out * cosine - along * sine, out * sine + along * cosine)
    }
}
