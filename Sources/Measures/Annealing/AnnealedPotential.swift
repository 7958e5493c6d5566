import Numerics
import Sampling

/// A path from a simple density to a model's, in the coordinates in which the simple one is standard normal: U(z) = |z|²/2 + β F(z), β from 0 to 1.
///
/// F(z) = E(x(z)) - |z|²/2 for a Gaussian and E(x(z)) for a box, so that at β = 1 chains have exp(-E(x)) in x. F is without the constants of
/// `NormalCoordinates.logVolume`: log Z = logVolume + log E exp(-F), z standard normal.
final class AnnealedPotential: Potential {
    private let energy: any Potential
    private let coordinates: NormalCoordinates
    /// β
    var share: Float = 0
    /// F of each row of the last evaluation.
    private(set) var excess: [Double]
    private let x: Matrix
    private let slope: Matrix

    /// - Parameter energy: E of rows x, in units of its temperature.
    init(_ energy: any Potential, _ coordinates: NormalCoordinates, rows: Int) {
        precondition(
            energy.dimension == coordinates.dimension, "an energy of \(energy.dimension) values and a density of \(coordinates.dimension)")
        (self.energy, self.coordinates) = (energy, coordinates)
        excess = Array(repeating: 0, count: rows)
        (x, slope) = (Matrix(rows: rows, columns: energy.dimension), Matrix(rows: rows, columns: energy.dimension))
    }

    var dimension: Int { energy.dimension }

    func evaluate(_ z: Matrix, energies: Matrix, gradient: Matrix) {
        let (x, slope) = (x.rows(0..<z.rows), slope.rows(0..<z.rows))
        coordinates.place(z, into: x)
        energy.evaluate(x, energies: energies, gradient: slope)
        coordinates.pullBack(slope, at: z, into: gradient)
        let own: Float = coordinates.isBounded ? 1 : 1 - share
        for row in 0..<z.rows {
            var squares = 0.0
            for column in 0..<z.columns { squares += Double(z[row, column]) * Double(z[row, column]) }
            excess[row] = Double(energies[row, 0]) - (coordinates.isBounded ? 0 : squares / 2)
            energies[row, 0] = Float(squares / 2 + Double(share) * excess[row])
        }
        let (share, from) = (SIMD16<Float>(repeating: share), SIMD16<Float>(repeating: own))
        gradient.combine(gradient, z) { share * $0 + from * $1 }
    }
}
