import Configuration
import Datasets
import Foundation
import Learning
import Model
import Numerics
import Sampling
import TestSupport
import Testing

/// A density of a category c, a number that may be missing, and an angle: p(c), the share of gaps of c, N(mean of c, 1/4) and von Mises with κ = 1 and the
/// middle of c.
private struct Known: ConditionalPotential {
    static let shares: [Float] = [0.5, 0.3, 0.2]
    static let gaps: [Float] = [0.1, 0.5, 0.6]
    static let means: [Float] = [-1, 0, 1]
    static let middles: [Float] = [0, 1, 2]

    let number = 0
    let gap = 1
    /// The first of three.
    let category = 2
    let cosine = 5
    /// What stands in a gap.
    let filler: Float

    var dimension: Int { 7 }

    func setCondition(_ rows: Matrix) {}
    func setLevel(_ level: Float) {}

    func evaluate(_ x: Matrix, energies: Matrix, gradient: Matrix) {
        gradient.fill(0)
        for row in 0..<x.rows {
            let c = (0..<3).first { x[row, category + $0] == 1 } ?? 0
            let (away, middle) = (x[row, number] - Self.means[c], Self.middles[c])
            // A gap with another number than its filler is no row.
            let ofNumber =
                x[row, gap] == 1
                ? -log(Self.gaps[c]) + 1000 * abs(x[row, number] - filler)
                : 2 * away * away + log(Float.pi / 2) / 2 - log(1 - Self.gaps[c])
            energies[row, 0] = ofNumber - log(Self.shares[c]) - cos(middle) * x[row, cosine] - sin(middle) * x[row, cosine + 1]
            // Where there is a gap, whatever the energy of rows says of the number.
            gradient[row, number] = x[row, gap] == 1 ? 7 : 4 * away
            (gradient[row, cosine], gradient[row, cosine + 1]) = (-cos(middle), -sin(middle))
        }
    }
}

@Suite struct SpacePotentialTests {
    /// The space of x with gaps, c and h.
    private static func space() throws -> RowSpace {
        let folder = try TemporaryFolder()
        let rows = (0..<64).map { row in
            "\(row % 4 == 0 ? "" : "\(Double(row * 37 % 64) / 16 - 2)"),\(["a", "b", "d"][row % 3]),\(Double(row * 5 % 48) / 2)"
        }
        let configuration = try ScratchRun.configuration([
            "data.source=\(folder.file("t.csv", Array(("x,c,h\n" + rows.joined(separator: "\n") + "\n").utf8)))",
            "data.kinds=c=category,h=cyclic:24", "data.dequantize=false", "objective.kind=energyDiscrepancy", "data.noise=0",
        ])
        return try #require(try configuration.learnedRows(try configuration.loadedSource()).data.space)
    }

    private static func known(_ space: RowSpace) -> Known {
        let row = Matrix(rows: 1, columns: 7, [9, 1, 1, 0, 0, 1, 0])
        space.settle(row)
        return Known(filler: row[0, 0])
    }

    @Test func `chains have the shares of words and gaps, and the numbers and angles beside them, and end as rows`() throws {
        let space = try Self.space()
        #expect(space.gaps.map(\.coordinates) == [0..<1] && space.parts.contains(.angle(5)))
        let (known, count) = (Self.known(space), 4096)
        let run = ChainRun(
            kernel: MALA(stepSize: 0.04), steps: 300, start: .noise(.gaussian(deviation: 1), .samplingStart),
            numbers: ChainRun.Numbers(seed: 3, motion: .sampling, decisions: .samplingDecision), space: space)
        let x = run.samples(run.buffers(chains: count, dimension: 7), step: 0, index: 0, in: known)
        for c in 0..<3 {
            let rows = (0..<count).filter { x[$0, 2 + c] == 1 }
            let (open, closed) = (rows.filter { x[$0, 1] == 1 }, rows.filter { x[$0, 1] == 0 })
            #expect(open.count + closed.count == rows.count && open.allSatisfy { x[$0, 0] == known.filler })
            let n = Double(rows.count)
            // Five standard errors.
            #expect(abs(n / Double(count) - Double(Known.shares[c])) < 0.04)
            #expect(abs(Double(open.count) / n - Double(Known.gaps[c])) < 2.5 / n.squareRoot())
            let mean = closed.reduce(0) { $0 + Double(x[$1, 0]) } / Double(closed.count)
            let variance = closed.reduce(0) { $0 + pow(Double(x[$1, 0]) - mean, 2) } / Double(closed.count)
            #expect(abs(mean - Double(Known.means[c])) < 2.5 / Double(closed.count).squareRoot())
            #expect(abs(variance - 0.25) < 1.8 / Double(closed.count).squareRoot())
            let along = rows.reduce(0) {
                $0 + cos(Double(Known.middles[c])) * Double(x[$1, 5]) + sin(Double(Known.middles[c])) * Double(x[$1, 6])
            }
            // I_1(1) / I_0(1)
            #expect(abs(along / n - 0.4464) < 3.5 / n.squareRoot())
            #expect(rows.allSatisfy { abs(x[$0, 5] * x[$0, 5] + x[$0, 6] * x[$0, 6] - 1) < 1e-5 })
        }
        #expect((0..<count).allSatisfy { row in (2..<5).reduce(0) { $0 + x[row, $1] } == 1 })
    }

    @Test func `slopes of states are those of their energies, of what stands in a gap and of the distance from the origin too`() throws {
        let space = try Self.space()
        let states: [Float] = [
            0.3, 0, 0, 1, 0, 0.6, -0.9,
            -1.2, 1, 0, 0, 1, -0.5, 0.4,
        ]
        let potential = SpacePotential(base: Self.known(space), space: space, count: 2)
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
