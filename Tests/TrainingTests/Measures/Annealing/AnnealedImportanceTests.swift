import Datasets
import Distributed
import Failures
import Foundation
import Measures
import Numerics
import Sampling
import Testing

/// Against energies whose log Z is known.
@Suite struct AnnealedImportanceTests {
    /// An energy and its gradient as a function of a row.
    private struct FunctionPotential: Potential, Sendable {
        let dimension: Int
        let function: @Sendable ([Double]) -> (energy: Double, gradient: [Double])

        func evaluate(_ x: Matrix, energies: Matrix, gradient: Matrix) {
            for row in 0..<x.rows {
                let found = function((0..<dimension).map { Double(x[row, $0]) })
                energies[row, 0] = Float(found.energy)
                for column in 0..<dimension { gradient[row, column] = Float(found.gradient[column]) }
            }
        }
    }

    /// A case: an energy, draws of its density, and log Z.
    private struct Known {
        let energy: FunctionPotential
        let base: NormalCoordinates
        let logZ: Double
        let draws: Matrix
    }

    /// N(m, diag s²), with the constant left out.
    private static func gaussian(_ deviations: [Double], mean: Double, base: NormalCoordinates? = nil) -> Known {
        let size = deviations.count
        let energy = FunctionPotential(dimension: size) { x in
            let z = zip(x, deviations).map { ($0 - mean) / $1 }
            return (z.reduce(0) { $0 + $1 * $1 / 2 }, zip(z, deviations).map { $0 / $1 })
        }
        let draws = Matrix(rows: 200, columns: size)
        RandomStream(seed: 5, purpose: .test, step: 0, index: 0).fillNormals(draws)
        for row in 0..<200 { for column in 0..<size { draws[row, column] = Float(mean + deviations[column] * Double(draws[row, column])) } }
        let logZ = deviations.reduce(0.0) { $0 + log($1) + 0.5 * log(2 * Double.pi) }
        // The simple density is off in means and deviations.
        let standard = NormalCoordinates(mean: Array(repeating: 0, count: size), variances: Array(repeating: 1.7, count: size))
        return Known(energy: energy, base: base ?? standard, logZ: logZ, draws: draws)
    }

    /// 0.3 N(-2, 0.5²) + 0.7 N(2, 0.8²) in each of two values, times e^1.5.
    private static func mixture() -> Known {
        let parts = [(0.3, -2.0, 0.5), (0.7, 2.0, 0.8)]
        let energy = FunctionPotential(dimension: 2) { x in
            var (energy, gradient) = (-1.5, [0.0, 0])
            for (column, value) in x.enumerated() {
                // Relative to the greatest part, so that nothing vanishes far away.
                let logs = parts.map { log($0.0 / $0.2 / (2 * Double.pi).squareRoot()) - pow((value - $0.1) / $0.2, 2) / 2 }
                let most = max(logs[0], logs[1])
                let shares = logs.map { exp($0 - most) }
                let sum = shares[0] + shares[1]
                energy -= most + log(sum)
                gradient[column] = zip(shares, parts).reduce(0.0) { $0 + $1.0 / sum * (value - $1.1.1) / ($1.1.2 * $1.1.2) }
            }
            return (energy, gradient)
        }
        let (draws, choices) = (Matrix(rows: 200, columns: 2), RandomStream(seed: 6, purpose: .test, step: 0, index: 0))
        RandomStream(seed: 5, purpose: .test, step: 0, index: 0).fillNormals(draws)
        for index in 0..<400 {
            let part = parts[choices.uniform(at: index) < 0.3 ? 0 : 1]
            draws[index / 2, index % 2] = Float(part.1 + part.2 * Double(draws[index / 2, index % 2]))
        }
        return Known(
            energy: energy, base: NormalCoordinates(mean: [0.8, 0.8], variances: [3.9, 3.9], directions: [0.6, 0.8, 0.8, -0.6]), logZ: 1.5,
            draws: draws)
    }

    private static func settings(_ temperatures: Int = 300, equilibration: Int = 0) -> AnnealedImportance.Settings {
        var settings = AnnealedImportance.Settings()
        (settings.temperatures, settings.equilibration) = (temperatures, equilibration)
        return settings
    }

    private static func bracket(
        _ known: Known, _ settings: AnnealedImportance.Settings = settings(), _ communicator: any Communicator = SoloCommunicator()
    ) throws -> PartitionBracket {
        _ = OneThreadPerProduct.once
        return try AnnealedImportance(of: known.energy, from: known.base, settings).bracket(backwardsFrom: known.draws, communicator)
    }

    /// - Parameter width: that the bracket may have at most.
    private static func expect(_ found: PartitionBracket, _ logZ: Double, width: Double) {
        let (low, high) = (found.logZ.interval.low, found.logZ.interval.high)
        #expect(low <= logZ && logZ <= high, "\(low) to \(high), expected \(logZ)")
        #expect(high - low < width && !found.isCrossed, "\(low) to \(high)")
        #expect(abs(found.logZ.value - logZ) < width / 3, "\(found.logZ.value), expected \(logZ)")
    }

