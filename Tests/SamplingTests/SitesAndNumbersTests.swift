import Foundation
import Numerics
import Sampling
import Testing

/// Chains of states with sites and numbers have exactly the law of the energy, whatever moves each part.
struct SitesAndNumbersTests {
    /// A bit that says of which of two normal distributions a number is, beside another number: E = (1-b) E_0(x) + b E_1(x) + y²/2 - .3 x y, with the numbers at coordinates 0 and 2.
    struct Switched: RowPotential {
        static let (means, precisions, shift) = ([-1.0, 0.8], [1.5, 3.0], 0.4)
        let dimension = 3

        private func part(_ b: Int, _ x: Double) -> Double {
            Self.precisions[b] * (x - Self.means[b]) * (x - Self.means[b]) / 2 + (b == 1 ? Self.shift : 0)
        }

        func energy(_ x: [Double]) -> Double { (1 - x[1]) * part(0, x[0]) + x[1] * part(1, x[0]) + x[2] * x[2] / 2 - 0.3 * x[0] * x[2] }

        func gradient(_ x: [Double]) -> [Double] {
            let slopes = (0..<2).map { Self.precisions[$0] * (x[0] - Self.means[$0]) }
            return [(1 - x[1]) * slopes[0] + x[1] * slopes[1] - 0.3 * x[2], part(1, x[0]) - part(0, x[0]), x[2] - 0.3 * x[0]]
        }

        /// Weight, mean and variance of x for a value of the bit: y integrated out adds -.09 x²/2.
        func component(_ b: Int) -> (weight: Double, mean: Double, variance: Double) {
            let (p, m) = (Self.precisions[b], Self.means[b])
            let precision = p - 0.09
            let mean = p * m / precision
            let constant = p * m * m / 2 - precision * mean * mean / 2 + (b == 1 ? Self.shift : 0)
            return (exp(-constant) / precision.squareRoot(), mean, 1 / precision)
        }

        /// E b, E x, E x², E bx, E xy
        var moments: [Double] {
            let parts = (0..<2).map(component)
            let total = parts[0].weight + parts[1].weight
            let weights = parts.map { $0.weight / total }
            let squares = parts.map { $0.mean * $0.mean + $0.variance }
            let square = weights[0] * squares[0] + weights[1] * squares[1]
            return [weights[1], weights[0] * parts[0].mean + weights[1] * parts[1].mean, square, weights[1] * parts[1].mean, 0.3 * square]
        }

        static var functions: [([Double]) -> Double] {
            [{ $0[1] }, { $0[0] }, { $0[0] * $0[0] }, { $0[0] * $0[1] }, { $0[0] * $0[2] }]
        }
    }

    static func inTurn(_ sites: some TransitionKernel, _ numbers: some TransitionKernel) -> any TransitionKernel {
        SitesAndNumbers(sites: sites, numbers: numbers, columns: [0, 2])
    }

