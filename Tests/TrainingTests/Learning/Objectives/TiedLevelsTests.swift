import Configuration
import Datasets
import Distributed
import Failures
import Foundation
import Learning
import Measures
import Model
import Numerics
import Testing
import Training

/// Noise levels that are tied into densities: Gaussians, whose energies are known, and a mixture whose weights scores do not see.
@Suite("Tied noise levels")
struct TiedLevelsTests {
    private static func plan(_ values: [Float], _ arguments: [String]) throws -> RunPlan {
        let data = try Dataset(name: "numbers", shape: ImageShape(vector: 1), values: .floats(values))
        let configuration = try RunConfiguration.resolve(
            arguments: [
                "run.shards=1", "data.source=moons", "data.noise=0", "objective.kind=denoisingScore",
                "samples.every=0",
            ] + arguments)
        return try RunPlan(configuration, source: .dataset(data), SoloCommunicator())
    }

    private static func normals(_ count: Int, _ index: Int = 0) -> [Float] {
        let values = Matrix(rows: count, columns: 1)
        RandomStream(seed: 3, purpose: .test, step: 0, index: index).fillNormals(values)
        return values.values
    }

    /// A trainer of a linear network, whose parameters are w, the weight of the level, and b.
    private static func linear(_ arguments: [String]) throws -> LearnerBench {
        let plan = try plan(
            normals(32_768),
            [
                "run.chainsPerShard=512", "model.kind=layers", #"model.layers=[{kind: "dense", outputs: 1}]"#, "objective.levels=5",
                "objective.lowNoise=0.3", "objective.noise=3", "objective.dataDeviation=1",
            ] + arguments)
        return LearnerBench(Trainer(plan, threads: 1, SoloCommunicator()))
    }

