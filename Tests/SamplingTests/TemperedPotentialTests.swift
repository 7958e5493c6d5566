import Numerics
import Sampling
import Testing

/// Each row has the energy and gradient of its own temperature; rows at temperature 1 keep every bit.
struct TemperedPotentialTests {
    @Test func `energies and gradients are divided by the row's temperature`() {
        let base = GaussianPotential(mean: [0.3, -1], precisions: (1, 9), angle: (0.6, 0.8))
        let inverse: [Float] = [1, 0.5, 0.125, 1]
        let tempered = TemperedPotential(base, inverseTemperatures: Matrix(rows: 4, columns: 1, inverse))
        let x = Matrix(rows: 4, columns: 2, [0.1, 2, -3, 0.7, 5, 5, -0.4, 1.1])
        let (plain, scaled) = (ChainBuffers(chains: 4, dimension: 2), ChainBuffers(chains: 4, dimension: 2))
        base.evaluate(x, energies: plain.energies, gradient: plain.gradient)
        tempered.evaluate(x, energies: scaled.energies, gradient: scaled.gradient)
        #expect(tempered.dimension == 2)
        for row in 0..<4 {
            // Powers of two: the products are exact.
            #expect(scaled.energies[row, 0] == plain.energies[row, 0] * inverse[row])
            for column in 0..<2 { #expect(scaled.gradient[row, column] == plain.gradient[row, column] * inverse[row]) }
        }
    }
}