    static let bit = [DiscreteSite.bit(at: 1)]

    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let kernel: any TransitionKernel
    }

    static let cases = [
        Case(testDescription: "gibbs, mala", kernel: inTurn(Gibbs(sites: bit), MALA(stepSize: 0.3))),
        Case(testDescription: "gradients, hmc", kernel: inTurn(GibbsWithGradients(sites: bit), HMC(stepSize: 0.5, leapfrogSteps: 3))),
        Case(
            testDescription: "langevin, nuts",
            kernel: inTurn(DiscreteLangevin(sites: bit, stepSize: 1), NUTS(stepSize: 0.5, maximumDepth: 3))),
    ]

    @Test(arguments: cases)
    func `chains have the moments of the law`(test: Case) {
        func means(_ kernel: some TransitionKernel) -> ChainMeans {
            let buffers = ChainBuffers(chains: 800, dimension: 3, scratch: kernel.scratchTiles)
            return ChainMeans(
                kernel, buffers, in: Switched(), discarded: 50, steps: 100,
                stream: RandomStream(seed: 10, purpose: .langevin, step: 0, index: 0), functions: Switched.functions)
        }
        let result = means(test.kernel)
        for (number, mean) in Switched().moments.enumerated() {
            #expect(result.agrees(number, mean), "\(number): \(result.means[number]) ± \(result.errors[number]), not \(mean)")
        }
    }

    @Test(arguments: cases)
    func `energies and gradients are those of the end, evaluations as many as said, and bits the same with another scratch`(test: Case) {
        let runs = (0..<2).map { run -> ChainBuffers in
            let buffers = ChainBuffers(chains: 13, dimension: 3, scratch: test.kernel.scratchTiles)
            for tile in buffers.scratch { tile.fill(run == 1 ? .nan : 0) }
            let counting = CountedPotential(base: Switched())
            test.kernel.run(buffers, steps: 6, noise: KernelChecks.noise, in: counting)
            #expect(Double(counting.count) <= test.kernel.energyEvaluations(steps: 6))
            if !test.testDescription.contains("nuts") { #expect(Double(counting.count) == test.kernel.energyEvaluations(steps: 6)) }
            return buffers
        }
        #expect(runs[0].positions.values == runs[1].positions.values)
        let (energies, gradient) = (Matrix(rows: 13, columns: 1), Matrix(rows: 13, columns: 3))
        Switched().evaluate(runs[0].positions, energies: energies, gradient: gradient)
        #expect(runs[0].energies.values == energies.values && runs[0].gradient.values == gradient.values)
    }

    @Test(arguments: cases)
    func `a number or a bit that is held stays, and the rest has its law beside it`(test: Case) {
        let held = Matrix(rows: 2000, columns: 3)
        let buffers = ChainBuffers(chains: 2000, dimension: 3, scratch: test.kernel.scratchTiles, held: held)
        // Half of the chains keep x = .2, the others the bit at 1.
        for row in 0..<2000 {
            let column = row < 1000 ? 0 : 1
            (held[row, column], buffers.positions[row, column]) = (1, row < 1000 ? 0.2 : 1)
        }
        test.kernel.run(buffers, steps: 60, noise: KernelChecks.noise, in: Switched())
        #expect((0..<1000).allSatisfy { buffers.positions[$0, 0] == 0.2 } && (1000..<2000).allSatisfy { buffers.positions[$0, 1] == 1 })
        let model = Switched()
        let chance = 1 / (1 + exp(model.energy([0.2, 1, 0]) - model.energy([0.2, 0, 0])))
        let share = (0..<1000).reduce(0) { $0 + Double(buffers.positions[$1, 1]) } / 1000
        #expect(abs(share - chance) < Statistics.deviations * (chance * (1 - chance) / 1000).squareRoot())
        // y given x = .2 is N(.06, 1); x given b = 1 as its component.
        let y = (0..<1000).reduce(0) { $0 + Double(buffers.positions[$1, 2]) } / 1000
        #expect(abs(y - 0.06) < Statistics.deviations / 1000.0.squareRoot())
        let (_, mean, variance) = model.component(1)
        let x = (1000..<2000).reduce(0) { $0 + Double(buffers.positions[$1, 0]) } / 1000
        #expect(abs(x - mean) < Statistics.deviations * (variance / 1000).squareRoot())
    }

    @Test func `the step size that is adapted is that of the numbers`() {
        let kernel = SitesAndNumbers(sites: DiscreteLangevin(sites: Self.bit, stepSize: 1), numbers: MALA(stepSize: 0.3), columns: [0, 2])
        #expect(kernel.scaled(by: 2).numbers.stepSize == 0.6 && kernel.scaled(by: 2).sites.stepSize == 1)
        #expect(kernel.bestAcceptance == 0.574)
    }

    @Test func `trajectories of the numbers that diverge are reported`() {
        let kernel = SitesAndNumbers(sites: Gibbs(sites: Self.bit), numbers: HMC(stepSize: 5, leapfrogSteps: 8), columns: [0, 2])
        let buffers = ChainBuffers(chains: 13, dimension: 3, scratch: kernel.scratchTiles)
        let info = kernel.run(buffers, steps: 3, noise: KernelChecks.noise, in: Switched())
        #expect(info.diverged.sorted() == (0..<13).flatMap { [$0, $0, $0] })
    }
}