    @Test func `without a network energies of N(0, 1) with noise are minus its log density, and so are their derivatives in the noise`()
        throws
    {
        let bench = try Self.linear(["objective.tie=dual"])
        let model = bench.plan.model
        let (weights, noise) = (bench.weights([0, 0, 0]).learning.energy, try #require(model.preconditioning))
        let y = Matrix(rows: 3, columns: 1, [-1.5, 0.25, 4])
        for condition: Float in [0, 0.3, 1] {
            let t = pow(Double(noise.noise(condition)), 2)
            let (workspace, line) = (Workspace(model, rows: 3), LineWorkspace(model, rows: 3, order: 1))
            for own in [workspace.condition, line.condition] { own?.fill(condition) }
            line.conditionDirection?.fill(1)
            let (energies, still) = (Matrix(rows: 3, columns: 1), Matrix(rows: 3, columns: 1))
            model.energies(of: y, weights, workspace, into: energies)
            let derivatives = [Matrix(rows: 3, columns: 1), Matrix(rows: 3, columns: 1)]
            model.lineDerivatives(of: y, along: still, weights, line, into: derivatives)
            for row in 0..<3 {
                let square = pow(Double(y[row, 0]), 2)
                let expected = square / (2 * (1 + t)) + 0.5 * log(2 * .pi * (1 + t))
                // dt/dc = 2 t log(high/low)
                let slope = (1 / (2 * (1 + t)) - square / (2 * pow(1 + t, 2))) * 2 * t * Double(noise.logRange)
                #expect(abs(Double(energies[row, 0]) - expected) < 1e-5 && energies[row, 0] == derivatives[0][row, 0])
                #expect(abs(Double(derivatives[1][row, 0]) - slope) < 1e-5 * (1 + abs(slope)))
            }
        }
    }

    /// Mean and standard error of a number of each step, which are independent: beyond 5 errors by chance once in 10⁶.
    private static func mean(_ value: (_ step: Int) -> Double) -> (mean: Double, error: Double) {
        let values = (0..<64).map(value)
        let found = Spread(of: values)
        return (found.mean, found.deviation / Double(values.count - 1).squareRoot())
    }

    @Test(arguments: [["objective.tie=classification"], ["objective.tie=classification", "objective.tieLevels=2"], ["objective.tie=dual"]])
    func `losses of a Gaussian are least at its density, and see a constant of a level`(tie: [String]) throws {
        let bench = try Self.linear(tie)
        for parameter in 0..<3 {
            let slope = Self.mean { Double(bench.gradient([0, 0, 0], step: $0)[parameter]) }
            #expect(abs(slope.mean) < 5 * slope.error + 1e-6, "parameter \(parameter): \(slope)")
        }
        // A constant that grows with the level, which scores do not see.
        let slope = Self.mean { Double(bench.gradient([0, 0.3, 0], step: $0)[1]) }
        #expect(slope.mean > 5 * slope.error, "\(slope)")
    }

    @Test func `dual score matching of a Gaussian at its density costs the known mean`() throws {
        let bench = try Self.linear(["objective.tie=dual"])
        let noise = try #require(bench.plan.model.preconditioning)
        let found = Self.mean { step in
            _ = bench.gradient([0, 0, 0], step: step)
            return bench.shards[0].report[.loss] / 512
        }
        // 1/(1 + t) + (1 - t²/(1 + t)²)/2, integrated over log t.
        func integral(_ t: Double) -> Double { log(t / (1 + t)) + (log(t / (1 + t)) - 1 / (1 + t)) / 2 }
        let (low, high) = (pow(Double(noise.low), 2), pow(Double(noise.high), 2))
        let expected = (integral(high) - integral(low)) / log(high / low)
        #expect(abs(found.mean - expected) < 5 * found.error, "\(found), expected \(expected)")
    }

    @Test(arguments: [5, 3, 2])
    func `classification of a Gaussian at its density costs what is left of the level, in windows that go round, beside the scores`(
        window: Int
    ) throws {
        let bench = try Self.linear(["objective.tie=classification", "objective.tieWeight=2", "objective.tieLevels=\(window)"])
        let ladder = try #require(bench.plan.configuration.noiseLadder)
        var ties: [Double] = []
        let loss = Self.mean { step in
            _ = bench.gradient([0, 0, 0], step: step)
            ties.append(bench.shards[0].report[.tieLoss] / 512)
            return bench.shards[0].report[.loss] / 512
        }
        let tie = Self.mean { ties[$0] }
        let variances = ladder.deviations.prefix(5).map { 1 + Double($0 * $0) }
        var expected = 0.0
        for first in 0..<5 { expected += Self.entropy(of: (0..<window).map { variances[(first + $0) % 5] }) / 5 }
        #expect(abs(tie.mean - expected) < 5 * tie.error, "\(tie), expected \(expected)")
        let scores = variances.reduce(0) { $0 + 0.1 / $1 }
        #expect(abs(loss.mean - scores - 2 * expected) < 5 * loss.error, "\(loss), expected \(scores + 2 * expected)")
    }

    /// Of which of some centred Gaussians a number is, where each has as many: in the mean over the numbers, in nats.
    private static func entropy(of variances: [Double]) -> Double {
        let (count, step) = (Double(variances.count), 0.01)
        return (-3000...3000).reduce(0.0) { sum, place in
            let y = Double(place) * step
            let densities = variances.map { exp(-y * y / (2 * $0)) / (2 * .pi * $0).squareRoot() }
            let all = densities.reduce(0, +)
            return sum - densities.reduce(0) { $0 + ($1 > 0 ? $1 * log($1 / all) : 0) } / count * step
        }
    }

    @Test func `the constant of a known density is 0`() throws {
        let bench = try Self.linear(["objective.tie=dual"])
        let rows = try EvaluationRows(bench.plan.source, bench.plan.configuration)
        func constant(_ parameters: [Float], _ communicator: any Communicator = SoloCommunicator()) throws -> Estimate {
            try LevelConstant(
                of: bench.plan.model, bench.weights(parameters).learning.energy, rows: rows, noise: 0, communicator
            ).logZ
        }
        let plain = try constant([0, 0, 0])
        // The moments of 4,096 rows are those of N(0, 1) up to some hundredths, of which the noise leaves a tenth.
        #expect(abs(plain.value) < 0.01 && plain.interval.high - plain.value < 0.02 && plain.interval.count == 4096)
        // An energy that is 2 s/σ lower has a constant that is higher by as much.
        let scale = 1 / Double(try #require(bench.plan.model.preconditioning).high)
        #expect(abs(try constant([0, 0, -2]).value - plain.value - 2 * scale) < 1e-5)
    }

    /// .2 N(-5, 1) + .8 N(5, 1).
    private static let mixture = zip(normals(20_000, 1), 0...).map { $0 + ($1 % 5 == 0 ? -5 : 5) }

    /// exp(-U(y, 0)) of a trained model of the mixture on a grid over 16 deviations of either mode, and the constant where levels are tied.
    private static func trained(_ tie: String) throws -> (leftShare: Double, logZ: Double, constant: Double?) {
        let plan = try plan(
            mixture,
            [
                "run.chainsPerShard=128", "run.steps=1500", "model.widths=[32,32]", "model.activation=silu", "objective.levels=8",
                "objective.lowNoise=0.3",
                "objective.noise=30", "objective.dataDeviation=4", "objective.tie=\(tie)", "optimizer.learningRate=0.005",
                "optimizer.schedule=cosine", "optimizer.finalLearningRate=0.00001",
            ])
        let trainer = Trainer(plan, threads: 1, SoloCommunicator())
        for _ in 0..<1500 { _ = try trainer.step(stop: false) }
        let weights = LearnerBench(trainer).weights(try trainer.bestParameters()).learning.energy
        let constant =
            tie == "none"
            ? nil
            : try LevelConstant(
                of: plan.model, weights, rows: EvaluationRows(plan.source, plan.configuration), noise: 0, SoloCommunicator()
            ).logZ.value
        let (count, step) = (2048, 0.02)
        let grid = Matrix(rows: count, columns: 1, (0..<count).map { Float(step * (Double($0) - 1023.5)) })
        let energies = Matrix(rows: count, columns: 1)
        plan.model.energies(of: grid, weights, Workspace(plan.model, rows: count), into: energies)
        let masses = energies.values.map { exp(-Double($0)) * step }
        let whole = masses.reduce(0, +)
        return (masses.prefix(count / 2).reduce(0, +) / whole, log(whole), constant)
    }

    @Test(arguments: [("classification", 0.03), ("dual", 0.07)])
    func `the weights of modes are learned, and the constant is log Z`(tie: String, tolerance: Double) throws {
        let found = try Self.trained(tie)
        #expect(abs(found.logZ - (try #require(found.constant))) < 0.05, "\(found)")
        #expect(abs(found.leftShare - 0.2) < tolerance, "\(found)")
    }

    @Test func `scores alone do not see the weights of modes`() throws {
        let found = try Self.trained("none")
        #expect(abs(found.leftShare - 0.2) > 0.1, "\(found)")
    }

    @Test(arguments: [
        (["objective.tieLevels=4"], "at most the 3 levels"), (["objective.tie=none", "objective.tieWeight=2"], "it needs"),
        (["objective.tie=dual", "objective.tieLevels=2"], "it needs"),
    ])
    func `what does not go together is refused in words`(arguments: [String], part: String) {
        let found = failure {
            _ = try RunConfiguration.resolve(
                arguments: ["data.source=moons", "objective.kind=denoisingScore", "objective.levels=3", "objective.tie=classification"]
                    + arguments)
        }
        #expect(found?.message.contains(part) == true, "\(found?.message ?? "no failure")")
    }
}
