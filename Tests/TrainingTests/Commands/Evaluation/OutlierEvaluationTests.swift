import Commands
import Configuration
import Datasets
import Distributed
import Failures
import Formats
import Foundation
import Learning
import Measures
import Model
import Numerics
import Sampling
import Testing
import Training

@Suite struct OutlierEvaluationTests {
    /// E(x) = |x|²/2 in the plane: the network's part is 0.
    private static func gaussianEnergy() throws -> (EnergyModel, PreparedWeights) {
        let energy = try EnergyModel(
            try Network(NetworkDescription(input: ImageShape(vector: 2), layers: [.dense(outputs: 1)])), referenceDeviation: 1)
        let weights = PreparedWeights(energy.network)
        weights.refresh(from: [0, 0, 0])
        return (energy, weights)
    }

    /// Normal rows around (shift, 0).
    private static func rows(_ count: Int, shift: Float, _ index: Int) throws -> EvaluationRows {
        let values = Matrix(rows: count, columns: 2)
        RandomStream(seed: 8, purpose: .test, step: 0, index: index).fillNormals(values)
        for row in 0..<count { values[row, 0] += shift }
        let data = try Dataset(name: "shift \(shift)", shape: ImageShape(vector: 2), values: .floats(values.values))
        return try EvaluationRows(.dataset(data), RunConfiguration.resolve(arguments: []))
    }

    private static func evaluation(_ count: Int, _ communicator: any Communicator) throws -> OutlierEvaluation {
        let (energy, weights) = try gaussianEnergy()
        return try OutlierEvaluation(
            scores: RowScores(energy: energy, weights: weights), inliers: try rows(2000, shift: 0, 0), areTrainingRows: true,
            outliers: try rows(1500, shift: 1.5, 1), count: count, communicator)
    }

    /// With x ~ N(0, I) and y ~ N(δ, I) in the plane |x|²/2 is exponential, so that P(|y| > |x|) = 1 - E exp(-|y|²/2) = 1 - ½ exp(-|δ|²/4).
    @Test func `a Gaussian energy finds shifted Gaussian rows as often as the closed form says`() throws {
        let found = try Self.evaluation(5000, SoloCommunicator())
        #expect(found.inliers.count == 2000 && found.outliers.count == 1500 && found.outliers.data == "shift 1.5")
        let exact = 1 - 0.5 * exp(-1.5 * 1.5 / 4)
        // The standard error of a rank statistic of n and m rows is at most √(A (1 - A) / min(n, m)): .0116; five of them.
        #expect(abs(found.auroc - exact) < 5 * (exact * (1 - exact) / 1500).squareRoot(), "\(found.auroc), expected \(exact)")
        #expect(found.auprc > 1500.0 / 3500 && found.auprc < 1)
        // Means 1 and 1 + δ²/2, deviations 1 and √(1 + δ²): five standard errors.
        #expect(abs(found.inliers.meanScore - 1) < 5 / 2000.0.squareRoot())
        #expect(abs(found.outliers.meanScore - 2.125) < 5 * (3.25 / 1500).squareRoot())
    }

    @Test(arguments: [2, 3]) func `every number of ranks gives the same bits`(ranks: Int) throws {
        _ = OneThreadPerProduct.once
        let alone = try Self.evaluation(333, SoloCommunicator())
        #expect(alone.inliers.count == 333)
        let found = try ThreadRanks.run(ranks) { try Self.evaluation(333, $0) }
        #expect(found.allSatisfy { $0 == alone })
    }

