import Configuration
import Datasets
import Distributed
import Foundation
import Learning
import Model
import Numerics
import Sampling
import Testing
import Training

/// Losses and gradients of the objectives that have a loss, against closed forms on Gaussians and against differences of the loss itself.
@Suite("Losses of objectives")
struct ObjectiveLossTests {
    /// An objective on rows from N(0, 1), with an energy of a network and |x|²/(2v).
    struct Bench {
        let trainer: Trainer
        let bench: LearnerBench

        var shard: ShardState { bench.shards[0] }

        /// - Parameter variance: v
        init(
            _ objective: [String], variance: Double, dimension: Int = 1, layers: String = #"[{kind: "dense", outputs: 1}]"#, rows: Int = 64
        ) throws {
            let values = Matrix(rows: Self.dataRows, columns: dimension)
            RandomStream(seed: 3, purpose: .test, step: 0, index: 0).fillNormals(values)
            let classes = (0..<Self.dataRows).map { Int32($0 % 3) }
            let data = try Dataset(name: "normal", shape: ImageShape(vector: dimension), values: .floats(values.values), labels: classes)
            let configuration = try RunConfiguration.resolve(
                arguments: [
                    "run.shards=1", "run.chainsPerShard=\(rows)", "data.source=moons", "data.noise=0", "model.kind=layers",
                    "model.layers=\(layers)", "model.referenceDeviation=\(variance.squareRoot())",
                ] + objective)
            let communicator = SoloCommunicator()
            trainer = Trainer(try RunPlan(configuration, source: .dataset(data), communicator), threads: 1, communicator)
            bench = LearnerBench(trainer)
        }

        static let dataRows = 32_768

        /// The mean loss of a step, and its gradient, for some parameters.
        func loss(_ parameters: [Float], step: Int) -> (loss: Double, gradient: [Float]) {
            bench.prepare(parameters)
            bench.sampleNegatives(step: step)
            let gradient = bench.gradient(step: step)
            return (shard.report[.loss] / Double(bench.worker.data.rows), gradient)
        }

        /// Weights of the present parameters, for a test's own passes.
        func weights(_ parameters: [Float]) -> RunWeights { bench.weights(parameters) }
    }

    /// Objectives with a loss, in all their forms.
    static let objectives: [[String]] =
        [
            ["objective.kind=energyDiscrepancy", "objective.noise=0.7"],
            ["objective.kind=energyDiscrepancy", "objective.noise=0.7", "objective.samples=1", "objective.stabilization=0"],
            ["objective.kind=energyDiscrepancy", "objective.noise=0.7", "objective.samples=3", "objective.stabilization=2.5"],
            ["objective.kind=diffusionCD", "objective.noise=0.4"],
        ]
        + ["varianceExploding", "variancePreserving"].flatMap { form in
            ["hutchinson", "stein"].flatMap { trace in
                ["data", "noised"].map { bracket in
                    [
                        "objective.kind=diffusionCD", "objective.estimator=oneStep", "objective.noise=0.4", "objective.diffusion=\(form)",
                        "objective.trace=\(trace)", "objective.bracket=\(bracket)",
                    ]
                }
            }
        }
        + [
            ["objective.kind=denoisingScore", "objective.noise=0.5"], ["objective.kind=slicedScore"],
            ["objective.kind=slicedScore", "objective.projections=3"], ["objective.kind=exactScore"], ["objective.kind=nce"],
            ["objective.kind=diffusionCD", "objective.levelWeight=inverseVariance"] + levels, ["objective.kind=denoisingScore"] + levels,
            ["objective.kind=denoisingScore", "objective.tie=classification", "objective.tieWeight=3"] + levels,
            ["objective.kind=denoisingScore", "objective.tie=classification", "objective.tieLevels=2"] + levels + ["objective.levels=4"],
            ["objective.kind=denoisingScore", "objective.tie=dual"] + levels,
            ["objective.kind=energyMatching", "objective.temperature=0.7"],
            [
                "objective.kind=energyMatching", "objective.temperature=2", "objective.pairing=random", "objective.flowEnd=0.6",
                "objective.flowNoise=0.3", "model.outputFactor=3",
            ],
        ]

    /// Beside a class, of some rows none; noise levels stand in front of it.
    static let conditional =
        [
            ["objective.kind=energyDiscrepancy", "objective.noise=0.7"],
            ["objective.kind=diffusionCD", "objective.estimator=oneStep", "objective.noise=0.4"],
            ["objective.kind=denoisingScore", "objective.noise=0.5"], ["objective.kind=denoisingScore"] + levels,
            ["objective.kind=diffusionCD"] + levels, ["objective.kind=exactScore"], ["objective.kind=nce"],
            ["objective.kind=energyMatching", "objective.temperature=0.7", "objective.pairing=random"],
        ].map { $0 + ["condition.kind=label", "condition.channels=2", "condition.dropout=0.3"] }

