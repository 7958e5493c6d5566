import Configuration
import Datasets
import Foundation
import Learning
import Model
import Numerics
import TestSupport
import Testing
import Training

/// Objectives on rows of words, bits, orders, gaps and numbers together.
@Suite("Mixed rows")
struct MixedRowsTests {
    /// A table of as many rows of each kind as its count says.
    private static func table(_ header: String, _ rows: [(text: String, count: Int)]) -> String {
        header + "\n" + rows.flatMap { row in Array(repeating: row.text + "\n", count: row.count) }.joined()
    }

    private static func bench(_ table: String, _ arguments: [String]) throws -> LearnerBench {
        let folder = try TemporaryFolder()
        return LearnerBench(
            try ScratchRun.trainer(
                [
                    "data.source=\(folder.file("t.csv", Array(table.utf8)))", "data.noise=0", "data.dequantize=false", "run.shards=1",
                    "run.chainsPerShard=64",
                    "model.referenceDeviation=null",
                ] + arguments))
    }

    /// The gradient with these parameters in units of its standard error over steps, value by value.
    private static func scores(_ bench: LearnerBench, _ parameters: [Float], steps: Int = 512) -> [Double] {
        var (sums, squares) = ([Double](repeating: 0, count: parameters.count), [Double](repeating: 0, count: parameters.count))
        bench.prepare(parameters)
        for step in 0..<steps {
            for (place, value) in bench.gradient(step: step).enumerated() {
                sums[place] += Double(value)
                squares[place] += Double(value) * Double(value)
            }
        }
        let n = Double(steps)
        return zip(sums, squares).map { sum, square in
            let error = ((square / n - sum * sum / n / n) / n).squareRoot()
            return error > 0 ? sum / n / error : 0
        }
    }

