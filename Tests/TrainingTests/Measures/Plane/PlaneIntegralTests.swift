import Distributed
import Failures
import Formats
import Foundation
import Measures
import Testing
import Training

@Suite struct PlaneIntegralTests {
    private let square = PointPlot.Square(x: -5...5, y: -4...6)

    private func integral(of energy: FunctionEnergy, _ change: (inout PlaneIntegral.Options) -> Void = { _ in }) throws -> PlaneIntegral {
        var options = PlaneIntegral.Options()
        change(&options)
        return try PlaneIntegral(of: energy, over: square, options: options, SoloCommunicator())
    }

    @Test(arguments: [0.02, 0.3])
    func `log Z of a Gaussian is its closed form`(variance: Double) throws {
        let found = try integral(of: .gaussian(variance: variance, x: 0.3, y: 1.2, constant: 7))
        // Energies are floats: 7 has an error of 5e-7.
        #expect(abs(found.logZ - (log(2 * Double.pi * variance) - 7)) < 1e-5)
        #expect(found.change < 1e-5 && found.edgeMass < 1e-9 && found.warnings.isEmpty)
        #expect(found.square == square && found.points == 800)
    }

    @Test func `energies that would overflow alone do no harm`() throws {
        for constant in [-1e4, 1e4] {
            let found = try integral(of: .gaussian(variance: 0.3, constant: constant))
            // 1e4 has an error of 5e-4 as a float.
            #expect(abs(found.logZ - (log(2 * Double.pi * 0.3) - constant)) < 1e-3)
        }
    }

    @Test func `the square grows until the mass is inside`() throws {
        let found = try integral(of: .gaussian(variance: 4))
        #expect(found.square.x.upperBound > 7 && found.square.x.upperBound < 30)
        #expect(found.edgeMass < 1e-4 && found.warnings.isEmpty)
        // Outside lies less than in the rim.
        #expect(abs(found.logZ - log(2 * Double.pi * 4)) < 1e-4)
    }

    @Test func `an energy without a density is a warning`() throws {
        let found = try integral(of: FunctionEnergy { _, _ in 1 })
        #expect(found.warnings.count == 1 && found.warnings[0].contains("near the rim"))
        // Of a square, 1 - .95² lies within .025 of the side from the rim.
        #expect(abs(found.edgeMass - 0.0975) < 1e-6)
    }

    @Test func `a sharp energy makes the grid finer`() throws {
        // A spacing of .0125, twice that for the coarse grid: at a deviation of .009 the latter errs by 2e-2 or more, and the former by 1e-6
        // once more points are used.
        let found = try integral(of: .gaussian(variance: 0.009 * 0.009, x: 0.003, y: 0.001))
        #expect(found.points == 1600 && found.warnings.isEmpty)
        #expect(abs(found.logZ - log(2 * Double.pi * 0.009 * 0.009)) < 1e-3)
    }

    @Test func `an energy too sharp for the finest grid is a warning`() throws {
        let found = try integral(of: .gaussian(variance: 1e-6, x: 0.003, y: 0.001))
        #expect(found.points == 1600 && !(found.change < 1e-3))
        #expect(found.warnings.count == 1 && found.warnings[0].contains("too sharp"))
    }

    @Test func `an energy that is no number is refused with its place`() throws {
        let failure = #expect(throws: Failure.self) { try integral(of: FunctionEnergy { x, _ in x > 1 ? .nan : 0 }) }
        #expect(failure?.kind == .numerical && failure?.message.contains("the energy at (1.0") == true)
        let nowhere = #expect(throws: Failure.self) { try integral(of: FunctionEnergy { _, _ in .infinity }) }
        #expect(nowhere?.kind == .numerical)
    }
}