    private static let levels = ["objective.noise=0.9", "objective.levels=2", "objective.lowNoise=0.4"]

    @Test(arguments: objectives + conditional)
    func `the gradient is the derivative of the loss`(_ objective: [String]) throws {
        let layers =
            #"[{kind: "dense", outputs: 16}, {kind: "softplus"}, {kind: "dense", outputs: 16}, {kind: "silu"}, {kind: "dense", outputs: 1}]"#
        let bench = try Bench(objective, variance: 1.3, dimension: 3, layers: layers, rows: 8)
        let model = bench.trainer.plan.model
        let start = model.network.initialParameters(seed: 5).map { 2 * $0 }
        for line in 0..<3 {
            let direction = Matrix(rows: 1, columns: model.layout.count)
            RandomStream(seed: 5, purpose: .test, step: 1, index: line).fillNormals(direction)
            func loss(_ t: Float) -> Double { bench.loss(zip(start, direction.values).map { $0 + t * $1 }, step: line).loss }
            let slope = zip(bench.loss(start, step: line).gradient, direction.values).reduce(0.0) { $0 + Double($1.0) * Double($1.1) }
            // Fourth-order differences; energies of some units are good to 1e-6, so the quotient is to 1e-6/h, and |v|² of 400 parameters makes slopes
            // of ten to a hundred.
            let h: Float = 0.004
            let difference = (8 * (loss(h) - loss(-h)) - (loss(2 * h) - loss(-2 * h))) / Double(12 * h)
            #expect(abs(slope - difference) < 2e-3 * (1 + abs(slope)), "slope \(slope), difference \(difference)")
        }
    }

    /// Mean and standard error of the loss of E = x²/2v over all data, each row once.
    static func mean(_ objective: [String], variance: Double) throws -> (mean: Double, error: Double) {
        let bench = try Bench(objective, variance: variance)
        let losses = (0..<Bench.dataRows / 64).map { bench.loss([0, 0], step: $0).loss }
        let n = Double(losses.count)
        let mean = losses.reduce(0, +) / n
        return (mean, (losses.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / (n - 1) / n).squareRoot())
    }

    /// A closed form of the loss for p = N(0, 1) and E = x²/2v as a function of v.
    struct Golden: Sendable, CustomTestStringConvertible {
        let name: String
        let objective: [String]
        /// The v of least loss.
        let minimiser: Double
        /// What the estimator may differ by for other reasons than chance.
        var bias = 0.0
        let loss: @Sendable (Double) -> Double

        var testDescription: String { name }
    }

    private static let oneStep = ["objective.kind=diffusionCD", "objective.estimator=oneStep", "objective.noise=0.5"]

    static let goldens = [
        // With M contrastive samples the logarithm of a mean has a bias of -Var/(2M): the terms have a variance of order 1.
        Golden(
            name: "energy discrepancy, t = 1/4",
            objective: ["objective.kind=energyDiscrepancy", "objective.noise=0.5", "objective.samples=256"],
            minimiser: 1, bias: 0.01, loss: { discrepancy($0, 0.25) }),
        Golden(
            name: "energy discrepancy, t = 1",
            objective: ["objective.kind=energyDiscrepancy", "objective.noise=1", "objective.samples=256"],
            minimiser: 1, bias: 0.01, loss: { discrepancy($0, 1) }),
        Golden(
            name: "importance samples", objective: ["objective.kind=diffusionCD", "objective.noise=0.5", "objective.samples=256"],
            minimiser: 1, bias: 0.01, loss: { discrepancy($0, 0.25) }),
        Golden(name: "one step, bracket at data", objective: oneStep, minimiser: 1, loss: { 0.25 * (0.5 / ($0 * $0) - 1 / $0) }),
        Golden(
            name: "one step, Stein", objective: oneStep + ["objective.trace=stein"], minimiser: 1,
            loss: { 0.25 * (0.5 / ($0 * $0) - 1 / $0) }),
        Golden(
            name: "one step, bracket at noised data", objective: oneStep + ["objective.bracket=noised"], minimiser: 1.25,
            loss: { 0.25 * (0.5 * 1.25 / ($0 * $0) - 1 / $0) }),
        // x_T has variance 1 again: E(x0) - E(x_T) is 0 in the mean, and the bracket is 1 - 1/v - 1/v + 1/v².
        Golden(
            name: "one step, variance preserving", objective: oneStep + ["objective.diffusion=variancePreserving"], minimiser: 1,
            loss: { 0.125 * (1 - 2 / $0 + 1 / ($0 * $0)) }),
        Golden(
            name: "denoising", objective: ["objective.kind=denoisingScore", "objective.noise=0.5"], minimiser: 1.25,
            loss: { 0.125 * (1.25 / ($0 * $0) - 2 / $0 + 4) }),
        Golden(name: "sliced", objective: ["objective.kind=slicedScore"], minimiser: 1, loss: { 0.5 / ($0 * $0) - 1 / $0 }),
        Golden(name: "exact", objective: ["objective.kind=exactScore"], minimiser: 1, loss: { 0.5 / ($0 * $0) - 1 / $0 }),
    ]

