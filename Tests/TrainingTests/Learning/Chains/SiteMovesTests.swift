import Configuration
import Datasets
import Foundation
import Learning
import Model
import Numerics
import Sampling
import TestSupport
import Testing

/// Two numbers and a word that are there together, with probability 4/5, or are missing together: u ~ N(1/2, 1), v ~ N(-u, 1/4), the word a with probability 3/4.
private struct Together: Potential {
    static let shareOfGaps = 0.2

    /// What stands in gaps.
    let fillers: [Float]

    var dimension: Int { 7 }

    func evaluate(_ x: Matrix, energies: Matrix, gradient: Matrix) {
        gradient.fill(0)
        for row in 0..<x.rows {
            let areOpen = [x[row, 1] == 1, x[row, 3] == 1, x[row, 6] == 1]
            guard Set(areOpen).count == 1 else {
                energies[row, 0] = 60
                continue
            }
            if areOpen[0] {
                // Another number than the filler is no row.
                let away = abs(x[row, 0] - fillers[0]) + abs(x[row, 2] - fillers[1])
                energies[row, 0] = -log(Float(Self.shareOfGaps)) + 1000 * away
                continue
            }
            let (u, v) = (x[row, 0] - 0.5, x[row, 2] + x[row, 0])
            let word: Float = x[row, 4] == 1 ? 0.75 : 0.25
            let ofNumbers = u * u / 2 + 2 * v * v + log(Float.pi)
            energies[row, 0] = ofNumbers - log(Float(1 - Self.shareOfGaps)) - log(word)
            (gradient[row, 0], gradient[row, 2]) = (u + 4 * v, 4 * v)
        }
    }
}

@Suite struct SiteMovesTests {
    /// Of 256 rows, 192 of which have nothing at all.
    private static func space() throws -> RowSpace {
        let folder = try TemporaryFolder()
        let rows = (0..<256).map { (row: Int) -> String in
            guard row % 4 == 0 else { return ",," }
            let (u, v) = (Double(row * 37 % 64) / 16 - 2, Double(row * 11 % 64) / 16 - 2)
            return "\(u),\(v),\(row % 8 == 0 ? "a" : "b")"
        }
        let configuration = try ScratchRun.configuration([
            "data.source=\(folder.file("t.csv", Array(("u,v,k\n" + rows.joined(separator: "\n") + "\n").utf8)))", "data.kinds=k=category",
            "data.dequantize=false", "objective.kind=energyDiscrepancy", "data.noise=0",
        ])
        return try #require(try configuration.learnedRows(try configuration.loadedSource()).data.space)
    }

    private static func run(_ space: RowSpace, _ start: ChainRun.Start, steps: Int) -> ChainRun {
        ChainRun(
            kernel: space.kernel(ofSites: Gibbs(sites: space.sites.map(\.site)), numbers: MALA(stepSize: 0.1)), steps: steps, start: start,
            numbers: ChainRun.Numbers(seed: 3, motion: .sampling, decisions: .samplingDecision), space: space)
    }

    @Test func `gaps that come together are left and entered together, with the shares of the energy and not of the learned rows`() throws {
        let space = try Self.space()
        #expect(space.patterns.map(\.areOpen) == [[true, true, true], [false, false, false]])
        #expect(space.patterns.map(\.share) == [0.75, 0.25])
        let closed = Matrix(rows: 1, columns: 7, [0, 1, 0, 1, 0, 0, 1])
        space.settle(closed)
        let energy = Together(fillers: [closed[0, 0], closed[0, 2]])
        let (count, run) = (4096, Self.run(space, .positions, steps: 150))
        let chains = run.buffers(chains: count, dimension: 7)
        // All begin with something in every column, and the word that is rare.
        for row in 0..<count {
            for (column, value) in [0.5, 0, -0.5, 0, 0, 1, 0].enumerated() { chains.positions[row, column] = Float(value) }
        }
        run.advance(chains, step: 0, index: 0, in: energy)
        space.settle(chains.positions)
        let x = chains.positions
        let (open, there) = ((0..<count).filter { x[$0, 1] == 1 }, (0..<count).filter { x[$0, 1] == 0 })
        #expect(open.allSatisfy { x[$0, 3] == 1 && x[$0, 6] == 1 } && there.allSatisfy { x[$0, 3] == 0 && x[$0, 6] == 0 })
        let (n, share) = (Double(count), Together.shareOfGaps)
        #expect(abs(Double(open.count) / n - share) < 5 * (share * (1 - share) / n).squareRoot(), "\(open.count)")
        let left = Double(there.count)
        let words = Double(there.count { x[$0, 4] == 1 }) / left
        #expect(abs(words - 0.75) < 5 * (0.1875 / left).squareRoot(), "\(words)")
        let mean = there.reduce(0) { $0 + Double(x[$1, 0]) } / left
        #expect(abs(mean - 0.5) < 5 / left.squareRoot(), "\(mean)")
        let together = there.reduce(0) { $0 + Double(x[$1, 2] + x[$1, 0]) } / left
        #expect(abs(together) < 2.5 / left.squareRoot(), "\(together)")
    }

    @Test func `chains from noise begin with the gaps that rows have together`() throws {
        let space = try Self.space()
        let tile = Matrix(rows: 4096, columns: 7)
        Self.run(space, .noise(.gaussian(deviation: 1), .samplingStart), steps: 0).begin(tile, step: 0, index: 0)
        let open = (0..<4096).count { tile[$0, 1] == 1 }
        #expect((0..<4096).allSatisfy { tile[$0, 1] == tile[$0, 3] && tile[$0, 1] == tile[$0, 6] })
        #expect(abs(Double(open) / 4096 - 0.75) < 5 * (0.1875 / 4096).squareRoot(), "\(open)")
        #expect((0..<4096).allSatisfy { row in (4..<7).reduce(0) { $0 + tile[row, $1] } == 1 })
    }
}
