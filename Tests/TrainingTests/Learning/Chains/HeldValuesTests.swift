import Datasets
import Foundation
import Learning
import Model
import Numerics
import Sampling
import Testing

/// Three normal numbers of variance 1, the first two with the correlation ρ, the last one alone.
private struct Correlated: ConditionalPotential {
    static let correlation: Float = 0.8

    var dimension: Int { 3 }

    func setCondition(_ rows: Matrix) {}
    func setLevel(_ level: Float) {}

    func evaluate(_ x: Matrix, energies: Matrix, gradient: Matrix) {
        let (rho, scale) = (Self.correlation, 1 / (1 - Self.correlation * Self.correlation))
        for row in 0..<x.rows {
            let (a, b, c) = (x[row, 0], x[row, 1], x[row, 2])
            let square = a * a - 2 * rho * a * b + b * b
            energies[row, 0] = scale * square / 2 + c * c / 2
            gradient[row, 0] = scale * (a - rho * b)
            gradient[row, 1] = scale * (b - rho * a)
            gradient[row, 2] = c
        }
    }
}

/// Chains that keep what is given of a state have the law of the rest given that.
@Suite struct HeldValuesTests {
    private static func run(_ kernel: any TransitionKernel, steps: Int, space: RowSpace? = nil) -> ChainRun {
        ChainRun(
            kernel: space.map { $0.kernel(ofSites: Gibbs(sites: $0.sites.map(\.site)), numbers: kernel) } ?? kernel, steps: steps,
            start: .noise(.gaussian(deviation: 1), .samplingStart),
            numbers: ChainRun.Numbers(seed: 5, motion: .sampling, decisions: .samplingDecision), space: space)
    }

    /// Samples of rows, half of which have one and half the other values and marks.
    private static func samples(
        _ run: ChainRun, of potential: some ConditionalPotential, count: Int, _ halves: [(values: [Float], marks: [Float])]
    ) -> Matrix {
        let width = potential.dimension
        let held = HeldValues(
            values: Matrix(rows: 2, columns: width, halves.flatMap(\.values)),
            marks: Matrix(rows: 2, columns: width, halves.flatMap(\.marks))
        ).rows((0..<count).map { 2 * $0 / count })
        return run.samples(
            run.buffers(chains: count, dimension: width, held: held.marks), step: 0, index: 0, in: potential, held: held)
    }

    private static func moments(_ values: [Float]) -> (mean: Double, variance: Double) {
        let mean = values.reduce(0) { $0 + Double($1) } / Double(values.count)
        return (mean, values.reduce(0) { $0 + pow(Double($1) - mean, 2) } / Double(values.count))
    }

    static let kernels: [(kernel: any TransitionKernel, steps: Int)] = [
        (MALA(stepSize: 0.15), 120), (HMC(stepSize: 0.3, leapfrogSteps: 5, temperature: 1), 40),
    ]

    @Test(arguments: kernels.indices) func `numbers have their conditional law, whichever are given in a row, and these stay`(
        place: Int
    ) {
        let (kernel, steps) = Self.kernels[place]
        let count = 8192
        let x = Self.samples(
            Self.run(kernel, steps: steps), of: Correlated(), count: count, [([1.5, 7, 7], [1, 0, 0]), ([7, -0.5, 2], [0, 1, 1])])
        let (first, second) = (0..<count / 2, count / 2..<count)
        #expect(first.allSatisfy { x[$0, 0] == 1.5 } && second.allSatisfy { x[$0, 1] == -0.5 && x[$0, 2] == 2 })
        // N(ρ v, 1 - ρ²) beside the value v, and N(0, 1) of what nothing is known of.
        let n = Double(count / 2)
        let expected: [(rows: Range<Int>, column: Int, mean: Double, variance: Double)] = [
            (first, 1, 1.2, 0.36), (first, 2, 0, 1), (second, 0, -0.4, 0.36),
        ]
        for (rows, column, mean, variance) in expected {
            let found = Self.moments(rows.map { x[$0, column] })
            #expect(abs(found.mean - mean) < 5 * (variance / n).squareRoot(), "\(column): \(found)")
            #expect(abs(found.variance - variance) < 5 * variance * (2 / n).squareRoot(), "\(column): \(found)")
        }
    }

    @Test func `words given numbers and angles, and these given words, have their conditional law without gaps`() throws {
        let space = try KnownTable.space()
        let (known, count) = (KnownTable(space), 8192)
        let x = Self.samples(
            Self.run(MALA(stepSize: 0.04), steps: 200, space: space.withoutGaps), of: known, count: count,
            // x = 0.4 and an angle of 0 are given of the first rows, the second word and an angle of the others.
            [([0.4, 0, 9, 9, 9, 1, 0], [1, 1, 0, 0, 0, 1, 1]), ([9, 0, 0, 1, 0, 0, 1], [0, 1, 1, 1, 1, 1, 1])])
        let (first, second) = (0..<count / 2, count / 2..<count)
        let n = Double(count / 2)
        #expect((0..<count).allSatisfy { x[$0, 1] == 0 }, "something is in every row")
        #expect(first.allSatisfy { x[$0, 0] == 0.4 && x[$0, 5] == 1 && x[$0, 6] == 0 })
        #expect(second.allSatisfy { x[$0, 3] == 1 && x[$0, 5] == 0 && x[$0, 6] == 1 })
        // p(c) (1 - share of gaps) N(0.4; mean, 1/4) exp(cos(0 - middle))
        let weights = (0..<3).map { c -> Double in
            let away = 0.4 - Double(KnownTable.means[c])
            let isThere = Double(KnownTable.shares[c]) * Double(1 - KnownTable.gaps[c])
            return isThere * exp(-2 * away * away) * exp(cos(Double(KnownTable.middles[c])))
        }
        for c in 0..<3 {
            let share = weights[c] / weights.reduce(0, +)
            let found = Double(first.count { x[$0, 2 + c] == 1 }) / n
            #expect(abs(found - share) < 5 * (share * (1 - share) / n).squareRoot(), "\(c): \(found), not \(share)")
        }
        let found = Self.moments(second.map { x[$0, 0] })
        #expect(abs(found.mean - Double(KnownTable.means[1])) < 2.5 / n.squareRoot(), "\(found)")
        #expect(abs(found.variance - 0.25) < 5 * 0.25 * (2 / n).squareRoot(), "\(found)")
    }
}