    private static func discrepancy(_ v: Double, _ t: Double) -> Double {
        let data: Double = 1 / v + log(v)
        let sum: Double = v + t
        let noised: Double = (1 + t) / sum + log(sum)
        return (data - noised) / 2
    }

    @Test(arguments: goldens)
    func `losses on Gaussians are their closed forms, least where the theory says`(_ golden: Golden) throws {
        for v in [golden.minimiser, golden.minimiser / 1.4, golden.minimiser * 1.4] {
            let (mean, error) = try Self.mean(golden.objective, variance: v)
            #expect(abs(mean - golden.loss(v)) < 5.5 * error + golden.bias, "v = \(v): \(mean) ± \(error), not \(golden.loss(v))")
            #expect(error < 0.02)
        }
        // The closed form itself has its minimum there, and it is one that the samples can tell.
        let least = golden.loss(golden.minimiser)
        for factor in [0.7, 0.99, 1.01, 1.4] { #expect(golden.loss(golden.minimiser * factor) > least) }
    }

    @Test(arguments: [(0.25, -0.11157), (1, -0.34657), (4, -0.80472)])
    func `the discrepancy at the truth is -½ log(1 + t)`(_ t: Double, _ expected: Double) throws {
        let (mean, error) = try Self.mean(
            ["objective.kind=energyDiscrepancy", "objective.noise=\(t.squareRoot())", "objective.samples=256"], variance: 1)
        #expect(abs(mean - expected) < 5.5 * error + 0.02)
    }

    @Test func `for small t the discrepancy is t times the loss of score matching`() throws {
        let v = 0.7
        let (mean, error) = try Self.mean(
            ["objective.kind=energyDiscrepancy", "objective.noise=0.03", "objective.samples=64", "objective.stabilization=0"],
            variance: v)
        let t = 0.0009
        // The next order in t: |d²/dt² of the closed form| t / 2 is below 1e-3 here; with M samples each shares 1/M of the noise of the others.
        #expect(abs(mean / t - (0.5 / (v * v) - 1 / v)) < 5.5 * error / t + 0.02, "\(mean / t) ± \(error / t)")
    }

    @Test func `noise-contrastive estimation of the true density from noise that is that density costs 2 log 2`() throws {
        let bench = try Bench(["objective.kind=nce"], variance: 1)
        // The constant of the energy is log Z.
        let constant = Float(0.5 * log(2 * Double.pi))
        let mean: Double = (0..<64).map { bench.loss([0, constant], step: $0).loss }.reduce(0, +) / 64
        // Means and deviations are estimates from 10,000 rows: the log ratio is off by some hundredths, the loss by its square.
        let expected: Double = 2 * log(2.0)
        #expect(abs(mean - expected) < 1e-3)
    }

    @Test func `the noise of noise-contrastive estimation has the density that it says`() {
        let noise = IndependentNoise(means: [1, -2], deviations: [0.5, 3])
        let point = Matrix(rows: 1, columns: 2, [1.5, 4])
        let expected: Double = -2.5 - log(2 * Double.pi) - log(1.5)
        let found = Double(noise.logDensity(of: point))
        #expect(abs(found - expected) < 1e-5)
        let rows = Matrix(rows: 40_000, columns: 2)
        noise.fill(rows, seed: 1, step: 0, index: 0)
        for column in 0..<2 {
            let values = (0..<rows.rows).map { Double(rows[$0, column]) }
            let mean = values.reduce(0, +) / 40_000
            let deviation = Double(noise.deviations[column])
            #expect(abs(mean - Double(noise.means[column])) < 5.5 * deviation / 200)
            let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 40_000
            #expect(abs(variance / (deviation * deviation) - 1) < 5.5 * (2.0 / 40_000).squareRoot())
        }
    }
}