    /// U(z) = |z|²/2, g(z) = W z + b: the chains' energy is a quadratic form with its minimum at x's posterior mean; at the end of long chains it is
    /// above that by half a chi-square variable of as many degrees as latent values, mean 1 for two.
    @Test func `the score of a linear decoder is the least energy plus half a unit for each latent value`() throws {
        let (energy, energyWeights) = try Self.gaussianEnergy()
        let decoder = try Network(NetworkDescription(input: ImageShape(vector: 2), layers: [.dense(outputs: 2)]))
        let weights = PreparedWeights(decoder)
        weights.refresh(from: [0.8, 0, 0, 0.6, 0.2, -0.1])
        let (rows, tiles, variance): (Int, Int, Double) = (200, 20, 0.25)
        let inference = LatentInference(
            posterior: LatentPosterior(steps: 200, stepSize: 0.2, deviation: 0.5),
            chains: LatentInference.Networks(
                prior: ModelPotential(model: energy, weights: energyWeights, workspace: Workspace(energy, rows: rows)),
                generator: NetworkPass(evaluating: decoder, weights, rows: rows)),
            rowsPerTile: rows, seed: 3)
        let x = Matrix(rows: rows, columns: 2, (0..<rows).flatMap { _ in [1.7 as Float, -0.6] })
        let rowScores = RowScores(inference)
        let parts = (0..<tiles).flatMap { rowScores.scores(of: x, tile: $0) }
        let scores = parts.map { $0[0] }
        // min over z of (r - w z)²/2σ² + z²/2 = r² / 2(σ² + w²), axis by axis.
        let least = 1.5 * 1.5 / (2 * (variance + 0.64)) + 0.5 * 0.5 / (2 * (variance + 0.36))
        let mean = scores.reduce(0, +) / Double(scores.count)
        // Deviation 1 over 4,000 chains: five standard errors .08; the step's bias: s²a/4 of each half unit, a = 3.56 and 2.44: .03.
        #expect(abs(mean - least - 1) < 0.11, "mean \(mean), expected \(least + 1)")
        #expect(scores.allSatisfy { $0 > least - 1e-4 })
        #expect(rowScores.parts == ["reconstruction", "prior"] && parts.allSatisfy { abs($0[0] - $0[1] - $0[2]) < 1e-9 * (1 + $0[0]) })
        // The posterior of an axis has the mean r w/(σ² + w²) and the variance σ²/(σ² + w²): U is half its second moment.
        var prior = 0.0
        for (r, w) in [(1.5, 0.8), (-0.5, 0.6)] {
            let sum: Double = variance + w * w
            let mean: Double = r * w / sum
            prior += (mean * mean + variance / sum) / 2
        }
        let meanPrior = parts.reduce(0) { $0 + $1[2] } / Double(parts.count)
        // Deviation 1.3 over 4,000 chains: five standard errors .1, and the step's bias.
        #expect(abs(meanPrior - prior) < 0.13, "mean \(meanPrior), expected \(prior)")
    }