    private static let linear = ["model.kind=layers", #"model.layers=[{kind: "dense", outputs: 1}]"#]
    private static let discrepancy = ["objective.kind=energyDiscrepancy", "objective.samples=3"]

    /// A coordinate of a table that is one of some values with known probabilities, in 1,024 rows.
    struct Known: Sendable, CustomTestStringConvertible {
        let name: String
        let kinds: String
        let counts: [(text: String, count: Int)]
        /// Energies with the truth, as weights of coordinates.
        let weights: [Double]
        var testDescription: String { name }

        static func energy(_ count: Int) -> Double { -log(Double(count) / 1024) }
    }

    static let known = [
        Known(
            name: "a category", kinds: "c=category", counts: [("a", 512), ("b", 320), ("d", 160), ("e", 32)],
            weights: [512, 320, 160, 32].map { Known.energy($0) }),
        Known(
            name: "a category with gaps", kinds: "c=category", counts: [("a", 512), ("b", 448), ("", 64)],
            weights: [512, 448, 64].map { Known.energy($0) }),
        Known(
            name: "an order with gaps", kinds: "c=ordered:a<b", counts: [("a", 640), ("b", 256), ("", 128)],
            // The coordinates are the place and the gap, beside which the place is that of the middle row, a.
            weights: [Known.energy(256) - Known.energy(640), Known.energy(128) - Known.energy(640)]),
    ]

    @Test(arguments: known, [0.1, 1.5]) func `one column of known probabilities has the energies -log p, for every number of samples`(
        _ own: Known, time: Double
    ) throws {
        // A second column, as a table of one column may be anything.
        let table = Self.table("c,x", own.counts.map { ("\($0.text),1", $0.count) })
        let bench = try Self.bench(
            table, Self.linear + Self.discrepancy + ["data.kinds=\(own.kinds),x=none", "objective.siteTime=\(time)"])
        let truth = own.weights.map { Float($0) } + [0]
        // The bias has no gradient.
        for score in Self.scores(bench, truth).dropLast() { #expect(abs(score) < 5.5, "\(score)") }
        var wrong = truth
        wrong[0] += 0.5
        #expect(Self.scores(bench, wrong).contains { abs($0) > 8 })
    }

    @Test func `a number with gaps has the energy of its density where it is there, and -log of the share of gaps elsewhere`() throws {
        let (there, open) = (768, 256)
        // Quantiles of N(0, 1); the middle one, which stands in gaps, is 0.
        let numbers = (0..<there).map { "\(NormalQuantile.value((Double($0) + 0.5) / Double(there)))" }
        let rows = numbers + Array(repeating: "", count: open)
        let bench = try Self.bench(
            "x,c\n" + rows.map { "\($0),1\n" }.joined(),
            Self.linear + Self.discrepancy
                + ["data.kinds=c=none", "model.referenceDeviation=1", "objective.noise=0.5", "objective.siteTime=0.8"])
        let share = Double(open) / 1024
        let bias = log(2 * Double.pi) / 2 - log(1 - share)
        // Beside the network stands (x² + gap²)/2, and 0.0016 is the middle of the quantiles.
        let gap = -log(share) - 0.5 - bias
        let truth = [0, Float(gap), Float(bias)]
        for score in Self.scores(bench, truth).dropLast() { #expect(abs(score) < 5.5, "\(score)") }
        for place in 0..<2 {
            var wrong = truth
            wrong[place] += 0.4
            #expect(abs(Self.scores(bench, wrong)[place]) > 8)
        }
    }

    /// exp(J Σ s s' + h Σ s) over the four edges of a square of spins.
    private static let ising: [(spins: [Int], probability: Double)] = {
        let states = (0..<16).map { state in (0..<4).map { state >> $0 & 1 } }
        let weights = states.map { state -> Double in
            let s = state.map { Double(2 * $0 - 1) }
            return exp(0.5 * (s[0] * s[1] + s[1] * s[3] + s[3] * s[2] + s[2] * s[0]) + 0.1 * s.reduce(0, +))
        }
        return zip(states, weights.map { $0 / weights.reduce(0, +) }).map { ($0, $1) }
    }()

    private static let isingTable = table(
        "a,b,c,d",
        ising.map { (text: $0.spins.map { $0 == 1 ? "up" : "down" }.joined(separator: ","), count: Int(($0.probability * 8192).rounded())) }
    )

    /// Of the sixteen states; "down" is 0 and "up" is 1.
    private static func energies(_ bench: LearnerBench, _ parameters: [Float]) -> [Float] {
        let (states, energies) = (Matrix(rows: 16, columns: 4, ising.flatMap { $0.spins.map { Float($0) } }), Matrix(rows: 16, columns: 1))
        bench.plan.model.energies(
            of: states, bench.weights(parameters).learning.energy, Workspace(bench.plan.model, rows: 16), into: energies)
        return energies.values
    }

    @Test func `four spins on a square are learned with the energies of their enumeration`() throws {
        let bench = try Self.bench(
            Self.isingTable,
            Self.discrepancy + [
                "objective.siteTime=0.6", "objective.samples=8", "model.widths=[24]", "model.activation=softplus",
                "optimizer.learningRate=0.02",
                "optimizer.average=0.99", "run.chainsPerShard=256",
            ])
        for _ in 0..<1500 { _ = try bench.trainer.step(stop: false) }
        let parameters = bench.trainer.state.bestParameters
        let energies = Self.energies(bench, parameters)
        let differences = zip(energies, Self.ising).map { Double($0) + log($1.probability) }
        let mean = zip(differences, Self.ising).reduce(0) { $0 + $1.0 * $1.1.probability }
        for (difference, state) in zip(differences, Self.ising) {
            // Rare states are seen by few samples.
            #expect(abs(difference - mean) < 0.12, "\(state.spins): \(difference - mean)")
        }
    }

    @Test func `bits that flip with probability one half are ranked against uniform noise`() throws {
        let layers = #"model.layers=[{kind: "dense", outputs: 6}, {kind: "tanh"}, {kind: "dense", outputs: 1}]"#
        let bench = try Self.bench(
            Self.isingTable,
            Self.discrepancy + ["model.kind=layers", layers, "objective.siteTime=1000", "objective.samples=1", "run.chainsPerShard=256"])
        let parameters = bench.plan.model.network.initialParameters(seed: 3).map { 3 * $0 }
        let energies = Self.energies(bench, parameters).map { Double($0) }
        var expected = 0.0
        for (own, state) in zip(energies, Self.ising) {
            for other in energies { expected += state.probability / 16 * log(1 + exp(own - other)) }
        }
        bench.prepare(parameters)
        let losses = (0..<128).map { step -> Double in
            _ = bench.gradient(step: step)
            return bench.shards[0].report[.loss] / 256
        }
        let mean = losses.reduce(0, +) / 128
        let error = (losses.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 127 / 128).squareRoot()
        // The table has whole numbers of rows: probabilities to 1/16,384.
        #expect(abs(mean - expected) < 5.5 * error + 1e-3 && error < 0.01, "\(mean) ± \(error), not \(expected)")
    }

    @Test func `noise contrast learns a category with its constant`() throws {
        let counts = [("a", 512), ("b", 320), ("d", 192)]
        let bench = try Self.bench(
            Self.table("c,x", counts.map { ("\($0.0),1", $0.1) }), Self.linear + ["objective.kind=nce", "data.kinds=c=category,x=none"])
        let truth = counts.map { Float(Known.energy($0.1)) } + [0]
        for score in Self.scores(bench, truth) { #expect(abs(score) < 5.5, "\(score)") }
        // A constant beside log Z is no minimum.
        #expect(Self.scores(bench, truth.dropLast() + [0.3]).contains { abs($0) > 8 })
    }

    @Test func `the noise of mixed rows has the density that it says`() throws {
        let rows = (0..<64).map { "\($0 % 8 == 0 ? "a" : $0 % 2 == 0 ? "b" : "d"),\($0 % 4 == 0 ? "" : "\($0 % 5)"),\($0 % 24)\n" }
        let bench = try Self.bench("c,x,h\n" + rows.joined(), ["objective.kind=nce", "data.standardize=true", "data.kinds=h=cyclic:24"])
        let stream = try bench.plan.configuration.dataStream(bench.plan.source, seed: 1)
        let noise = IndependentNoise(of: stream, rows: 64, floor: 1e-3)
        // Three words, the number, its gap, the angle. Of 64 rows each value counts once more.
        let row = Matrix(rows: 1, columns: 7, [0, 1, 0, 0.5, 0, 0.6, 0.8])
        let distance = (0.5 - Double(noise.means[3])) / Double(noise.deviations[3])
        let normal = -distance * distance / 2 - log(Double(noise.deviations[3])) - log(2 * Double.pi) / 2
        let word = log(25.0 / 67) + log(49.0 / 66) - log(2 * Double.pi)
        #expect(abs(Double(noise.logDensity(of: row)) - normal - word) < 1e-5)
        let gap = Matrix(rows: 1, columns: 7, [1, 0, 0, 9, 1, 0.6, 0.8])
        #expect(abs(Double(noise.logDensity(of: gap)) - log(9.0 / 67) - log(17.0 / 66) + log(2 * Double.pi)) < 1e-5)
        let tile = Matrix(rows: 20_000, columns: 7)
        noise.fill(tile, seed: 1, step: 0, index: 0)
        let shares = [9.0 / 67, 25.0 / 67, 33.0 / 67]
        for (word, share) in shares.enumerated() {
            let count = (0..<tile.rows).count { tile[$0, word] == 1 }
            #expect(abs(Double(count) / 20_000 - share) < 5.5 * (share * (1 - share) / 20_000).squareRoot())
        }
        let turn = (0..<tile.rows).reduce(0.0) { $0 + Double(tile[$1, 5]) } / 20_000
        #expect(abs(turn) < 5.5 * (0.5 / 20_000).squareRoot())
    }

    @Test func `sites are spread by noise unless that is switched off`() throws {
        let counts = [(text: "a,1", count: 40), (text: "b,2", count: 24)]
        for (word, isSpread) in [("null", true), ("true", true), ("false", false)] {
            let bench = try Self.bench(Self.table("c,x", counts), Self.discrepancy + ["data.dequantize=\(word)"])
            let stream = try bench.plan.configuration.dataStream(bench.plan.source, seed: 1)
            let tile = Matrix(rows: 64, columns: 2)
            stream.fill(tile, step: 0, shard: 0)
            #expect((0..<64).allSatisfy { [0, 1].contains(tile[$0, 0]) } != isSpread)
            #expect((stream.space == nil) == isSpread)
        }
    }
}