    @Test(arguments: [1, 2, 10]) func `the bracket contains log Z of a Gaussian`(dimension: Int) throws {
        let deviations = (0..<dimension).map { 0.5 + 0.3 * Double($0 % 4) }
        let known = Self.gaussian(deviations, mean: 0.7)
        Self.expect(try Self.bracket(known), known.logZ, width: 0.3)
    }

    @Test func `the bracket contains log Z of a mixture`() throws {
        let known = Self.mixture()
        Self.expect(try Self.bracket(known), known.logZ, width: 0.5)
    }

    /// A ring in the plane: log Z by the integral on the grid.
    @Test func `the bracket contains the integral of an energy of the plane`() throws {
        let energy = FunctionPotential(dimension: 2) { x in
            let radius = max((x[0] * x[0] + x[1] * x[1]).squareRoot(), 1e-9)
            let slope = (radius - 2) / 0.09
            return ((radius - 2) * (radius - 2) / 0.18 + 0.3 * x[0], [slope * x[0] / radius + 0.3, slope * x[1] / radius])
        }
        struct Plane: PlaneEnergy {
            let base: FunctionPotential
            func evaluate(_ points: Matrix, into energies: Matrix) {
                base.evaluate(points, energies: energies, gradient: Matrix(rows: points.rows, columns: 2))
            }
        }
        let square = try #require(PlaneDensity(named: "rings")).domain
        let integral = try PlaneIntegral(of: Plane(base: energy), over: square, SoloCommunicator())
        // No exact draws: chains that start on the ring move on before they go backwards.
        let start = Matrix(rows: 160, columns: 2, (0..<160).flatMap { [2 * Float(cos(Double($0))), 2 * Float(sin(Double($0)))] })
        let known = Known(
            energy: energy, base: NormalCoordinates(mean: [-0.5, 0], variances: [2, 2]), logZ: integral.logZ, draws: start)
        Self.expect(try Self.bracket(known, Self.settings(equilibration: 100)), known.logZ, width: 0.3)
    }

    /// exp(-a x) in [0, 2]²: ((1 - e^-2a)/a)².
    @Test func `walls are walls, whatever the energy does outside`() throws {
        let energy = FunctionPotential(dimension: 2) { x in (3 * (x[0] + x[1]), [3, 3]) }
        let uniforms = Matrix(rows: 200, columns: 2)
        RandomStream(seed: 5, purpose: .test, step: 0, index: 0).fillUniforms(uniforms)
        for index in 0..<400 {
            let u = Double(uniforms[index / 2, index % 2])
            uniforms[index / 2, index % 2] = Float(-log(1 - u * (1 - exp(-6))) / 3)
        }
        let known = Known(
            energy: energy, base: NormalCoordinates(box: 0...2, dimension: 2), logZ: 2 * log((1 - exp(-6)) / 3), draws: uniforms)
        Self.expect(try Self.bracket(known), known.logZ, width: 0.2)
    }

    /// Two temperatures are too few for ten values: the bounds are far apart, and log Z between them.
    @Test func `a short path has a wide bracket that still holds`() throws {
        let known = Self.gaussian(Array(repeating: 0.3, count: 10), mean: 0.7)
        let found = try Self.bracket(known, Self.settings(3))
        #expect(found.lower.value < known.logZ - 0.3 && found.upper.value > known.logZ + 0.3)
        #expect(found.logZ.interval.low <= known.logZ && known.logZ <= found.logZ.interval.high)
    }

    @Test(arguments: [2, 3]) func `the bracket is the same bits on any number of ranks`(ranks: Int) throws {
        let measure = { @Sendable (communicator: any Communicator) throws -> PartitionBracket in
            try Self.bracket(Self.mixture(), Self.settings(20, equilibration: 3), communicator)
        }
        let alone = try measure(SoloCommunicator())
        #expect(try ThreadRanks.run(ranks, measure) == Array(repeating: alone, count: ranks))
    }

    @Test func `an energy that does not grow has no log Z`() throws {
        let base = NormalCoordinates(mean: [0, 0], variances: [1, 1])
        let flat = FunctionPotential(dimension: 2) { x in (1 / (1 + exp(-x[0])), [0, 0]) }
        let falling = FunctionPotential(dimension: 2) { x in (x[1], [0, 1]) }
        for energy in [flat, falling] {
            let known = Known(energy: energy, base: base, logZ: 0, draws: Matrix(rows: 1, columns: 2))
            let failure = #expect(throws: Failure.self) { try Self.bracket(known) }
            #expect(failure?.kind == .numerical && failure?.message.contains("model.referenceDeviation") == true)
        }
    }
}