    @Test func `rows of another shape are refused by the option that gave them`() throws {
        let scratch = ScratchFolder()
        try ScratchRun.train([], in: scratch.run())
        let failure = #expect(throws: Failure.self) {
            try EvaluateCommand(folder: scratch.run().path, outliers: "digits").run(SoloCommunicator())
        }
        #expect(failure?.kind == .data && failure?.message.contains("--outliers digits: expected rows of the shape 2") == true)
        #expect(failure?.message.contains("found 8x8x1") == true, "\(failure?.message ?? "")")
    }

    @Test(arguments: [[], LatentPriorTests.latent]) func `a run is measured against other data, without samples unless they are asked for`(
        arguments: [String]
    ) throws {
        let scratch = ScratchFolder()
        try ScratchRun.train(arguments, in: scratch.run())
        let (path, output) = (scratch.run().path, "\(scratch.path)/m.json")
        func report(_ command: EvaluateCommand) throws -> [String: Any] {
            _ = try command.run(SoloCommunicator())
            return try #require(try JSONSerialization.jsonObject(with: Data(contentsOf: URL(filePath: output))) as? [String: Any])
        }
        let alone = try report(EvaluateCommand(folder: path, count: 40, output: output, outliers: "25gaussians"))
        let outliers = try #require(alone["outliers"] as? [String: Any])
        #expect(alone["samples"] == nil && outliers["areTrainingRows"] as? Bool == true)
        #expect((outliers["outliers"] as? [String: Any])?["count"] as? Int == 40)
        let both = try report(EvaluateCommand(folder: path, start: .noise, count: 40, output: output, outliers: "25gaussians"))
        #expect(both["samples"] != nil)
        #expect(try #require(both["outliers"] as? NSDictionary) == #require(alone["outliers"] as? NSDictionary))
        // The same rows as their own outliers: no better than chance, with the same noise in the chains exactly so.
        let same = try report(EvaluateCommand(folder: path, count: 40, output: output, outliers: "moons"))
        #expect((same["outliers"] as? [String: Any])?["auroc"] as? Double == 0.5)
        // The parts of a latent prior's score add up to it.
        let found = (outliers["parts"] as? [String: [String: Any]])?.mapValues { $0.compactMapValues { $0 as? Double } }
        #expect(arguments.isEmpty == (found == nil))
        for kind in found == nil ? [] : ["inliers", "outliers"] {
            let whole = try #require((outliers[kind] as? [String: Any])?["meanScore"] as? Double)
            let sum = try ["reconstruction", "prior"].reduce(0.0) { $0 + (try #require(found?[$1]?[kind])) }
            #expect(abs(whole - sum) < 1e-9 * (1 + abs(whole)))
        }
        #expect(found?.values.allSatisfy { (0...1).contains($0["auroc"] ?? -1) && (0...1).contains($0["auprc"] ?? -1) } != false)
    }

    @Test func `the energies of rows under a latent prior are finite scores of rows, the lower the nearer to what the decoder makes`()
        throws
    {
        let scratch = ScratchFolder()
        try ScratchRun.train(LatentPriorTests.latent, in: scratch.run())
        let rows: [Float] = [0.1, 0.2, 50, 50, -0.1, 0.3]
        let (input, output) = ("\(scratch.path)/x.npy", "\(scratch.path)/e.npy")
        try AtomicFile.write(NPY.encode(NumericArray(shape: [3, 2], .float32(rows))), to: input)
        _ = try EnergyCommand(folder: scratch.run().path, input: input, output: output).run(SoloCommunicator())
        let energies = try NPY.decode(FileBytes.read(output), name: output).values.floats
        #expect(energies.count == 3 && energies.allSatisfy(\.isFinite))
        // σ = 0.3 or so: 5,000 / 2σ² and more.
        #expect(energies[1] > 1000 && energies[1] > 10 * max(energies[0], energies[2]), "\(energies)")
        _ = try EnergyCommand(folder: scratch.run().path, input: input, output: output, writesParts: true).run(SoloCommunicator())
        let parts = try NPY.decode(FileBytes.read(output), name: output)
        let numbers = parts.values.floats
        #expect(parts.shape == [3, 3] && stride(from: 0, to: 9, by: 3).map { numbers[$0] } == energies)
        for row in 0..<3 {
            let (whole, sum) = (numbers[3 * row], numbers[3 * row + 1] + numbers[3 * row + 2])
            #expect(abs(whole - sum) <= 1e-5 * (1 + whole.magnitude))
        }
        let table = "\(scratch.path)/e.csv"
        _ = try EnergyCommand(folder: scratch.run().path, input: input, output: table, writesParts: true).run(SoloCommunicator())
        #expect(try String(contentsOfFile: table, encoding: .utf8).hasPrefix("energy,reconstruction,prior\n"))
    }

    @Test func `a score that is no sum has no parts to write`() throws {
        let scratch = ScratchFolder()
        try ScratchRun.train([], in: scratch.run())
        let refused = failure {
            _ = try EnergyCommand(folder: scratch.run().path, input: "moons", output: "\(scratch.path)/e.npy", writesParts: true)
                .run(SoloCommunicator())
        }
        #expect(refused?.kind == .usage && refused?.message.contains("--parts") == true, "\(refused?.message ?? "")")
    }

    @Test(arguments: ["label", "mask"]) func `an energy with a condition has no score of rows alone`(kind: String) throws {
        let scratch = ScratchFolder()
        let condition = kind == "label" ? ["condition.kind=label", "condition.channels=2"] : ["condition.kind=mask"]
        try ScratchRun.train(
            VariationalTeachingTests.teaching + ["data.source=digits", "data.noise=0", "run.steps=1", "model.referenceDeviation=null"]
                + condition,
            in: scratch.run())
        let failure = #expect(throws: Failure.self) {
            _ = try EvaluateCommand(folder: scratch.run().path, outliers: "digits").run(SoloCommunicator())
        }
        #expect(
            failure?.kind == .usage && failure?.message.hasPrefix("evaluate: --outliers: not available") == true,
            "\(failure?.message ?? "")")
        #expect(failure?.message.contains("condition.kind = \"none\", found \"\(kind)\"") == true, "\(failure?.message ?? "")")
    }
}
