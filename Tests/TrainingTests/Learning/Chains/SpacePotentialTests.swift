import Datasets
import Foundation
import Learning
import Numerics
import Sampling
import Testing

@Suite struct SpacePotentialTests {
    @Test func `chains have the shares of words and gaps, and the numbers and angles beside them, and end as rows`() throws {
        let space = try KnownTable.space()
        #expect(space.gaps.map(\.coordinates) == [0..<1] && space.parts.contains(.angle(5)))
        let (known, count) = (KnownTable(space), 4096)
        let run = ChainRun(
            kernel: SitesAndNumbers(
                sites: Gibbs(sites: space.sites.map(\.site)), numbers: MALA(stepSize: 0.04), columns: space.columnsOfNumbers),
            steps: 300, start: .noise(.gaussian(deviation: 1), .samplingStart),
            numbers: ChainRun.Numbers(seed: 3, motion: .sampling, decisions: .samplingDecision), space: space)
        let x = run.samples(run.buffers(chains: count, dimension: 7), step: 0, index: 0, in: known)
        for c in 0..<3 {
            let rows = (0..<count).filter { x[$0, 2 + c] == 1 }
            let (open, closed) = (rows.filter { x[$0, 1] == 1 }, rows.filter { x[$0, 1] == 0 })
            #expect(open.count + closed.count == rows.count && open.allSatisfy { x[$0, 0] == known.filler })
            let n = Double(rows.count)
            // Five standard errors.
            #expect(abs(n / Double(count) - Double(KnownTable.shares[c])) < 0.04)
            #expect(abs(Double(open.count) / n - Double(KnownTable.gaps[c])) < 2.5 / n.squareRoot())
            let mean = closed.reduce(0) { $0 + Double(x[$1, 0]) } / Double(closed.count)
            let variance = closed.reduce(0) { $0 + pow(Double(x[$1, 0]) - mean, 2) } / Double(closed.count)
            #expect(abs(mean - Double(KnownTable.means[c])) < 2.5 / Double(closed.count).squareRoot())
            #expect(abs(variance - 0.25) < 1.8 / Double(closed.count).squareRoot())
            let along = rows.reduce(0) {
                $0 + cos(Double(KnownTable.middles[c])) * Double(x[$1, 5]) + sin(Double(KnownTable.middles[c])) * Double(x[$1, 6])
            }
            // I_1(1) / I_0(1)
            #expect(abs(along / n - 0.4464) < 3.5 / n.squareRoot())
            #expect(rows.allSatisfy { abs(x[$0, 5] * x[$0, 5] + x[$0, 6] * x[$0, 6] - 1) < 1e-5 })
        }
        #expect((0..<count).allSatisfy { row in (2..<5).reduce(0) { $0 + x[row, $1] } == 1 })
    }

    @Test func `slopes of states are those of their energies, of what stands in a gap and of the distance from the origin too`() throws {
        let space = try KnownTable.space()
        let states: [Float] = [
            0.3, 0, 0, 1, 0, 0.6, -0.9,
            -1.2, 1, 0, 0, 1, -0.5, 0.4,
        ]
        let potential = SpacePotential(base: KnownTable(space), space: space, count: 2)
        let (x, energies, gradient) = (Matrix(rows: 2, columns: 7, states), Matrix(rows: 2, columns: 1), Matrix(rows: 2, columns: 7))
        potential.evaluate(x, energies: energies, gradient: gradient)
        let slopes = gradient.values
        for column in [0, 5, 6] {
            var ends: [[Float]] = []
            for step: Float in [-0.01, 0.01] {
                let moved = Matrix(rows: 2, columns: 7, states)
                for row in 0..<2 { moved[row, column] += step }
                potential.evaluate(moved, energies: energies, gradient: gradient)
                ends.append(energies.values)
            }
            for row in 0..<2 {
                let slope = (ends[1][row] - ends[0][row]) / 0.02
                #expect(abs(slope - slopes[row * 7 + column]) < 0.02, "row \(row), column \(column): \(slope), \(slopes[row * 7 + column])")
            }
        }
    }
}
