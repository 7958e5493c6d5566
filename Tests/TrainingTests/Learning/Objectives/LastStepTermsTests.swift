import Configuration
import Distributed
import Failures
import Foundation
import Learning
import Model
import Numerics
import Sampling
import Testing
import Training

/// The terms of improved contrastive divergence.
@Suite("Last step of the sampler")
struct LastStepTermsTests {
    private static let smooth = ["model.activation=softplus", "optimizer.warmupSteps=0"]

    /// Parameters after some steps.
    private static func train(_ arguments: [String], steps: Int = 3) throws -> [Float] {
        let trainer = try ScratchRun.trainer(smooth + arguments)
        for _ in 0..<steps { _ = try trainer.step(stop: false) }
        return trainer.state.parameters
    }

    @Test(arguments: ["cd", "pcd", "shortRun"])
    func `without weights it is contrastive divergence, bit for bit, and each of the two changes what is learned`(kind: String) throws {
        let plain = try Self.train(["objective.kind=\(kind)"])
        #expect(try Self.train(["objective.kind=\(kind)", "objective.lastStep=0", "objective.entropy=0"]) == plain)
        #expect(try Self.train(["objective.kind=\(kind)", "objective.lastStep=1"]) != plain)
        #expect(try Self.train(["objective.kind=\(kind)", "objective.entropy=0.3"]) != plain)
    }

    private static let layers =
        #"[{kind: "dense", outputs: 16}, {kind: "softplus"}, {kind: "dense", outputs: 16}, {kind: "silu"}, {kind: "dense", outputs: 1}]"#
    private static let (rows, dimension, stepSize, low) = (8, 3, Float(0.3), Float(-0.6))

    /// The loss of the two terms by their definition: one step from `before` with the parameters of `model`, E frozen, in Double where sums are long.
    private static func loss(
        _ bench: ObjectiveLossTests.Bench, _ parameters: [Float], frozen: [Float], before: Matrix, noise: Matrix, energyWeight: Double,
        entropyWeight: Double
    ) -> Double {
        let (model, weights) = (bench.trainer.plan.model, bench.weights(parameters).learning.energy)
        let workspace = Workspace(model, rows: rows)
        func evaluate(_ values: [Float], _ x: Matrix) -> (energies: Matrix, gradient: Matrix) {
            var state: [Float] = []
            model.prepare(weights, parameters: values, state: &state, iterating: false)
            let (energies, gradient) = (Matrix(rows: rows, columns: 1), Matrix(rows: rows, columns: dimension))
            model.energiesAndGradient(of: x, weights, workspace, energies: energies, gradient: gradient)
            return (energies, gradient)
        }
        let x = Matrix(rows: rows, columns: dimension)
        x.combine(before, evaluate(parameters, before).gradient) { $0 - stepSize * $1 }
        x.combine(x, noise) { $0 + $1 }
        for row in 0..<rows { for column in 0..<dimension { x[row, column] = max(x[row, column], low) } }
        let energy = evaluate(frozen, x).energies.values.reduce(0) { $0 + Double($1) }
        // The neighbours' places are frozen too.
        let fixed = bench.shard.negatives
        let logs = (0..<rows).reduce(0.0) { sum, row in
            let squares = (0..<rows).filter { $0 != row }.map { other in
                (0..<dimension).reduce(0.0) { $0 + Double((x[row, $1] - fixed[other, $1]) * (x[row, $1] - fixed[other, $1])) }
            }
            return sum + Foundation.log(squares.min() ?? 1) / 2
        }
        return (energyWeight * energy - entropyWeight * logs) / Double(rows)
    }

    @Test(arguments: [(1.0, 0.0), (0.0, 0.3), (0.7, 0.4)])
    func `the gradient is the derivative of the terms as they are defined`(energyWeight: Double, entropyWeight: Double) throws {
        let sampler = [
            "objective.kind=cd", "sampler.steps=3", "sampler.stepSize=\(Self.stepSize)", "sampler.noise=0.2", "sampler.low=\(Self.low)",
        ]
        func bench(_ objective: [String]) throws -> ObjectiveLossTests.Bench {
            try ObjectiveLossTests.Bench(
                sampler + objective, variance: 1.3, dimension: Self.dimension, layers: Self.layers, rows: Self.rows)
        }
        let improved = try bench(["objective.lastStep=\(energyWeight)", "objective.entropy=\(entropyWeight)"])
        let start = improved.trainer.plan.model.network.initialParameters(seed: 5).map { 2 * $0 }
        let plain = try bench([]).loss(start, step: 1).gradient
        let whole = improved.loss(start, step: 1).gradient
        let state = try #require(improved.shard as? ContrastiveDivergence<Langevin>.State)
        let before = Matrix(rows: Self.rows, columns: Self.dimension, try #require(state.beforeLastStep).values)
        // The noise of the last step, as far as the box let it be: what is held at the wall stays there for small changes.
        let model = improved.trainer.plan.model
        let (energies, slope) = (Matrix(rows: Self.rows, columns: 1), Matrix(rows: Self.rows, columns: Self.dimension))
        model.energiesAndGradient(
            of: before, improved.weights(start).learning.energy, Workspace(model, rows: Self.rows), energies: energies, gradient: slope)
        let noise = Matrix(rows: Self.rows, columns: Self.dimension)
        noise.combine(before, slope) { $0 - Self.stepSize * $1 }
        noise.combine(improved.shard.negatives, noise) { $0 - $1 }
        let held = improved.shard.negatives.values.map { $0 == Self.low }
        for index in 0..<noise.count where held[index] { noise[index / Self.dimension, index % Self.dimension] -= 0.1 }
        #expect(held.contains(true) && held.contains(false))
        for line in 0..<3 {
            let direction = Matrix(rows: 1, columns: model.layout.count)
            RandomStream(seed: 5, purpose: .test, step: 1, index: line).fillNormals(direction)
            func loss(_ t: Float) -> Double {
                Self.loss(
                    improved, zip(start, direction.values).map { $0 + t * $1 }, frozen: start, before: before, noise: noise,
                    energyWeight: energyWeight,
                    entropyWeight: entropyWeight)
            }
            var own = 0.0
            for index in whole.indices { own += Double(whole[index] - plain[index]) * Double(direction.values[index]) }
            // Differences of fourth order of a mean of energies of about 1, each good to some 1e-7: to 4e-5, ten times as much is allowed.
            let h: Float = 0.004
            let difference = (8 * (loss(h) - loss(-h)) - (loss(2 * h) - loss(-2 * h))) / Double(12 * h)
            #expect(abs(own - difference) < 4e-4 + 2e-3 * abs(own), "slope \(own), difference \(difference)")
            #expect(abs(own) > 4e-3, "too small to compare")
        }
    }

    @Test func `samplers whose last step has another derivative are refused with the key`() {
        for (arguments, part) in [
            (["sampler.kind=mala", "sampler.noise=null"], "sampler.kind"), (["sampler.gradientClip=0.1"], "sampler.gradientClip"),
            (["sampler.noiseFirst=true"], "sampler.noiseFirst"), (["run.chainsPerShard=1", "chains.buffer=null"], "run.chainsPerShard"),
            (["objective.kind=nce"], "objective.entropy"),
        ] {
            let failure = #expect(throws: Failure.self) { try RunConfiguration.resolve(arguments: ["objective.entropy=0.3"] + arguments) }
            #expect(failure?.kind == .configuration && failure?.message.contains(part) == true, "\(failure?.message ?? "")")
        }
    }
}
