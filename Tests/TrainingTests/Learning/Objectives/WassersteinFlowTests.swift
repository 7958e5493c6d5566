import Configuration
import Distributed
import Learning
import Model
import Numerics
import Sampling
import Testing
import Training

/// The penalties of the Wasserstein gradient flow.
@Suite("Wasserstein gradient flow")
struct WassersteinFlowTests {
    private static let smooth = ["model.activation=softplus", "objective.kind=wassersteinFlow"]

    /// Parameters after some steps.
    private static func train(_ arguments: [String], steps: Int = 5) throws -> [Float] {
        let trainer = try ScratchRun.trainer(arguments)
        for _ in 0..<steps { _ = try trainer.step(stop: false) }
        return trainer.state.parameters
    }

    @Test(arguments: ["persistent", "data", "noise"], [["objective.flow=explicit"], ["objective.innerSteps=1"]])
    func `without a penalty it is contrastive divergence, bit for bit`(start: String, form: [String]) throws {
        let flow = try Self.train(Self.smooth + ["chains.start=\(start)", "objective.penalty=0"] + form)
        let plain = try Self.train(["model.activation=softplus", "chains.start=\(start)"])
        #expect(flow == plain)
    }

    /// Parameters after steps with several updates each, all of contrastive divergence with the step's data and negatives; the updates are made here.
    private static func trainPlainly(_ arguments: [String], updates: Int, steps: Int) throws -> [Float] {
        let bench = LearnerBench(try ScratchRun.trainer(arguments))
        let (plan, tallies, solo) = (bench.plan, bench.plan.profile.tallies, SoloCommunicator())
        var state = bench.trainer.state
        var gradient = [Float](repeating: 0, count: state.parameters.count)
        var sum = GradientSum(
            tensors: plan.networks.layout.tensors.map(\.range), shards: bench.shards.count, threads: 1, tallies: tallies, isExact: true)
        for step in 0..<steps {
            bench.prepare(state.parameters)
            for shard in bench.shards.indices { bench.sampleNegatives(shard, step: step) }
            for _ in 0..<updates {
                bench.prepare(state.parameters)
                repeat {
                    sum.begin()
                    for shard in bench.shards.indices {
                        _ = bench.gradient(shard, step: step)
                        sum.adder.add(bench.engine.wholeGradient, bench.shards[shard].report, ofShard: shard, thread: 0)
                    }
                } while try sum.reduce(into: &gradient, stop: false, solo) == .rescaled
                state.optimizer.update(
                    &state.parameters, gradient: gradient, learningRate: plan.configuration.learningRateSchedule.rate(at: step))
            }
        }
        return state.parameters
    }

    @Test(arguments: ["persistent", "data", "noise"], [2, 5])
    func `without a penalty the updates of a step are as many of contrastive divergence with its data and negatives, bit for bit`(
        start: String, updates: Int
    ) throws {
        let flow = try Self.train(Self.smooth + ["chains.start=\(start)", "objective.penalty=0", "objective.innerSteps=\(updates)"])
        #expect(flow == (try Self.trainPlainly(["model.activation=softplus", "chains.start=\(start)"], updates: updates, steps: 5)))
        #expect(flow != (try Self.train(["model.activation=softplus", "chains.start=\(start)"])))
    }

    /// K + 2 with K chain steps; ∇E and the pass along a line are three more for each update.
    @Test(arguments: [(0.0, 1, 6.0), (0, 3, 10), (0.1, 1, 10), (0.1, 3, 20)])
    func `passes are counted for each update`(penalty: Double, updates: Int, expected: Double) throws {
        let trainer = try ScratchRun.trainer(Self.smooth + ["objective.penalty=\(penalty)", "objective.innerSteps=\(updates)"])
        #expect(trainer.plan.profile.evaluations == expected && trainer.plan.profile.updates == updates)
    }

    @Test func `one proximal update is contrastive divergence whatever the penalty, two are not`() throws {
        let plain = try Self.train(["model.activation=softplus"])
        #expect(try Self.train(Self.smooth + ["objective.innerSteps=1", "objective.penalty=3"]) == plain)
        let free = try Self.train(Self.smooth + ["objective.innerSteps=2", "objective.penalty=1e-20"])
        let held = try Self.train(Self.smooth + ["objective.innerSteps=2", "objective.penalty=3"])
        #expect(free != held && free != plain)
    }

    @Test func `a strong proximal penalty keeps the gradient of the energy at the negatives`() throws {
        func change(_ penalty: Double) throws -> Double {
            let trainer = try ScratchRun.trainer(
                Self.smooth + [
                    "objective.innerSteps=20", "objective.penalty=\(penalty)", "optimizer.kind=sgd", "optimizer.learningRate=0.02",
                    "optimizer.warmupSteps=0", "chains.start=data",
                ])
            let before = trainer.state.parameters
            _ = try trainer.step(stop: false)
            let model = trainer.plan.model
            let gradients = [before, trainer.state.parameters].map { parameters -> Matrix in
                let weights = PreparedWeights(model.network)
                var state: [Float] = []
                model.prepare(weights, parameters: parameters, state: &state, iterating: false)
                let x = trainer.shards[0].negatives
                let gradient = Matrix(rows: x.rows, columns: x.columns)
                model.energiesAndGradient(
                    of: x, weights, Workspace(model.network, rows: x.rows), energies: Matrix(rows: x.rows, columns: 1), gradient: gradient)
                return gradient
            }
            gradients[0].combine(gradients[0], gradients[1]) { $0 - $1 }
            return gradients[0].squaredNorm
        }
        let (free, held) = (try change(1e-20), try change(200))
        #expect(held < free / 4, "\(held) against \(free)")
    }

    @Test(arguments: [0.4, 2.0])
    func `the explicit penalty of E = w·x + |x|²/2 adds λ (w + mean x) to the gradient of w`(penalty: Double) throws {
        let arguments = ContrastiveDivergenceTests.linear + ["optimizer.learningRate=1", "chains.start=noise"]
        let plain = try ScratchRun.trainer(arguments + ["objective.kind=shortRun"])
        let flow = try ScratchRun.trainer(
            arguments + ["objective.kind=wassersteinFlow", "objective.flow=explicit", "objective.penalty=\(penalty)"])
        let start = plain.state.parameters
        #expect(flow.state.parameters == start)
        _ = try plain.step(stop: false)
        _ = try flow.step(stop: false)
        let negatives = ContrastiveDivergenceTests.rows(flow)
        #expect(negatives == ContrastiveDivergenceTests.rows(plain))
        for axis in 0..<2 {
            // ∇E = w + x, and ∇w ½|w + x|² = w + x.
            let mean = negatives.reduce(0.0) { $0 + Double($1[axis]) } / Double(negatives.count)
            let expected = penalty * (Double(start[axis]) + mean)
            let found = Double(plain.state.parameters[axis] - flow.state.parameters[axis])
            // Sums of 24 terms and parameters of order 1 in floats.
            #expect(abs(found - expected) < 1e-5 * (1 + penalty), "axis \(axis)")
        }
        // The penalty does not know the constant.
        #expect(flow.state.parameters[2] == plain.state.parameters[2])
    }

    @Test func `the monitor is half the mean square of the chains' way, by their time`() throws {
        let trainer = try ScratchRun.trainer(Self.smooth)
        let result = try trainer.step(stop: false)
        #expect(result.report[.squaredDisplacement] > 0)
        // Between the square of the mean way and its largest value.
        let mean = result.report[.displacement] / 24
        #expect(result.report[.squaredDisplacement] / 24 >= mean * mean)
    }
}
