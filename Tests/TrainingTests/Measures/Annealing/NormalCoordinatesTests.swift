import Foundation
import Measures
import Numerics
import Testing

@Suite struct NormalCoordinatesTests {
    /// Directions at 30 degrees, variances 4 and 1/4, mean (1, -2); deviations 2 and 1/2; a box from -1 to 3.
    private static let forms = [
        NormalCoordinates(
            mean: [1, -2], variances: [4, 0.25], directions: [0.866_025_403_784, 0.5, -0.5, 0.866_025_403_784]),
        NormalCoordinates(mean: [1, -2], variances: [4, 0.25]),
        NormalCoordinates(box: -1...3, dimension: 2),
    ]

    @Test(arguments: 0..<3) func `positions and coordinates are inverse, and gradients those of differences`(form: Int) {
        let (map, step) = (Self.forms[form], Float(1e-2))
        let z = Matrix(rows: 2, columns: 2, [0.3, -0.8, 1.1, 0.4])
        func positions(_ z: Matrix) -> Matrix {
            let x = Matrix(rows: z.rows, columns: 2)
            map.place(z, into: x)
            return x
        }
        let back = map.coordinates(of: positions(z))
        for index in 0..<4 { #expect(abs(back.values[index] - z.values[index]) < 1e-4) }
        // Of f(x) = 2 x_0 - 3 x_1.
        let (slope, pulled) = (Matrix(rows: 2, columns: 2, [2, -3, 2, -3]), Matrix(rows: 2, columns: 2))
        map.pullBack(slope, at: z, into: pulled)
        for row in 0..<2 {
            for column in 0..<2 {
                func moved(_ by: Float) -> Float {
                    let shifted = Matrix(rows: 2, columns: 2, z.values)
                    shifted[row, column] += by
                    let x = positions(shifted)
                    return 2 * x[row, 0] - 3 * x[row, 1]
                }
                #expect(abs((moved(step) - moved(-step)) / (2 * step) - pulled[row, column]) < 2e-3)
            }
        }
    }

    /// log of √(4 · 1/4) (2π) for the Gaussians, of 16 for the box.
    @Test func `volumes are those of the closed forms`() {
        for (form, volume) in zip(Self.forms, [log(2 * Double.pi), log(2 * Double.pi), log(16)]) {
            #expect(abs(form.logVolume - volume) < 1e-12)
        }
    }
}
